"""Evaluators' accounts and sessions, and the API's tokens; knows the store and no Flask.

Passwords are kept as argon2id hashes. Session and API tokens are 256 random bits, of which only a SHA-256 is kept:
nobody can try them all, so they need no slow hash.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from surveyapp.store import Store, Token, UnknownSurveyError

IDLE = 30 * 60
"""Seconds after which an unused session ends."""
LONGEST = 12 * 3600
"""Seconds after which every session ends."""
TOUCH = 60
"""Seconds; how exactly the last use of a session is kept, so that reading a page seldom writes."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
LONGEST_NAME = 40
LONGEST_TOKEN_DAYS = 366
TOKEN_PREFIX = "gs_"
EVERYTHING = "*"

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which look alike on paper."""
_GROUPS, _GROUP = 4, 5
_MADE = re.compile(f"[{_LETTERS}]{{{_GROUP}}}(-[{_LETTERS}]{{{_GROUP}}}){{{_GROUPS - 1}}}")
_TOKEN = re.compile(rf"{TOKEN_PREFIX}[A-Za-z0-9_-]{{43}}")
_CONTEXT = (
    "surveyapp",
    "survey",
    "manyidu",
    "diaocha",
    "wenjuan",
    "pingjia",
    "jixiao",
    "caizheng",
    "zhengfu",
    "kaoping",
)
_FEWEST_PIECES = 6

_hasher = PasswordHasher()
_at_once = BoundedSemaphore(4)
"""Every hash takes 64 MiB while it is computed; so many are computed at once, however many knock."""
logger = logging.getLogger(__name__)


class UnfitPasswordError(ValueError):
    """A password that must not be used, worded in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class UnfitNameError(ValueError):
    """An account's or token's name that cannot be used, worded in both languages."""

    def __init__(self) -> None:
        self.zh = f"名称应为 1 到 {LONGEST_NAME} 个可见字符"
        self.en = f"a name has 1 to {LONGEST_NAME} visible characters"
        super().__init__(self.en)


class TokenNameTakenError(ValueError):
    """A name under which a token is still good, worded in both languages."""

    def __init__(self, name: str) -> None:
        self.zh = f"名为 {name} 的令牌还有效。请换一个名称，或先运行 surveyapp token revoke {name}。"
        self.en = f"A token named {name} is still valid. Choose another name, or first run surveyapp token revoke {name}."
        super().__init__(self.en)


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A signed-in evaluator; `made_password` says that the password is still the one this program made."""

    account: str
    token_hash: str
    made_password: bool


# --- accounts ------------------------------------------------------------------------------------------------------


def create_account(store: Store, name: str, *, today: str = "") -> str:
    """Add an account and return the password made for it, which is shown once and can be typed from paper.

    Raises UnfitNameError and AccountExistsError.
    """
    password = make_password()
    store.add_account(_fit_name(name), _hasher.hash(password), today or _today())
    return password


def reset_password(store: Store, name: str) -> str:
    """Give an account a new password, end its sessions and return the password. Raises UnknownAccountError."""
    password = make_password()
    store.set_password_hash(name, _hasher.hash(password))
    store.drop_sessions_of(name)
    return password


def _today() -> str:
    return date.today().isoformat()


def make_password() -> str:
    """Return a random password of 99 bits in four groups, without letters that look alike."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def set_password(store: Store, name: str, password: str) -> None:
    """Replace an account's password and end all its sessions. Raises UnfitPasswordError and UnknownAccountError."""
    check_password(password, name)
    store.set_password_hash(name, _hasher.hash(_folded(password)))
    store.drop_sessions_of(name)
    logger.info("the password of an account was changed; its sessions ended")


def check_password(password: str, name: str = "") -> None:
    """Refuse a password that is too short or easily guessed; no rules on its kinds of characters.

    Raises UnfitPasswordError.
    """
    password = _folded(password)
    if len(password) < SHORTEST_PASSWORD:
        raise UnfitPasswordError(
            f"密码至少 {SHORTEST_PASSWORD} 个字符", f"a password has at least {SHORTEST_PASSWORD} characters"
        )
    if len(password) > LONGEST_PASSWORD:
        raise UnfitPasswordError(
            f"密码至多 {LONGEST_PASSWORD} 个字符", f"a password has at most {LONGEST_PASSWORD} characters"
        )
    if _pieces(password.casefold(), name) < _FEWEST_PIECES:
        raise UnfitPasswordError(
            "这个密码由常见的词拼成，容易被猜到，请换一个",
            "this password is made of common words and easily guessed; choose another",
        )


def _pieces(password: str, name: str) -> int:
    """Count what has to be guessed: a common word or a repetition counts once, as any other character does."""
    words = {word for word in (*common_passwords(), *_CONTEXT, name.casefold()) if len(word) > 2}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        password = password.replace(word, "\0")
    password = re.sub(r"(.)\1{2,}", r"\1", password, flags=re.DOTALL)
    return min(len(password), 2 * len(set(password)))


@cache
def common_passwords() -> tuple[str, ...]:
    """Return the commonest passwords and words in them, in lower case."""
    text = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.split() if line)


