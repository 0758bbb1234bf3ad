"""Access codes: batches of them, their state, and the ledger of what became of them."""

import random
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, or_, select, update

from surveyapp.store import tables
from surveyapp.store.errors import CodeExistsError, UnknownSurveyError
from surveyapp.store.records import Batch, Code, CodeHashes, Draw, LedgerRow, NewBatch
from surveyapp.store.topic import Topic

_CODE = tables.access_code.c
_BATCH = tables.batch.c
_AT_A_TIME = 500
"""Hashes in one statement; SQLite allows some thousand parameters."""


class Codes(Topic):
    """The statements about access codes."""

    def issue(self, slug: str, batches: Sequence[NewBatch], draw: Draw | None = None) -> list[str]:
        """Keep the hashes of new codes, batch by batch, and the draw they were issued for: all or none.

        Returns the batches' ids. Raises UnknownSurveyError, and CodeExistsError where a code is there already.
        """
        if self.survey_is_missing(slug):
            raise UnknownSurveyError(slug)
        made = [(_batch(slug, new, draw), new.codes) for new in batches]

        def work(connection: Connection) -> None:
            if draw is not None:
                connection.execute(insert(tables.draw).values(_row(draw, tables.draw)))
            for batch, codes in made:
                _issue(connection, batch, codes)

        self._write(work, CodeExistsError())
        return [batch.id for batch, _ in made]

    def issue_codes(
        self,
        slug: str,
        hashes: Sequence[str | CodeHashes],
        *,
        purpose: str,
        channel: str,
        stratum: str | None,
        day: str,
    ) -> str:
        """Keep the hashes of new codes as one batch, all or none; the batch's id."""
        codes = [CodeHashes(link=one) if isinstance(one, str) else one for one in hashes]
        batch = NewBatch(purpose=purpose, channel=channel, stratum=stratum, day=day, codes=codes)
        return self.issue(slug, [batch])[0]

    def code(self, slug: str, link_hash: str) -> Code | None:
        """Look at a code by its link's hash without spending it."""
        return self._one(Code, _looking().where(_CODE.code_hash == link_hash, _CODE.survey == slug))

    def typed_code(self, slug: str, typed_hash: str) -> Code | None:
        """Look at a code by the hash of what is typed by hand, without spending it."""
        return self._one(Code, _looking().where(_CODE.typed_hash == typed_hash, _CODE.survey == slug))

    def code_states(self, slug: str, link_hashes: Collection[str]) -> dict[str, str]:
        """Return the states of those of these codes that exist."""
        columns = (_CODE.code_hash, _CODE.state)
        with self._database.read() as connection:
            return {
                hash_: state
                for some in _portions(link_hashes)
                for hash_, state in connection.execute(select(*columns).where(_of(slug, some)))
            }

    def reissue(self, slug: str, old: Mapping[str, CodeHashes], *, day: str) -> set[str]:
        """Make unused codes void and issue new ones in their place, with all that their batches say: all or none.

        `old` maps the hash of an old link to the new code. Returns the old hashes that were replaced; a used, void or
        unknown code is left as it is.
        """
        return self._write(lambda connection: _reissue(connection, slug, old, day), CodeExistsError())

    def void_codes(self, slug: str, link_hashes: Collection[str]) -> int:
        """Make these codes void where they are unused; how many there were."""
        return self._write(lambda connection: len(_void(connection, slug, link_hashes)))

    def void_batch(self, slug: str, batch: str) -> int:
        """Make a batch's unused codes void; how many there were."""
        unused = (_CODE.survey == slug, _CODE.batch == batch, _CODE.state == "issued")
        return self._change(update(tables.access_code).where(*unused).values(state="void"))

    def set_undelivered(self, slug: str, batch: str, count: int) -> int:
        """Set how many of a batch came back unread; 0 if there is no such batch."""
        one = update(tables.batch).where(_BATCH.survey == slug, _BATCH.id == batch)
        return self._change(one.values(undelivered=count))

    def mark_opened(self, slug: str, link_hashes: Collection[str], views: int = 0) -> None:
        """Note that these codes' pages were shown, and how often the open link's was.

        Only what changes is written, and in random order, so that the rows' places tell nothing of who came when.
        """
        shuffled = random.SystemRandom().sample(sorted(link_hashes), len(link_hashes))

        def work(connection: Connection) -> None:
            for some in _portions(shuffled):
                news = update(tables.access_code).where(_of(slug, some), ~_CODE.opened)
                connection.execute(news.values(opened=True))
            if views:
                survey = tables.survey.c
                seen = update(tables.survey).where(survey.slug == slug)
                connection.execute(seen.values(views=survey.views + views))

        self._write(work)

    def batches(self, slug: str) -> list[Batch]:
        """List what was issued, oldest day first."""
        chosen = select(tables.batch).where(_BATCH.survey == slug)
        return self._all(Batch, chosen.order_by(_BATCH.issued_on, _BATCH.id))

    def standing_batches(self, slug: str) -> set[str]:
        """Return the batches of which at least one code is not void."""
        standing = select(_CODE.batch).where(_CODE.survey == slug, _CODE.state != "void").distinct()
        with self._database.read() as connection:
            return set(connection.execute(standing).scalars())

    def draws(self, slug: str) -> list[Draw]:
        """List the samples that were drawn, oldest day first."""
        table = tables.draw.c
        return self._all(
            Draw, select(tables.draw).where(table.survey == slug).order_by(table.drawn_on, table.id)
        )

    def ledger(self, slug: str) -> list[LedgerRow]:
        """Count a survey's codes by purpose, channel and stratum."""
        group = (_BATCH.purpose, _BATCH.channel, _BATCH.stratum)
        used, void = (func.count().filter(_CODE.state == state).label(state) for state in ("used", "void"))
        # whoever answered has seen the page, whether or not that was noted
        seen = and_(_CODE.state != "void", or_(_CODE.opened, _CODE.state == "used"))
        counts = (func.count().label("issued"), used, void, func.count().filter(seen).label("opened"))
        joined = select(*group, *counts).join_from(tables.batch, tables.access_code)
        undelivered = select(*group, func.sum(_BATCH.undelivered).label("undelivered"))
        with self._database.read() as connection:
            counted = connection.execute(joined.where(_BATCH.survey == slug).group_by(*group)).all()
            entered = connection.execute(undelivered.where(_BATCH.survey == slug).group_by(*group)).all()
        lost = {tuple(row[:3]): int(row.undelivered) for row in entered}
        rows = [LedgerRow(**row._mapping, undelivered=lost[tuple(row[:3])]) for row in counted]
        return sorted(rows, key=lambda row: (row.purpose, row.channel, row.stratum or ""))

    def survey_is_missing(self, slug: str) -> bool:
        """Tell whether there is no such survey."""
        with self._database.read() as connection:
            return connection.execute(select(1).where(tables.survey.c.slug == slug)).first() is None


