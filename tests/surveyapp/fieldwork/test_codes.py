"""Access codes: long enough that nobody guesses one, read however they are typed."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from surveyapp.fieldwork.codes import ALPHABET, LENGTH, hash_code, make_codes, normalise_code


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
    for written in ("", code[:-1], code + "0", "u" + code[1:], "é" + code[1:], "０" * LENGTH):
        assert normalise_code(written) is None


def test_a_code_is_kept_as_a_hash() -> None:
    assert hash_code("0" * LENGTH) == hashlib.sha256(b"0" * LENGTH).hexdigest()