def _folded(password: str) -> str:
    """Write the same password the same way, whichever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


def _fit_name(name: str) -> str:
    name = unicodedata.normalize("NFKC", name).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UnfitNameError
    return name


# --- sessions ------------------------------------------------------------------------------------------------------


def sign_in(store: Store, name: str, password: str, now: int) -> str | None:
    """Begin a session and return its token; None if name and password do not belong together.

    An unknown, disabled or mistyped account takes the same time and gets the same answer.
    """
    name = unicodedata.normalize("NFKC", name).strip()
    account = store.account(name) if "\0" not in name else None
    known = account.password_hash if account and not account.disabled else _stand_in()
    fits = _verify(known, _folded(password[:LONGEST_PASSWORD]))
    if account is None or account.disabled or not fits:
        logger.warning(
            "a sign-in was refused%s", "" if account is None else f" for the account {account.name!r}"
        )
        return None
    if _hasher.check_needs_rehash(account.password_hash):
        store.set_password_hash(name, _hasher.hash(_folded(password)))
    logger.info("signed in: %r", account.name)
    return begin_session(store, account.name, now, made_password=bool(_MADE.fullmatch(password)))


def begin_session(store: Store, account: str, now: int, *, made_password: bool = False) -> str:
    """Begin a session of an account and return its token; sessions that have ended are cleared away."""
    store.drop_sessions_before(created=now - LONGEST, seen=now - IDLE)
    token = secrets.token_urlsafe(32)
    store.add_session(_digest(token), account, now, json.dumps({"made_password": made_password}))
    return token


def signed_in(store: Store, token: str | None, now: int) -> SignedIn | None:
    """Return who a session's token belongs to, unless the session has ended or the account is disabled."""
    session = store.session(_digest(token)) if token else None
    if session is None or now - session.seen_at > IDLE or now - session.created_at > LONGEST:
        return None
    account = store.account(session.account)
    if account is None or account.disabled:
        return None
    if now - session.seen_at >= TOUCH:
        store.touch_session(session.token_hash, now)
    data = json.loads(session.data)
    return SignedIn(
        account=account.name, token_hash=session.token_hash, made_password=bool(data.get("made_password"))
    )


def sign_out(store: Store, token: str | None) -> None:
    """End a session."""
    if token:
        store.drop_session(_digest(token))


def change_password(store: Store, name: str, old: str, new: str) -> bool:
    """Replace an account's password if the old one is right; ends all its sessions. Raises UnfitPasswordError."""
    account = store.account(name)
    if account is None or not _verify(account.password_hash, _folded(old[:LONGEST_PASSWORD])):
        return False
    set_password(store, name, new)
    return True


def _verify(password_hash: str, password: str) -> bool:
    try:
        with _at_once:
            return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _stand_in() -> str:
    """Return the hash that is tried when there is no account."""
    return _hasher.hash(secrets.token_urlsafe(32))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


# --- API tokens ----------------------------------------------------------------------------------------------------


def make_token(
    store: Store,
    name: str,
    scope: Iterable[str] | None,
    days: int,
    *,
    today: str = "",
    reads_rows: bool = False,
) -> str:
    """Add an API token and return it; it is shown once.

    `scope` holds the slugs of the surveys it may read, None is every survey; it ends after `days` days (1 to 366).
    With `reads_rows` it opens single answers as well, not only what is counted and scored.
    Raises UnfitNameError, TokenNameTakenError, UnknownSurveyError, and ValueError for the days.
    """
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise ValueError(f"days ({days}) must lie between 1 and {LONGEST_TOKEN_DAYS}")
    name, day = _fit_name(name), today or _today()
    if any(found.name == name and _is_live(found, day) for found in store.tokens()):
        raise TokenNameTakenError(name)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    kept = EVERYTHING if scope is None else json.dumps(_known(store, scope))
    expires = date.fromisoformat(day) + timedelta(days=days)
    store.add_token(_digest(token), name, kept, day, expires.isoformat(), reads_rows=reads_rows)
    return token


def _known(store: Store, slugs: Iterable[str]) -> list[str]:
    """Return the slugs in order; a mistyped one would make a token that finds nothing and does not say why."""
    found = sorted(set(slugs))
    for slug in found:
        if store.survey(slug) is None:
            raise UnknownSurveyError(slug)
    return found


def _is_live(token: Token, day: str) -> bool:
    return not token.revoked and day <= token.expires_on


def bearer(store: Store, header: str | None, *, today: str = "") -> Token | None:
    """Return the API token an Authorization header carries, unless it is unknown, revoked or has ended.

    The day of its last use is kept; that writes once a day.
    """
    scheme, _, written = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(written.strip()):
        return None
    found = store.token(_digest(written.strip()))
    day = today or _today()
    if found is None or not _is_live(found, day):
        return None
    if found.last_used_on != day:
        store.note_token_use(found.token_hash, day)
    return found


def may_read(token: Token, slug: str) -> bool:
    """Say whether a survey lies within a token's scope."""
    return token.scope == EVERYTHING or slug in json.loads(token.scope)


def may_read_rows(token: Token, slug: str) -> bool:
    """Say whether a token opens single answers of a survey."""
    return token.reads_rows and may_read(token, slug)