def _looking() -> Any:
    columns = (_CODE.state, _BATCH.stratum, _BATCH.channel, _CODE.batch, _BATCH.purpose)
    return select(_CODE.code_hash.label("hash"), *columns).join_from(tables.access_code, tables.batch)


def _portions(hashes: Iterable[str]) -> Iterable[list[str]]:
    waiting = list(hashes)
    return (waiting[start : start + _AT_A_TIME] for start in range(0, len(waiting), _AT_A_TIME))


def _of(slug: str, link_hashes: Sequence[str]) -> ColumnElement[bool]:
    return and_(_CODE.survey == slug, _CODE.code_hash.in_(link_hashes))


def _batch(slug: str, new: NewBatch, draw: Draw | None) -> Batch:
    return Batch(
        id=secrets.token_hex(16), survey=slug, purpose=new.purpose, channel=new.channel, stratum=new.stratum,
        issued_on=new.day, count=len(new.codes), draw=draw.id if draw else None,
    )  # fmt: skip


def _issue(connection: Connection, batch: Batch, codes: Sequence[CodeHashes]) -> None:
    # In random order, so that a code's place in the file says nothing about its place on the printed list.
    shuffled = random.SystemRandom().sample(codes, len(codes))
    connection.execute(insert(tables.batch).values(_row(batch, tables.batch)))
    rows = [
        {
            "code_hash": one.link, "typed_hash": one.typed, "survey": batch.survey, "batch": batch.id,
            "state": "issued", "opened": False,
        }
        for one in shuffled
    ]  # fmt: skip
    if rows:
        connection.execute(insert(tables.access_code), rows)


def _void(connection: Connection, slug: str, link_hashes: Collection[str]) -> list[tuple[str, str]]:
    """Make unused codes void; their hashes and batches."""
    voided: list[tuple[str, str]] = []
    for some in _portions(link_hashes):
        unused = update(tables.access_code).where(_of(slug, some), _CODE.state == "issued")
        told = unused.values(state="void").returning(_CODE.code_hash, _CODE.batch)
        voided += [(hash_, batch) for hash_, batch in connection.execute(told)]
    return voided


def _reissue(connection: Connection, slug: str, old: Mapping[str, CodeHashes], day: str) -> set[str]:
    voided = _void(connection, slug, old)
    by_batch: dict[str, list[CodeHashes]] = {}
    for hash_, batch in voided:
        by_batch.setdefault(batch, []).append(old[hash_])
    found = select(tables.batch).where(_BATCH.id == bindparam("wanted"))
    for id_, codes in by_batch.items():
        before = Batch(**connection.execute(found, {"wanted": id_}).mappings().one())
        new = replace(before, id=secrets.token_hex(16), issued_on=day, count=len(codes), undelivered=0)
        _issue(connection, new, codes)
    return {hash_ for hash_, _ in voided}


def _row(record: object, table: Any) -> dict[str, object]:
    return {column.name: getattr(record, column.name) for column in table.c}
