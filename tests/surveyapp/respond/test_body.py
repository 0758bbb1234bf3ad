"""Reading a posted form: whole and well-formed, or not at all."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.respond.body import MOST_FIELDS, GarbledFormError, read_form

GOOD = b"_version=v&a=1&b=%E6%BB%A1+x&b=2&_ticket=t&_end=1"


def test_values_are_gathered_by_name_in_order() -> None:
    raw = read_form(GOOD, len(GOOD))
    assert raw == {"_version": ["v"], "a": ["1"], "b": ["满 x", "2"], "_ticket": ["t"], "_end": ["1"]}


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_a_form_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(GarbledFormError):
        read_form(GOOD[:length], len(GOOD))
    with pytest.raises(GarbledFormError):
        read_form(GOOD[:length], length)


@pytest.mark.parametrize(
    "field",
    [
        b"a=%E6%BB",  # half a character
        b"a=%ED%A0%80",  # an unpaired surrogate
        b"a=%FF",
        b"a=\xff",
        b"a=%zz",
        b"a=%",
        b"a=%0",
        b"a=%00",
        b"a=\0",
        b"%00=a",
        b"a",
        b"&".join([b"a=1"] * (MOST_FIELDS + 1)),
    ],
)
def test_what_is_no_form_in_utf_8_is_refused(field: bytes) -> None:
    body = field + b"&_end=1"
    with pytest.raises(GarbledFormError):
        read_form(body, len(body))


def test_the_length_must_be_announced_and_true() -> None:
    for announced in (None, len(GOOD) - 1, len(GOOD) + 1):
        with pytest.raises(GarbledFormError):
            read_form(GOOD, announced)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    body += b"&_end=1"
    try:
        raw = read_form(body, len(body))
    except GarbledFormError:
        return
    assert all("\0" not in value for values in raw.values() for value in values)


@pytest.mark.parametrize(
    "words", ["𠮷野家", "👨‍👩‍👧‍👦", "a=b&c", "100%", "第一行\r\n第二行", "\u00e9", "e\u0301"]
)
def test_words_arrive_as_they_were_written(words: str) -> None:
    body = (urlencode({"a": words}) + "&_end=1").encode()
    assert read_form(body, len(body))["a"] == [words]
