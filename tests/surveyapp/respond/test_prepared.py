"""A prepared page: compressed once, completed for each response."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.respond.prepared import MARK, prepare
from surveyapp.store import Store
from tests.surveyapp.respond.conftest import HERE, Respondent, publish


@given(st.text(max_size=3000), st.text(max_size=200), st.text(max_size=3000))
def test_the_compressed_page_is_the_plain_one(before: str, text: str, after: str) -> None:
    try:
        page = prepare(f"{before}{MARK}{after}")
    except (ValueError, UnicodeEncodeError):
        return
    assert gzip.decompress(page.gzipped("again")) == page.plain("again")  # nothing is left from the first use
    assert gzip.decompress(page.gzipped(text)) == page.plain(text)


@pytest.mark.parametrize("page", ["no mark", f"{MARK} twice {MARK}"], ids=["none", "two"])
def test_the_mark_must_stand_there_once(page: str) -> None:
    with pytest.raises(ValueError):
        prepare(page)


def test_no_author_can_know_the_mark(respondent: Respondent, store: Store, tmp_path: Path) -> None:
    """A questionnaire with the mark in its words could not be drawn; so it is another one in every process."""
    program = "from surveyapp.respond.prepared import MARK; print(MARK)"
    mark = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    marked = tmp_path / "kinds.yaml"
    text = (HERE / "kinds.yaml").read_text("utf-8")
    title = "社区养老服务满意度调查"
    assert title in text
    marked.write_text(text.replace(title, f"{title} @@here@@ {mark.strip()}"), "utf-8")
    publish(store, marked)
    response = respondent.opens()
    assert response.status_code == 200
    assert "@@here@@" in response.text
