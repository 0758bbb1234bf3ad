"""Fetches scores, counts and rows from a surveyapp server; standard library only, so that this file can be copied alone.

    client = Client("https://survey.example.org", os.environ["SURVEYAPP_TOKEN"])
    for score in client.indicators("zhifu-2022"):
        print(score.title, score.reported, score.interval, score.n)

Shares are fractions of 1, scores are points, neither is rounded; unknown is None, never 0.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Self, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

SIGNATURE = "X-Surveyapp-Signature"
DELIVERY = "X-Surveyapp-Delivery"
TOLERANCE = 300
"""Seconds by which a webhook's signature may be old: an older one may have been recorded and sent again."""

TIMEOUT = 30.0
PAGE = 1000
_LARGEST_PROBLEM = 65_536

Interval = tuple[float, float]


# --- what goes wrong -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What the server says of an error (RFC 9457), in Chinese and English."""

    status: int
    type: str = "about:blank"
    title: str = ""
    detail: str = ""
    detail_en: str = ""
    errors: Sequence[Mapping[str, str]] = ()
    """With 422: `parameter`, `detail` and `detail_en` of each parameter that cannot be used."""


class ClientError(Exception):
    """Anything that goes wrong in a client."""


class UnreachableError(ClientError):
    """The server cannot be reached, or what it sends is not what was asked for."""


class ApiError(ClientError):
    """The server answered that it cannot be done; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.title}: {problem.detail} {problem.detail_en}".strip())
        self.problem = problem


class UnauthorizedError(ApiError):
    """The token is unknown, revoked or has ended (401)."""


class ForbiddenError(ApiError):
    """The token reads totals and scores only, not rows (403)."""


class NotFoundError(ApiError):
    """There is no such survey, or the token's scope does not have it (404)."""


class RowsChangedError(ApiError):
    """New answers were taken up while rows were read; begin again (409)."""


class UnfitParametersError(ApiError):
    """A parameter cannot be used (422)."""


class ServerError(ApiError):
    """The server failed or is busy (5xx)."""


class TooManyRequestsError(ApiError):
    """Too many requests; `retry_after` says for how many seconds to wait (429)."""

    def __init__(self, problem: Problem, retry_after: int) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


