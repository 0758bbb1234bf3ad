"""A look writes nothing by itself: what was opened is noted in memory and handed over once a minute."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from flask import Flask

from surveyapp.config import Config
from surveyapp.respond import housekeeping
from surveyapp.respond.openings import MOST, Openings
from surveyapp.store import Store, StoreBusyError
from tests.surveyapp.respond.conftest import KINDS, Respondent, issue


def opened(store: Store) -> int:
    return sum(row.opened for row in store.ledger("kinds"))


def views(store: Store) -> int:
    found = store.survey("kinds")
    assert found is not None
    return found.views


def writes(store: Store) -> int:
    """Return how many transactions were committed."""
    return store._database.writer.groups  # type: ignore[attr-defined,no-any-return]


def test_looks_are_written_by_housekeeping_alone(
    app: Flask, respondent: Respondent, store: Store, config: Config
) -> None:
    codes = issue(store, config, 3)
    before = writes(store)
    for path in ("", f"/{codes[0].link}", f"/{codes[0].typed}", f"/{codes[1].link}", f"/{codes[1].link}", ""):
        assert respondent.client.get(f"/s/kinds{path}").status_code == 200
    assert writes(store) == before
    assert (opened(store), views(store)) == (0, 0)
    housekeeping(app)
    assert writes(store) == before + 1
    assert (opened(store), views(store)) == (
        2,
        2,
    )  # two of three codes, whichever way they were written; two open looks
    housekeeping(app)
    assert writes(store) == before + 1
    found = {state for one in codes for state in store.code_states("kinds", [one.link]).values()}
    assert found <= {"issued"}


@pytest.mark.parametrize(
    "ahead",
    [{"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}],
)
def test_what_is_fetched_ahead_is_not_counted(
    app: Flask, respondent: Respondent, store: Store, config: Config, ahead: dict[str, str]
) -> None:
    (code,) = issue(store, config, 1)
    for path in ("/s/kinds", f"/s/kinds/{code.link}"):
        assert respondent.client.get(path, headers=ahead).status_code == 200
        assert respondent.client.head(path).status_code == 200
    housekeeping(app)
    assert (opened(store), views(store)) == (0, 0)


def test_only_a_page_that_was_shown_is_counted(
    app: Flask, respondent: Respondent, invited: Respondent, store: Store
) -> None:
    store.set_state("kinds", "paused")
    respondent.opens()
    invited.opens()
    store.set_state("kinds", "open")
    respondent.client.get("/s/kinds/enter")
    respondent.client.get("/s/kinds/nothing")
    housekeeping(app)
    assert (opened(store), views(store)) == (0, 0)


def test_who_looks_again_after_answering_is_not_counted_twice(
    app: Flask, invited: Respondent, store: Store
) -> None:
    assert invited.sends(KINDS).status_code == 200
    assert invited.client.get(invited.path).status_code == 410
    housekeeping(app)
    assert opened(store) == 1


def test_a_store_that_is_busy_gets_it_the_next_time(
    app: Flask, invited: Respondent, respondent: Respondent, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreBusyError

    invited.opens()
    respondent.opens()
    with monkeypatch.context() as patch:
        patch.setattr(store, "mark_opened", fails)
        housekeeping(app)
    respondent.opens()
    housekeeping(app)
    assert (opened(store), views(store)) == (1, 2)


def test_memory_is_bounded() -> None:
    class Written:
        codes: Collection[str] = ()

        def mark_opened(self, slug: str, codes: Collection[str], views: int) -> None:
            self.codes = codes

    openings, written = Openings(), Written()
    for n in range(MOST + 1000):
        openings.note("kinds", f"{n}")
    openings.hand_over(written)  # type: ignore[arg-type]  # all that is asked of a store here
    assert len(written.codes) == MOST
