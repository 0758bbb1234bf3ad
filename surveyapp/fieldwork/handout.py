"""From a roster to what is handed out: reads it, says what a draw would do, draws, makes the codes, records the draw.

Commands and pages both go this way. Everything that leaves is made before the codes are issued, so that no code is issued that
nobody has; and codes are issued before anything leaves, so that no code is handed out that does not work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from questionnaires.model import Questionnaire
from surveyapp.config import Config
from surveyapp.fieldwork import issuing, messages, printing, sampling, sheets
from surveyapp.fieldwork.issuing import Case
from surveyapp.fieldwork.links import open_link
from surveyapp.fieldwork.printing import Manifest, Pile, Slip
from surveyapp.fieldwork.roster import Roster
from surveyapp.fieldwork.sampling import SIMPLE, Frame, Order, Reading, Remark, Sample
from surveyapp.store import Draw, NewBatch, Store, Survey

CHANNELS = ("link", "slip", "sms", "mail", "telephone", "paper")
MOST_DRAWN = 100_000
ENOUGH_USED = 20
"""Before so many codes are used nobody is told which are: among fewer, who answered would be plain."""

_CHANNEL_NAMES = {
    "zh": {"link": "个人链接", "slip": "答题条", "sms": "短信", "mail": "信件或邮件", "telephone": "电话", "paper": "纸质问卷"},
    "en": {"link": "personal link", "slip": "slip", "sms": "text message", "mail": "letter or e-mail",
           "telephone": "telephone", "paper": "paper"},
}  # fmt: skip
_MAIN = {"zh": "正式调查", "en": "main fieldwork"}


@dataclass(frozen=True, kw_only=True)
class Target:
    """The survey for which something is handed out, on a day, in a language."""

    survey: Survey
    questionnaire: Questionnaire
    config: Config
    day: str
    language: str = "zh"
    """The language of what is handed out."""
    reader: str | None = None
    """The language of whoever hands it out, if it is another."""

    @property
    def slug(self) -> str:
        """Return the survey's slug."""
        return self.survey.slug

    @property
    def facts(self) -> messages.Facts:
        """Return what is said of the survey."""
        return messages.facts(self.questionnaire, self.survey.closes_on, self.language)

    @property
    def strata(self) -> dict[str, str]:
        """Return the strata's labels by code: those with numbers of people, or all options of the stratum's item."""
        item = self.questionnaire.population.stratum_item
        codes = list(self.questionnaire.population.strata) or (
            [option.code for option in self.questionnaire.options(item)] if item else []
        )
        options = {code: self.questionnaire.option(item, code) if item else None for code in codes}
        language = self.reader or self.language
        return {code: one.label.say(language) if one else code for code, one in options.items()}

    @property
    def address(self) -> str:
        """Return the address to type. Raises PublicUrlMissingError."""
        return open_link(self.config, self.slug)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the evaluator chose for a draw."""

    column: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    leaves_out: bool = False
    unique: str | None = None
    order: Order = field(default_factory=Order)
    seed: str = ""
    channel: str = "link"
    purpose: str = "survey"
    keeps_all: bool = False
    has_slips: bool = False


class UnknownStratumError(Exception):
    """A stratum that the questionnaire does not have."""

    def __init__(self, name: str, strata: Mapping[str, str]) -> None:
        known = "、".join(f"{code} {label}" for code, label in strata.items()) or "—"
        self.zh, self.en = f"没有分层 {name}；有：{known}", f"no stratum {name}; there are: {known}"
        super().__init__(self.en)


class TooManyDrawnError(Exception):
    """More people than codes are issued for at a time."""

    def __init__(self, count: int) -> None:
        self.zh = f"一次最多为 {MOST_DRAWN} 人发码，这里是 {count} 人；请分次抽样"
        self.en = f"codes are issued for {MOST_DRAWN} people at most, and these are {count}; draw in parts"
        super().__init__(self.en)


class TooFewUsedError(Exception):
    """Too few have answered for anybody to be told which codes are used."""

    def __init__(self, used: int) -> None:
        self.used = used
        self.zh = (
            f"已用的答题码只有 {used} 个。满 {ENOUGH_USED} 个之后才能按名单催答、补发或作废：人数太少时，"
            "从名单就看得出谁答过、答了什么。整批作废不受限制。"
        )
        self.en = (
            f"only {used} codes are used. Reminders, re-issue and voiding by list wait for {ENOUGH_USED}: among fewer, the list "
            "would show who answered, and what. A whole batch can be made void at any time."
        )
        super().__init__(self.en)


# --- drawing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class StratumRow:
    """One stratum of a preview: people in the roster, how many are drawn, people by the questionnaire's definition."""

    code: str
    label: str
    people: int
    drawn: int
    defined: int | None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a draw would do: the people and the drawn of each stratum, what keeps it from being drawn, what to know."""

    target: Target
    roster: Roster
    choices: Choices
    reading: Reading
    frame: Frame
    drawn: Mapping[str, int]
    problems: Sequence[Remark]
    remarks: Sequence[Remark]

    @property
    def rows(self) -> list[StratumRow]:
        """Return the strata, also those in which nobody is."""
        defined = _defined(self.target.questionnaire, self.reading)
        labels = self.target.strata
        return [
            StratumRow(
                code=code, label=labels.get(code, code), people=self.frame.people[code], drawn=self.drawn.get(code, 0),
                defined=defined.get(code),
            )
            for code in dict.fromkeys([*defined, *self.frame.people])
        ]  # fmt: skip

    @property
    def people(self) -> int:
        """Return how many people can be drawn."""
        return sum(self.frame.people.values())

    @property
    def size(self) -> int:
        """Return how many would be drawn."""
        return sum(self.drawn.values())


def reading(target: Target, choices: Choices) -> Reading:
    """Return how the roster is read: a stratum's code and its labels in every language all mean it."""
    for code in choices.values.values():
        if code not in target.strata:
            raise UnknownStratumError(code, target.strata)
    return Reading(
        column=choices.column, values=_known_values(target) | dict(choices.values), takes_any=not target.strata,
        leaves_out=choices.leaves_out, unique=choices.unique,
    )  # fmt: skip


