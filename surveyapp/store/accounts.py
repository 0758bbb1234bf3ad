"""Evaluators' accounts and sessions, and the API's tokens."""

from typing import Any

from sqlalchemy import ColumnElement, Table, delete, insert, select, update

from surveyapp.store import tables
from surveyapp.store.errors import (
    AccountExistsError,
    StoreError,
    TokenExistsError,
    UnknownAccountError,
    UnknownTokenError,
)
from surveyapp.store.records import Account, Session, Token
from surveyapp.store.topic import Topic

_ACCOUNT = tables.account.c
_SESSION = tables.session.c
_TOKEN = tables.api_token.c


class Accounts(Topic):
    """The statements about accounts, sessions and tokens."""

    def add_account(self, name: str, password_hash: str, day: str) -> None:
        """Add an account; its name must be free."""
        values = {"name": name, "password_hash": password_hash, "disabled": False, "created_on": day}
        self._add(tables.account, values, AccountExistsError(name))

    def account(self, name: str) -> Account | None:
        """Find an account."""
        return self._one(Account, select(tables.account).where(_ACCOUNT.name == name))

    def accounts(self) -> list[Account]:
        """List all accounts by name."""
        return self._all(Account, select(tables.account).order_by(_ACCOUNT.name))

    def set_password_hash(self, name: str, password_hash: str) -> None:
        """Replace an account's password hash; ending its sessions is the caller's choice."""
        self._set_account(name, password_hash=password_hash)

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Disable or enable an account."""
        self._set_account(name, disabled=disabled)

    def add_session(self, token_hash: str, account: str, now: int, data: str = "{}") -> None:
        """Begin a session."""
        values = {
            "token_hash": token_hash,
            "account": account,
            "created_at": now,
            "seen_at": now,
            "data": data,
        }
        self._add(tables.session, values, UnknownAccountError(account))

    def session(self, token_hash: str) -> Session | None:
        """Find a session."""
        return self._one(Session, select(tables.session).where(_SESSION.token_hash == token_hash))

    def touch_session(self, token_hash: str, now: int, data: str | None = None) -> bool:
        """Note that a session is in use, and replace its data if given; false if it has ended."""
        values = {"seen_at": now} if data is None else {"seen_at": now, "data": data}
        touched = update(tables.session).where(_SESSION.token_hash == token_hash).values(values)
        return self._change(touched) == 1

    def drop_session(self, token_hash: str) -> None:
        """End a session."""
        self._drop_sessions(_SESSION.token_hash == token_hash)

    def drop_sessions_of(self, account: str) -> int:
        """End all sessions of an account; how many there were."""
        return self._drop_sessions(_SESSION.account == account)

    def drop_sessions_before(self, *, created: int, seen: int) -> int:
        """End the sessions begun or last seen before these moments; how many there were."""
        return self._drop_sessions((_SESSION.created_at < created) | (_SESSION.seen_at < seen))

    def add_token(
        self,
        token_hash: str,
        name: str,
        scope: str,
        created_on: str,
        expires_on: str,
        *,
        reads_rows: bool = False,
    ) -> None:
        """Add an API token; the scope is `*` or a JSON list of slugs."""
        values = {
            "token_hash": token_hash,
            "name": name,
            "scope": scope,
            "created_on": created_on,
            "expires_on": expires_on,
            "revoked": False,
            "reads_rows": reads_rows,
        }
        self._add(tables.api_token, values, TokenExistsError(name))

    def token(self, token_hash: str) -> Token | None:
        """Find an API token."""
        return self._one(Token, select(tables.api_token).where(_TOKEN.token_hash == token_hash))

    def tokens(self) -> list[Token]:
        """List all API tokens by name."""
        return self._all(Token, select(tables.api_token).order_by(_TOKEN.name, _TOKEN.created_on))

    def revoke_token(self, name: str) -> int:
        """Revoke every token of this name; how many there were."""
        revoked = update(tables.api_token).where(_TOKEN.name == name).values(revoked=True)
        return self._change(revoked, missing=UnknownTokenError(name))

    def note_token_use(self, token_hash: str, day: str) -> None:
        """Keep the day a token was last used; writes once a day only."""
        stale = _TOKEN.last_used_on.is_(None) | (_TOKEN.last_used_on < day)
        with self._database.read() as connection:
            due = connection.execute(select(1).where(_TOKEN.token_hash == token_hash, stale)).first()
        if due:
            used = update(tables.api_token).where(_TOKEN.token_hash == token_hash)
            self._change(used.values(last_used_on=day))

    def _add(self, table: Table, values: dict[str, Any], refusal: StoreError) -> None:
        self._write(lambda connection: connection.execute(insert(table).values(values)).rowcount, refusal)

    def _set_account(self, name: str, **values: Any) -> None:
        change = update(tables.account).where(_ACCOUNT.name == name).values(values)
        self._change(change, missing=UnknownAccountError(name))

    def _drop_sessions(self, chosen: ColumnElement[bool]) -> int:
        return self._change(delete(tables.session).where(chosen))
