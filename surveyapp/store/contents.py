"""What responses say, page by page, in the order of what they say: that order tells nobody's place."""

from sqlalchemy import func, select

from surveyapp.store import tables
from surveyapp.store.records import Content
from surveyapp.store.topic import Topic

_RESPONSE = tables.response.c
_SAID = tuple(
    _RESPONSE[name] for name in ("answers", "open_text", "stratum", "version", "channel", "validity", "flags")
)


class Contents(Topic):
    """The statements that read responses without their ids."""

    def contents(self, slug: str, *, offset: int, limit: int) -> list[Content]:
        """Return some of a survey's shown responses, sorted by all that they say; equal ones cannot be told apart.

        In the order of their ids, somebody who knows an id would know about where its response stands.
        """
        mine = select(*_SAID).where(_RESPONSE.survey == slug, _RESPONSE.shown)
        return self._all(Content, mine.order_by(*_SAID).offset(offset).limit(limit))

    def count_shown(self, slug: str) -> int:
        """Count a survey's shown responses; they never become fewer or other ones, so equal counts are equal states."""
        counted = select(func.count()).where(_RESPONSE.survey == slug, _RESPONSE.shown)
        with self._database.read() as connection:
            return int(connection.execute(counted).scalar_one())