def _known_values(target: Target) -> dict[str, str]:
    item = target.questionnaire.population.stratum_item
    options = {code: target.questionnaire.option(item, code) if item else None for code in target.strata}
    labels = {
        label.strip(): code for code, one in options.items() if one for label in one.label.root.values()
    }
    return labels | {code: code for code in target.strata}


_TASTE = 500
_MOSTLY = 0.9


def likely_column(target: Target, roster: Roster) -> str | None:
    """Return the column whose first values are mostly strata of the questionnaire. Raises UnreadableFileError."""
    known, columns = _known_values(target), roster.columns
    some = [row.cells for row in islice(roster.rows(), _TASTE)]
    for place, name in enumerate(columns):
        if some and columns.count(name) == 1:
            found = sum(cells[place].strip() in known for cells in some)
            if found >= _MOSTLY * len(some):
                return name
    return None


def preview(target: Target, roster: Roster, choices: Choices, before: Sequence[Draw] = ()) -> Preview:
    """Read a roster and say what drawing from it would do; nothing is drawn.

    Raises UnknownStratumError, UnknownColumnError, UnreadableFileError and CodesInRosterError.
    """
    sheets.check_columns(roster, choices.channel)
    read = reading(target, choices)
    frame = sampling.counted(roster, read)
    problems = sampling.unfit(frame, read, choices.order)
    drawn, more = ({}, []) if problems else _numbers(frame, choices.order)
    defined = _defined(target.questionnaire, read)
    said = sampling.remarks(frame, choices.order, drawn, defined, target.strata) if drawn else []
    return Preview(
        target=target, roster=roster, choices=choices, reading=read, frame=frame, drawn=drawn,
        problems=[*problems, *more], remarks=[*_drawn_before(roster, before), *said],
    )  # fmt: skip


