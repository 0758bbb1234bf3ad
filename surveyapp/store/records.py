"""What the store takes in and gives out."""

from collections.abc import Sequence
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
class Content:
    """What one response says, without its id and its day."""

    answers: str
    open_text: str
    stratum: str | None
    version: str
    channel: str
    validity: str
    flags: str


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
class CountRow:
    """How many responses of one kind came in, whether they are shown yet or not."""

    day: str
    channel: str
    stratum: str | None
    validity: str
    flags: str
    shown: bool
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
    closed_at: int | None = None
    """When it was closed by hand, in unix seconds; None unless it is closed."""
    views: int = 0
    """How often the page was shown by the open link."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A published definition; its text is `Store.source`."""

    survey: str
    version: str
    published_on: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeHashes:
    """What is kept of one access code: the hash of its link, and of the short code typed by hand."""

    link: str
    typed: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBatch:
    """Codes to be issued together."""

    purpose: str
    channel: str
    stratum: str | None
    day: str
    codes: Sequence[CodeHashes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """A sample drawn from a list of people: how it can be drawn again, and how many, but nobody's name."""

    id: str
    survey: str
    drawn_on: str
    drawn_by: str
    method: str
    seed: str
    file_hash: str
    """SHA-256 of the list's bytes, in hex."""
    counts: str
    """JSON: `{stratum: {"people": N, "drawn": n}}`; the stratum is empty for a simple sample."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """An access code's state and what its batch says about it."""

    hash: str
    """The hash of its link, whichever of the two was looked up."""
    state: str
    stratum: str | None
    channel: str
    batch: str
    purpose: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerRow:
    """The codes of one purpose, channel and stratum: all that were issued, and of them the used, the void and the opened.

    `undelivered` is how many came back unread, as entered by hand.
    """

    purpose: str
    channel: str
    stratum: str | None
    issued: int
    used: int
    void: int
    opened: int
    undelivered: int


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
    undelivered: int = 0
    draw: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One attempt to reach a case by telephone; deleted when the survey closes."""

    id: str
    code_hash: str
    day: str
    outcome: str
    call_back: str = ""
    """Empty, or when to call again: `YYYY-MM-DD HH:MM`."""
    note: str = ""
    called_by: str = ""
    attempt: int = 0
    """Its number among the case's attempts, from 1; given by the store."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperEntry:
    """The first typing of a paper copy, which waits for the second; never with an access code."""

    survey: str
    number: str
    version: str
    fields: str
    """JSON: the values typed, by field name."""
    entered_by: str
    day: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """How many answers at most came together on a day, by the kind of togetherness."""

    day: str
    kind: str
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
    reads_rows: bool = False
    """Whether it opens single answers as well, not only what is counted and scored."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """An address that is told when a survey has closed, and how far that has come."""

    id: str
    survey: str
    url: str
    added_on: str
    closing: int = 0
    """The closing it was last called for (`Survey.closed_at`); 0 before the first."""
    attempts: int = 0
    """How often it was tried for that closing."""
    next_at: int = 0
    """Before this moment, in unix seconds, it is not tried again."""
    is_done: bool = False
    """Whether nothing more is to be tried for that closing: it was delivered, or given up."""
    last_on: str | None = None
    last_result: str | None = None
    """What came of the last attempt: `delivered`, `status 500`, `timeout`…"""
