"""A prepared page: compressed once, completed for each response."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.respond.prepared import MARK, prepare


@given(st.text(max_size=3000), st.text(max_size=200), st.text(max_size=3000))
def test_the_compressed_page_is_the_plain_one(before: str, text: str, after: str) -> None:
    try:
        page = prepare(f"{before}{MARK}{after}")
    except (ValueError, UnicodeEncodeError):
        return
    assert gzip.decompress(page.gzipped("again")) == page.plain("again")  # nothing is left from the first use
    assert gzip.decompress(page.gzipped(text)) == page.plain(text)


@pytest.mark.parametrize("page", ["no mark", f"{MARK} twice {MARK}"])
def test_the_mark_must_stand_there_once(page: str) -> None:
    with pytest.raises(ValueError):
        prepare(page)
