"""Webhooks: which address is told of a survey's closing, and how far that has come."""

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from surveyapp.store import tables
from surveyapp.store.errors import UnknownSurveyError, UnknownWebhookError, WebhookExistsError
from surveyapp.store.records import Webhook
from surveyapp.store.topic import Topic

_WEBHOOK = tables.webhook.c


class Webhooks(Topic):
    """The statements about webhooks."""

    def add_webhook(self, webhook: Webhook) -> None:
        """Add a webhook. Raises UnknownSurveyError, and WebhookExistsError for an address it has already."""
        if any(known.url == webhook.url for known in self.webhooks([webhook.survey])):
            raise WebhookExistsError(webhook.survey)
        added = insert(tables.webhook).values(asdict(webhook))
        self._write(lambda connection: connection.execute(added).rowcount, UnknownSurveyError(webhook.survey))

    def webhooks(self, slugs: Collection[str] | None = None) -> list[Webhook]:
        """List the webhooks, of some surveys or of all, by survey and address."""
        chosen = select(tables.webhook).order_by(_WEBHOOK.survey, _WEBHOOK.url)
        return self._all(Webhook, chosen if slugs is None else chosen.where(_WEBHOOK.survey.in_(slugs)))

    def remove_webhook(self, slug: str, url: str) -> None:
        """Remove a webhook. Raises UnknownWebhookError."""
        mine = delete(tables.webhook).where(_WEBHOOK.survey == slug, _WEBHOOK.url == url)
        self._change(mine, missing=UnknownWebhookError(slug))

    def claim_webhook(self, id: str, closing: int, *, now: int, next_at: int, first: bool) -> bool:
        """Take one attempt upon oneself; false if another process did, or it is not due.

        `next_at` is when the next attempt is due, should this one never report what came of it.
        """
        attempts = 1 if first else _WEBHOOK.attempts + 1
        values = {"closing": closing, "attempts": attempts, "next_at": next_at, "is_done": False}
        taken = update(tables.webhook).where(_WEBHOOK.id == id, _is_due(closing, now, first=first))
        return self._change(taken.values(values)) == 1

    def note_webhook(self, id: str, *, day: str, result: str, is_done: bool) -> None:
        """Keep what came of an attempt."""
        noted = update(tables.webhook).where(_WEBHOOK.id == id)
        self._change(noted.values(last_on=day, last_result=result, is_done=is_done))


def _is_due(closing: int, now: int, *, first: bool) -> ColumnElement[bool]:
    if first:
        return _WEBHOOK.closing != closing
    return and_(_WEBHOOK.closing == closing, ~_WEBHOOK.is_done, _WEBHOOK.next_at <= now)
