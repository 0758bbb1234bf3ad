"""Access codes: long enough that nobody guesses one, read however they are typed."""

import hashlib
import hmac
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from surveyapp.fieldwork.codes import (
    ALPHABET,
    LENGTH,
    TYPED_LENGTH,
    case_label,
    check_character,
    grouped,
    hash_code,
    hash_typed,
    hashes,
    make_codes,
    make_typed_codes,
    normalise_code,
)


def test_codes_are_long_and_never_twice_the_same() -> None:
    codes = list(make_codes(10_000))
    assert len(set(codes)) == 10_000
    assert {len(code) for code in codes} == {LENGTH}
    assert set("".join(codes)) == set(ALPHABET)
    assert 5 * LENGTH >= 128


@given(st.booleans(), st.sampled_from(["", "-", " "]))
def test_a_code_is_read_however_it_is_typed(upper: bool, between: str) -> None:
    (code,) = make_codes(1)
    typed = (
        between.join(code[start : start + 4] for start in range(0, LENGTH, 4))
        .replace("0", "o")
        .replace("1", "l")
    )
    assert normalise_code(typed.upper() if upper else typed) == code


def test_what_cannot_be_a_code_is_none() -> None:
    (code,) = make_codes(1)
    for written in ("", code[:-1], code + "0", "u" + code[1:], "é" + code[1:], "¹" * LENGTH):
        assert normalise_code(written) is None


def test_a_code_is_kept_as_a_hash() -> None:
    assert hash_code("0" * LENGTH) == hashlib.sha256(b"0" * LENGTH).hexdigest()


# --- typed by hand ---------------------------------------------------------------------------------------------------


def test_a_typed_code_holds_sixty_random_bits_and_a_check() -> None:
    codes = list(make_typed_codes(5000))
    assert len(set(codes)) == 5000
    assert {len(code) for code in codes} == {TYPED_LENGTH}
    assert 5 * (TYPED_LENGTH - 1) == 60
    assert all(check_character(code[:-1]) == code[-1] for code in codes)


@given(st.sampled_from(["upper", "lower", "full"]), st.sampled_from(["-", " ", "", "－", "—"]))
def test_a_typed_code_is_read_however_it_is_typed(case: str, between: str) -> None:
    (code,) = make_typed_codes(1)
    typed = grouped(code).replace("-", between).replace("0", "O").replace("1", "I")
    if case == "full":
        typed = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in typed)
    assert normalise_code(typed.lower() if case == "lower" else typed) == code


def test_one_wrong_character_and_two_swapped_ones_are_always_noticed() -> None:
    for code in make_typed_codes(50):
        for place in range(TYPED_LENGTH):
            for letter in set(ALPHABET) - {code[place]}:
                assert normalise_code(code[:place] + letter + code[place + 1 :]) is None
        for first, second in combinations(range(TYPED_LENGTH), 2):
            swapped = list(code)
            swapped[first], swapped[second] = code[second], code[first]
            assert (normalise_code("".join(swapped)) is None) == (code[first] != code[second])


def test_the_check_character_by_hand() -> None:
    # In GF(32) with x^5 = x^2 + 1: one at the last of twelve places has weight x, which is 2; at the one before it, x^2.
    assert check_character("000000000001") == "2"
    assert check_character("000000000010") == "4"
    # x^5 = x^2 + 1 = 5 and x^6 = 10, the letter a
    assert check_character("000000010000") == "5"
    assert check_character("000000100000") == "a"
    assert check_character("0" * 12) == "0"


def test_a_typed_code_is_kept_under_the_secret_alone() -> None:
    code = next(make_typed_codes(1))
    kept = hash_typed(code, b"secret")
    assert kept == hmac.new(b"secret", b"typed code\0" + code.encode(), hashlib.sha256).hexdigest()
    assert kept != hash_typed(code, b"another")
    both = hashes("0" * LENGTH, code, b"secret")
    assert (both.link, both.typed) == (hash_code("0" * LENGTH), kept)


def test_a_case_is_named_by_what_is_kept() -> None:
    labels = {case_label(hash_code(code)) for code in make_codes(500)}
    assert {len(label) for label in labels} == {6}
    assert len(labels) >= 499  # of 2^30; two alike once in 8,600 runs
    assert case_label("00000000001f" + "0" * 52) == "Z00000"