_ERRORS: dict[int, type[ApiError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: RowsChangedError,
    422: UnfitParametersError,
}


# --- what comes back -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A survey the token may read."""

    slug: str
    title: str
    state: str
    version: str
    returned: int
    valid: int
    pending: int
    opens_on: str | None
    closes_on: str | None
    closed_on: str | None
    data_hash: str


@dataclass(frozen=True, kw_only=True)
class Score:
    """An indicator's score, with what it rests on."""

    id: str
    title: str
    points: float
    score: float | None
    exact_score: str | None
    reported: str | None
    """As a report prints it, rounded: "8.5"."""
    interval: Interval | None
    """The range the sample leaves open, in points."""
    measure: str | None
    value: float | None
    value_interval: Interval | None
    n: int | None
    method: str | None
    target: float | None
    meets_target: bool | None
    undecided: str | None
    """Why there is no score yet."""


@dataclass(frozen=True, kw_only=True)
class Scores(Sequence[Score]):
    """The scores of one survey, in the order of its definition, with the versions they come from."""

    slug: str
    state: str
    version: str
    data_hash: str
    made_with: str
    indicators: tuple[Score, ...]

    @property
    def is_final(self) -> bool:
        """Say whether the survey is closed."""
        return self.state == "closed"

    def __len__(self) -> int:
        return len(self.indicators)

    def __getitem__(self, key: Any) -> Any:
        """Return a score by its place or by its id. Raises IndexError or KeyError."""
        return self.by_id[key] if isinstance(key, str) else self.indicators[key]

    @property
    def by_id(self) -> dict[str, Score]:
        """Return the scores by indicator."""
        return {score.id: score for score in self.indicators}


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its precision."""

    value: float | None
    exact: str | None
    standard_error: float | None
    interval: Interval | None
    level: float
    n: int
    n_effective: float | None
    method: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """A survey's report: its measures as types, and everything as it came in `data` (Report JSON, version 1)."""

    questionnaire: str
    version: str
    title: str
    returned: int
    valid: int
    distributed: int | None
    return_rate: float | None
    validity_rate: float | None
    measures: Mapping[str, Estimate]
    warnings: Sequence[Mapping[str, str]]
    data_hash: str
    made_with: str
    data: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One anonymous questionnaire."""

    answers: Mapping[str, str | list[str]]
    text: Mapping[str, str]
    stratum: str | None
    channel: str
    version: str
    invalid: str
    """Why it does not count; empty if it does."""
    flags: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A questionnaire's text as it was published."""

    slug: str
    version: str
    published_on: str
    is_current: bool
    title: str
    languages: Sequence[str]
    source: str


Made = TypeVar("Made")


def _made(kind: type[Made], data: Mapping[str, Any]) -> Made:
    """Make one of the types above of what came; keys that are new within version 1 are passed over."""
    names = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    values = {name: value for name, value in data.items() if name in names}
    for name in ("interval", "value_interval"):
        if values.get(name) is not None:
            values[name] = tuple(values[name])
    try:
        return kind(**values)
    except TypeError as error:
        raise UnreachableError(f"the answer is not a {kind.__name__}: {error}") from None


# --- asking ----------------------------------------------------------------------------------------------------------


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: the token is for the named server alone."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Say that there is nothing to follow."""
        return


@dataclass(frozen=True, kw_only=True)
class _Kept:
    etag: str
    body: bytes


class Client:
    """Asks one server with one token. What has not changed since is not sent again (ETag); not for several threads."""

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT) -> None:
        """Ask the server at its public address. Raises ValueError for what is no web address."""
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError(
                f"url ({url!r}) must be the server's address, such as https://survey.example.org"
            )
        self._base = f"{url.rstrip('/')}/api/v1"
        self._token, self._timeout = token, timeout
        self._opener = build_opener(_Stay())
        self._kept: dict[str, _Kept] = {}

    def surveys(self) -> list[Survey]:
        """List the surveys the token may read."""
        return [_made(Survey, one) for one in self.get("/surveys")["surveys"]]

    def survey(self, slug: str) -> Survey:
        """Return a survey."""
        return _made(Survey, self.get(_path(slug)))

    def report(self, slug: str) -> Report:
        """Return a survey's report."""
        data = self.get(_path(slug, "report"))
        made, went = data["questionnaire"], data["fieldwork"]
        return Report(
            questionnaire=made["id"], version=made["version"], title=made["title"],
            returned=went["returned"], valid=went["valid"], distributed=went["distributed"],
            return_rate=went["return_rate"], validity_rate=went["validity_rate"],
            measures={name: _made(Estimate, one) for name, one in data["measures"].items()},
            warnings=data["warnings"], data_hash=data["data_hash"], made_with=data["made_with"], data=data,
        )  # fmt: skip

    def indicators(self, slug: str) -> Scores:
        """Return the indicators' scores."""
        data = self.get(_path(slug, "indicators"))
        scores = tuple(_made(Score, one) for one in data["indicators"])
        return _made(Scores, {**data, "indicators": scores})

    def items(self, slug: str) -> list[dict[str, Any]]:
        """Return the items with their words and results, as they come."""
        found: list[dict[str, Any]] = self.get(_path(slug, "items"))["items"]
        return found

    def tallies(self, slug: str) -> dict[str, Any]:
        """Return the counts; saved as JSON, `surveyapp analyse FILE --tallies` reads them."""
        return self.get(_path(slug, "tallies"))

    def fieldwork(self, slug: str) -> dict[str, Any]:
        """Return what went out and came back, as it comes."""
        return self.get(_path(slug, "fieldwork"))

    def ledger(self, slug: str) -> dict[str, Any]:
        """Return the ledger as of now, as it comes."""
        return self.get(_path(slug, "ledger"))

    def rows(self, slug: str, *, page: int = PAGE) -> Iterator[Row]:
        """Yield the anonymous rows, page by page. Raises RowsChangedError if more were taken up meanwhile: begin again."""
        cursor: str | None = None
        while True:
            asked = {"limit": page} | ({"cursor": cursor} if cursor else {})
            data = self.get(f"{_path(slug, 'rows')}?{urlencode(asked)}", keep=False)
            yield from (_made(Row, one) for one in data["rows"])
            cursor = data["next"]
            if cursor is None:
                return

    def definition(self, slug: str, version: str | None = None) -> Definition:
        """Return the questionnaire's text, of the current version unless told otherwise."""
        path = _path(slug, "definition") if version is None else _path(slug, "versions", version)
        return _made(Definition, self.get(path))

    def get(self, path: str, *, keep: bool = True) -> dict[str, Any]:
        """Return what the server answers at a path below /api/v1. Raises ClientError."""
        body = self._fetch(path, self._kept.get(path), keep=keep)
        try:
            found = json.loads(body)
        except ValueError:
            raise UnreachableError("the answer is not JSON; is this the server's address?") from None
        if not isinstance(found, dict):
            raise UnreachableError("the answer is not an object; is this the server's address?")
        return found

    def _fetch(self, path: str, kept: _Kept | None, *, keep: bool) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if kept is not None:
            headers["If-None-Match"] = kept.etag
        request = Request(self._base + path, headers=headers)
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                body: bytes = answer.read()
                etag = answer.headers.get("ETag")
        except HTTPError as error:
            if error.code == 304 and kept is not None:
                error.close()
                return kept.body
            raise _error(error) from None
        except (URLError, OSError, HTTPException) as error:
            raise UnreachableError(str(getattr(error, "reason", error)) or type(error).__name__) from error
        if keep and etag:
            self._kept[path] = _Kept(etag=etag, body=body)
        return body

    def __enter__(self) -> Self:
        """Use the client in a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget what was kept."""
        self._kept.clear()