def _numbers(frame: Frame, order: Order) -> tuple[dict[str, int], list[Remark]]:
    people = {code: there for code, there in frame.people.items() if there}
    try:
        drawn = sampling.numbers_drawn(people, order)
    except ValueError:
        least = sum(min(order.least, there) for there in people.values())
        zh = f"抽 {order.total} 人不够：各层最少人数加起来是 {least}"
        en = f"{order.total} are too few: the minimum of all strata together is {least}"
        return {}, [Remark(code="below-minimum", zh=zh, en=en)]
    if not sum(drawn.values()):
        return {}, [Remark(code="nothing-drawn", zh="抽样人数是 0", en="nobody would be drawn")]
    return drawn, []


def _defined(questionnaire: Questionnaire, read: Reading) -> dict[str, int]:
    if read.design == "stratified":
        return dict(questionnaire.population.strata)
    total = questionnaire.population.total
    return {} if total is None else {SIMPLE: total}


def _drawn_before(roster: Roster, before: Sequence[Draw]) -> list[Remark]:
    same = [one for one in before if one.file_hash == roster.file_hash]
    if not same:
        return []
    ids, last = [one.id for one in same], same[-1].drawn_on
    zh = f"这份名册抽过 {len(same)} 次样（最近 {last}；抽样编号 {'、'.join(ids)}），再抽可能有人收到两个码"
    en = f"this roster was drawn from before (last on {last}; {', '.join(ids)}); somebody may get two codes"
    return [Remark(code="drawn-before", zh=zh, en=en)]


@dataclass(frozen=True, kw_only=True)
class Handout:
    """Everything a draw gives: what is issued and recorded, and what leaves."""

    sample: Sample
    batches: Sequence[NewBatch]
    draw: Draw
    sheet: bytes
    slips: bytes

    def issue(self, store: Store) -> None:
        """Issue the codes and record the draw, both or neither."""
        store.issue(self.draw.survey, self.batches, self.draw)


def prepare(seen: Preview, *, by: str, id: str = "") -> Handout:
    """Draw, make the codes and everything that leaves; nothing is issued yet.

    Raises UnfitRosterError, TooManyDrawnError and PublicUrlMissingError.
    """
    target, choices = seen.target, seen.choices
    if seen.problems:
        raise sampling.UnfitRosterError(seen.problems)
    if seen.size > MOST_DRAWN:
        raise TooManyDrawnError(seen.size)
    sample = sampling.draw(
        seen.roster, seen.frame, seen.reading, choices.order, choices.seed or sampling.make_seed()
    )
    cases = {
        code: issuing.make_cases(target.config, target.slug, len(rows)) for code, rows in sample.rows.items()
    }
    draw = issuing.record(sample, target.slug, day=target.day, by=by, id=id or issuing.make_draw_id())
    by_row = {
        row: case for code, rows in sample.rows.items() for row, case in zip(rows, cases[code], strict=True)
    }
    return Handout(
        sample=sample, draw=draw,
        batches=issuing.batches(
            cases, channel=choices.channel, day=target.day, purpose=choices.purpose, has_strata=bool(target.strata)
        ),
        sheet=sheets.drawn_sheet(
            seen.roster, dict(sorted(by_row.items())), choices.channel, target.facts, keeps_all=choices.keeps_all
        ),
        slips=slips_pdf(target, cases, choices.purpose, draw) if choices.has_slips else b"",
    )  # fmt: skip


# --- slips ---------------------------------------------------------------------------------------------------------


def piles(target: Target, cases: Mapping[str, Sequence[Case]]) -> list[Pile]:
    """Return the slips of each stratum."""
    labels = target.strata
    return [
        Pile(
            stratum=labels.get(code, code),
            slips=[Slip(link=one.link, typed=one.typed, label=one.label) for one in some],
        )
        for code, some in cases.items()
    ]


def manifest(target: Target, purpose: str, draw: Draw | None = None) -> Manifest:
    """Return what the list of printed slips says."""
    told = {"draw": draw.id, "seed": draw.seed, "file": draw.file_hash} if draw else {}
    return Manifest(
        survey=target.slug, version=target.questionnaire.version, day=target.day, draw=told,
        purpose=_MAIN[target.language] if purpose == "survey" else purpose, channel=_CHANNEL_NAMES[target.language]["slip"],
    )  # fmt: skip


