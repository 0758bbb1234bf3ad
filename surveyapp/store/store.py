"""The store: everything this program keeps, and the only place that speaks SQL."""

from types import TracebackType
from typing import Self

from surveyapp.store.accounts import Accounts
from surveyapp.store.codes import Codes
from surveyapp.store.contents import Contents
from surveyapp.store.databases import connect
from surveyapp.store.modes import Modes
from surveyapp.store.responses import Responses
from surveyapp.store.surveys import Surveys
from surveyapp.store.webhooks import Webhooks


class Store(Surveys, Codes, Responses, Contents, Modes, Accounts, Webhooks):
    """One open database. It may be used by all threads of a process, but not across a fork."""

    @classmethod
    def open(cls, url: str, *, lock_timeout: float = 10.0) -> Self:
        """Open the database, made and upgraded where needed.

        The address is `sqlite:////absolute/path.db` or `postgresql://user@host/name`. Whoever has to wait for the
        database longer than `lock_timeout` seconds gets a StoreBusyError.
        """
        return cls(connect(url, lock_timeout))

    def close(self) -> None:
        """Close every connection; on SQLite this folds the write-ahead log into the file."""
        self._database.close()

    def __enter__(self) -> Self:
        """Use the store in a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it at the end of the block."""
        self.close()

    def claim_server(self) -> None:
        """Make sure to be the only server on a SQLite file; a second one gets a ServerRunningError."""
        self._database.claim_server()

    def checkpoint(self) -> bool:
        """Remove what tells the order of recent writes: SQLite's write-ahead log, PostgreSQL's order of used codes.

        False if somebody was in the way; the next call does it then.
        """
        return self._database.checkpoint()

    def forget_order(self, slug: str) -> None:
        """Rewrite a survey's rows so that their place no longer tells in which order they came.

        Closing a survey does this too. It takes time in proportion to the database, and writers wait meanwhile.
        """
        self._database.forget_order(slug)