def _path(slug: str, *parts: str) -> str:
    return "/".join(["/surveys", *(quote(part, safe="") for part in (slug, *parts))])


def _error(error: HTTPError) -> ClientError:
    """Make the exception of an error's status."""
    with error:
        try:
            said = json.loads(error.read(_LARGEST_PROBLEM))
            problem = Problem(
                **{key: value for key, value in said.items() if key in Problem.__dataclass_fields__}
            )
        except (ValueError, TypeError, AttributeError, OSError):
            problem = Problem(status=error.code, title=str(error.reason))
    if error.code == 429:
        wait = error.headers.get("Retry-After") or ""
        return TooManyRequestsError(problem, int(wait) if wait.isdecimal() else 60)
    if error.code >= 500:
        return ServerError(problem)
    return _ERRORS.get(error.code, ApiError)(problem)


# --- being told ------------------------------------------------------------------------------------------------------


def sign(secret: str, body: bytes, moment: int) -> str:
    """Return a webhook's signature header: the moment in unix seconds, and an HMAC-SHA256 over it and the body."""
    made = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={made}"


def is_signed(secret: str, body: bytes, header: str, *, now: float | None = None) -> bool:
    """Say whether a webhook's body carries a good signature that is not old.

    `body` are the bytes as they came, `header` what `X-Surveyapp-Signature` says.
    """
    found = re.fullmatch(r"t=([0-9]{1,12}),v1=[0-9a-f]{64}", header.strip(), re.ASCII)
    if found is None:
        return False
    moment = int(found[1])
    is_good = hmac.compare_digest(sign(secret, body, moment), header.strip())
    return is_good and abs((time.time() if now is None else now) - moment) <= TOLERANCE
