"""Webhooks, rows without ids, and the right to read rows, on both databases."""

from __future__ import annotations

from collections import Counter

import pytest

from surveyapp.store import Store, UnknownSurveyError, UnknownWebhookError, Webhook, WebhookExistsError
from tests.surveyapp.store.samples import submission

HOOK = Webhook(id="1", survey="water", url="https://example.org/a", added_on="2026-05-01")


def test_a_webhook_is_kept_listed_and_removed(store: Store) -> None:
    store.add_webhook(HOOK)
    assert store.webhooks() == store.webhooks(["water"]) == [HOOK]
    assert store.webhooks(["road"]) == []
    with pytest.raises(WebhookExistsError):
        store.add_webhook(Webhook(id="2", survey="water", url=HOOK.url, added_on="2026-05-01"))
    with pytest.raises(UnknownSurveyError):
        store.add_webhook(Webhook(id="2", survey="nowhere", url=HOOK.url, added_on="2026-05-01"))
    store.remove_webhook("water", HOOK.url)
    with pytest.raises(UnknownWebhookError):
        store.remove_webhook("water", HOOK.url)


def test_an_attempt_is_taken_by_one(store: Store) -> None:
    store.add_webhook(HOOK)
    assert store.claim_webhook("1", 100, now=700, next_at=760, first=True)
    assert not store.claim_webhook("1", 100, now=700, next_at=760, first=True)
    assert not store.claim_webhook("1", 100, now=759, next_at=900, first=False)
    assert store.claim_webhook("1", 100, now=760, next_at=900, first=False)
    store.note_webhook("1", day="2026-05-02", result="delivered", is_done=True)
    assert not store.claim_webhook("1", 100, now=10**6, next_at=10**6, first=False)
    (kept,) = store.webhooks()
    assert (kept.closing, kept.attempts, kept.next_at, kept.is_done) == (100, 2, 900, True)
    assert (kept.last_on, kept.last_result) == ("2026-05-02", "delivered")
    assert store.claim_webhook("1", 200, now=800, next_at=860, first=True)
    assert store.webhooks()[0].attempts == 1


def test_rows_come_page_by_page_in_the_order_of_what_they_say(store: Store) -> None:
    sent = [
        submission(answers=f'{{"q":"{code}"}}', open_text="" if n % 2 else "x")
        for n, code in enumerate("CABBABCC")
    ]
    store.submit_many(sent)
    assert store.count_shown("water") == 8
    pages = [store.contents("water", offset=offset, limit=3) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 2, 0]
    got = [(one.answers, one.open_text) for page in pages for one in page]
    assert Counter(got) == Counter((one.answers, one.open_text) for one in sent)
    assert [answers for answers, _ in got] == sorted(answers for answers, _ in got)


def test_rows_that_wait_do_not_come(store: Store) -> None:
    store.submit(submission())
    assert (store.count_shown("water"), store.contents("water", offset=0, limit=9)) == (0, [])


def test_a_token_reads_rows_only_if_it_was_said(store: Store) -> None:
    store.add_token("a", "totals", "*", "2026-05-01", "2026-06-01")
    store.add_token("b", "rows", "*", "2026-05-01", "2026-06-01", reads_rows=True)
    assert {one.name: one.reads_rows for one in store.tokens()} == {"totals": False, "rows": True}
