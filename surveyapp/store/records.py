"""What the store takes in and gives out."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a submission."""

    STORED = "stored"
    REPEATED = "repeated"
    """The same id with the same content: it was stored before, the receipt is the same."""
    CONFLICT = "conflict"
    """The same id with other content: the first answer stands."""
    CODE_USED = "code-used"
    CODE_VOID = "code-void"
    CODE_UNKNOWN = "code-unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One returned questionnaire on its way into the store."""

    id: str
    """128 random bits as text, made when the page was rendered."""
    survey: str
    version: str
    channel: str
    answers: str
    """Canonical JSON of the closed answers in questionnaire order."""
    day: str
    stratum: str | None = None
    validity: str = ""
    flags: str = ""
    open_text: str = ""
    code_hash: str | None = None
    """The access code's SHA-256 in hex; None by the open link."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredResponse:
    """One response as it is kept."""

    id: str
    survey: str
    version: str
    channel: str
    stratum: str | None
    validity: str
    flags: str
    answers: str
    open_text: str
    day: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PatternRow:
    """A distinct vector of closed answers and how many gave it."""

    answers: str
    stratum: str | None
    version: str
    channel: str
    validity: str
    flags: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCount:
    """Responses of one day by one channel."""

    day: str
    channel: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """A survey's settings."""

    slug: str
    state: str
    version: str
    """The content hash of the version now handed out."""
    opens_on: str | None
    closes_on: str | None
    open_link: bool
    distributed: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A published definition; its text is `Store.source`."""

    survey: str
    version: str
    published_on: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """An access code's state and what its batch says about it."""

    state: str
    stratum: str | None
    channel: str
    batch: str
    purpose: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerRow:
    """The codes of one purpose, channel and stratum: all that were issued, and of them the used and the void ones."""

    purpose: str
    channel: str
    stratum: str | None
    issued: int
    used: int
    void: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """One issue of access codes."""

    id: str
    survey: str
    purpose: str
    channel: str
    stratum: str | None
    issued_on: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EnteredValue:
    """An indicator's value that an evaluator entered by hand."""

    indicator: str
    part: str
    value: str
    reason: str
    entered_by: str
    day: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An evaluator's account."""

    name: str
    password_hash: str
    disabled: bool
    created_on: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A signed-in evaluator; times are unix seconds."""

    token_hash: str
    account: str
    created_at: int
    seen_at: int
    data: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """An API token; the scope is `*` or a JSON list of survey slugs."""

    token_hash: str
    name: str
    scope: str
    created_on: str
    expires_on: str
    last_used_on: str | None
    revoked: bool