def slips_pdf(
    target: Target, cases: Mapping[str, Sequence[Case]], purpose: str, draw: Draw | None = None
) -> bytes:
    """Return the sheets of slips."""
    return printing.slips(target.facts, target.address, piles(target, cases), manifest(target, purpose, draw))


@dataclass(frozen=True, kw_only=True)
class Slips:
    """Slips without a roster: so many of each stratum."""

    cases: Mapping[str, Sequence[Case]]
    batches: Sequence[NewBatch]

    def issue(self, store: Store, slug: str) -> None:
        """Issue their codes."""
        store.issue(slug, self.batches)


def make_slips(target: Target, counts: Mapping[str, int], purpose: str = "survey") -> Slips:
    """Make slips; nothing is issued yet. Raises UnknownStratumError and PublicUrlMissingError."""
    for code in counts:
        if code != SIMPLE and code not in target.strata:
            raise UnknownStratumError(code, target.strata)
    cases = {
        code: issuing.make_cases(target.config, target.slug, count) for code, count in counts.items() if count
    }
    return Slips(cases=cases, batches=issuing.batches(cases, channel="slip", day=target.day, purpose=purpose))


# --- the sheet comes back ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Returns:
    """What became of the codes of a sheet that was uploaded again."""

    sheet: Roster
    rows: Sequence[sheets.Returned]
    states: Mapping[str, str]

    def count(self, state: str) -> int:
        """Return how many of the rows have a state; one that the survey does not know has none."""
        return sum(self.states.get(one.hash, "unknown") == state for one in self.rows)

    @property
    def due(self) -> list[sheets.Returned]:
        """Return the rows whose code is unused."""
        return [one for one in self.rows if self.states.get(one.hash) == "issued"]


def read_back(store: Store, slug: str, sheet: Roster, only: str = "") -> Returns:
    """Look up the codes of the evaluator's own sheet, which is not kept; `only` names some of its rows.

    Raises TooFewUsedError, NoCodesError, UnreadableFileError and ValueError for an `only` that names no rows.
    """
    used = sum(row.used for row in store.ledger(slug))
    if used < ENOUGH_USED:
        raise TooFewUsedError(used)
    rows = sheets.returned(sheet, slug)
    if only:
        is_chosen = sheets.chosen(only)
        rows = [one for one in rows if is_chosen(one)]
    return Returns(sheet=sheet, rows=rows, states=store.code_states(slug, [one.hash for one in rows]))


def remind(target: Target, found: Returns, channel: Literal["sms", "mail"]) -> bytes:
    """Return the rows still due with the text of a reminder."""
    return sheets.reminder_sheet(found.sheet, found.due, channel, target.facts)


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """New codes for the unused ones of a sheet."""

    target: Target
    sheet: Roster
    channel: str
    new: Sequence[tuple[sheets.Returned, Case]]

    def content(self, done: Collection[str] | None = None) -> bytes:
        """Return the sheet with its new codes: of all rows, or of those whose old codes' hashes are given."""
        kept = [(one, case) for one, case in self.new if done is None or one.hash in done]
        return sheets.reissued_sheet(self.sheet, kept, self.channel, self.target.facts)

    def issue(self, store: Store) -> set[str]:
        """Make the old codes void and issue the new ones; the hashes of those replaced.

        They are fewer where somebody answered, by the old code, since the sheet was read.
        """
        old = {one.hash: case.hashes for one, case in self.new}
        return store.reissue(self.target.slug, old, day=self.target.day)


def replacement(target: Target, found: Returns, channel: str) -> Replacement:
    """Make new codes for the unused ones of a sheet; nothing is issued yet. Raises PublicUrlMissingError."""
    cases = issuing.make_cases(target.config, target.slug, len(found.due))
    return Replacement(
        target=target, sheet=found.sheet, channel=channel, new=list(zip(found.due, cases, strict=True))
    )
