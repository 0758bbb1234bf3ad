"""What an evidence pack is made from: a dossier with everything taken out that could join what is kept apart.

The same contents come from the store (`contents_of`) and from a pack's files (`readback`); whatever else is in a pack is
made from them. So a pack is verified by making it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from analysis import Fieldwork, Pattern, PatternTable, evaluate, judge
from analysis.ledger import Ledger
from analysis.rates import fieldwork_result
from questionnaires.build import loads_good
from surveyapp.deliver.apart import Definitions, Row, UnpackableError, Words, as_responses, ordered, words
from surveyapp.deliver.digest import digest
from surveyapp.deliver.dossier import Dossier
from surveyapp.deliver.facts import counted_from_codes, fieldwork_of, in_order
from surveyapp.deliver.jsondiff import json_differences
from surveyapp.present import as_dict
from surveyapp.store import Batch, Draw, EnteredValue, Evidence, LedgerRow, StoredResponse, Survey


class ChangedMeanwhileError(Exception):
    """Answers came in while a dossier was read, so that its parts are of different moments."""

    def __init__(self) -> None:
        super().__init__("the survey changed")
        self.zh = "打包期间调查数据有变动，请再试一次（或先结束调查）。"
        self.en = "The survey changed while it was packed: try again, or close it first."


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known besides the answers, each in the order of its content."""

    batches: Sequence[Batch] = ()
    codes: Sequence[LedgerRow] = ()
    draws: Sequence[Draw] = ()
    entered: Sequence[EnteredValue] = ()
    evidence: Sequence[Evidence] = ()


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Everything that is in a pack before it is written down."""

    survey: Survey
    day: str
    definitions: Definitions
    table: PatternTable
    words: Words = field(repr=False)
    fieldwork: Fieldwork
    facts: Facts
    versions: Mapping[str, str]

    @cached_property
    def rows(self) -> list[Row]:
        """Return the distinct rows in the order of the rows file."""
        return ordered(self.definitions, self.table)

    @cached_property
    def judged(self) -> Sequence[Pattern]:
        """Return the patterns of `rows`, judged by the definition's rules."""
        return judge(self.definitions.current, self._sorted).rows

    @cached_property
    def _sorted(self) -> PatternTable:
        return PatternTable(tuple(row.pattern for row in self.rows))

    @cached_property
    def dossier(self) -> Dossier:
        """Return the dossier that documents are made from: its responses hold no words."""
        return Dossier(
            survey=self.survey, questionnaire=self.definitions.current, source=self.definitions.texts[self.survey.version],
            report=evaluate(self.definitions.current, self._sorted, self.fieldwork), table=self._sorted,
            responses=lambda: self._responses(Words({}, ())), day=self.day, entered=self.facts.entered,
            ledger=self.facts.codes, batches=self.facts.batches, draws=self.facts.draws, evidence=self.facts.evidence,
        )  # fmt: skip

    @cached_property
    def wordy(self) -> Dossier:
        """Return the dossier for documents that list what was written; which response it belongs to is made up."""
        return replace(self.dossier, responses=lambda: self._worded)

    @cached_property
    def _worded(self) -> Sequence[StoredResponse]:
        return list(self._responses(self.words))

    def _responses(self, given: Words) -> Iterator[StoredResponse]:
        valid = [not row.validity for row in self.judged]
        return as_responses(self.survey.slug, self._sorted, valid, given)

    @cached_property
    def digest(self) -> str:
        """Return the digest of all responses."""
        return digest(self._worded)

    @property
    def is_final(self) -> bool:
        """Say whether the survey is closed and no answer waits, so that nothing of this changes any more."""
        return self.dossier.is_final and not self.fieldwork.pending


def contents_of(dossier: Dossier, *, versions: Mapping[str, str], definitions: Mapping[str, str]) -> Contents:
    """Return the contents of a dossier's pack.

    `definitions` are the texts of earlier versions that answers were given to, by version. Raises UnpackableError for answers
    that do not fit their version, and ChangedMeanwhileError if the dossier contradicts itself.
    """
    facts = Facts(
        batches=_numbered(dossier.batches), codes=in_order(dossier.ledger), draws=in_order(dossier.draws),
        entered=in_order(dossier.entered), evidence=in_order(dossier.evidence),
    )  # fmt: skip
    made = Contents(
        survey=settled(dossier.survey), day=dossier.day, definitions=_definitions(dossier, definitions),
        table=PatternTable.of(dossier.table.rows), words=_words(dossier), facts=facts, versions=dict(sorted(versions.items())),
        fieldwork=fieldwork_of(dossier.questionnaire, dossier.report.fieldwork, facts.entered),
    )  # fmt: skip
    _check(made, dossier)
    return made


def _numbered(batches: Sequence[Batch]) -> Sequence[Batch]:
    """Number batches in the order of what is known of them: their own ids could be taken for codes."""
    nameless = in_order(replace(batch, id="") for batch in batches)
    return tuple(replace(batch, id=f"{number:04d}") for number, batch in enumerate(nameless, start=1))


def settled(survey: Survey) -> Survey:
    """Return a survey's settings as far as a pack keeps them: the day of closing, not the second."""
    return replace(survey, closed_at=None)


def _definitions(dossier: Dossier, earlier: Mapping[str, str]) -> Definitions:
    used = {row.version for row in dossier.table.rows}
    texts = {version: text for version, text in earlier.items() if version in used}
    texts[dossier.survey.version] = dossier.source
    return definitions_of(texts, dossier.survey.version)


def definitions_of(texts: Mapping[str, str], current: str) -> Definitions:
    """Return built definitions. Raises DefinitionError for a text that is none, KeyError without the current one."""
    built = {version: loads_good(texts[version], f"{version[:12]}.yaml") for version in sorted(texts)}
    return Definitions(current=built[current], all=built, texts=texts)


def _words(dossier: Dossier) -> Words:
    judged = judge(dossier.questionnaire, dossier.table).rows
    pairs = zip(dossier.table.rows, judged, strict=True)
    valid = {_kind(row) for row, found in pairs if not found.validity}
    return words(dossier.responses(), lambda response: _kind(response) in valid)


def _kind(one: Pattern | StoredResponse) -> tuple[str, ...]:
    return one.answers, one.stratum or "", one.version, one.channel, one.validity, one.flags


def _check(made: Contents, dossier: Dossier) -> None:
    """Make sure that what is taken apart gives the report and the responses that it was taken from."""
    same = not json_differences(as_dict(dossier.report), as_dict(made.dossier.report))
    if not same or manifest_contradicts(made) or digest(dossier.responses()) != made.digest:
        raise ChangedMeanwhileError


def manifest_contradicts(made: Contents) -> list[tuple[str, str, str]]:
    """Return where fieldwork as it was reported differs from what the manifest of codes counts: where, reported, counted."""
    facts, empty = made.facts, PatternTable(())
    sent, cases = counted_from_codes(made.survey, facts.codes, facts.batches, facts.draws, facts.evidence)
    questionnaire = made.definitions.current
    reported, counted = (
        {(one.channel, one.stratum): one for one in Ledger.of(questionnaire, empty, issues).lines}
        for issues in (made.fieldwork.issues, sent)
    )
    found = [
        (f"issues {'/'.join(filter(None, key))}", str(reported.get(key, "")), str(counted.get(key, "")))
        for key in sorted({*reported, *counted})
        if reported.get(key) != counted.get(key)
    ]
    found += _batches_contradict(facts)
    # while it is open, what was learnt on the telephone stands in calls, which a pack does not hold
    if (
        made.survey.state == "closed"
        and _dispositions(made, cases) != made.dossier.report.fieldwork.dispositions
    ):
        found.append(("cases", str(dict(made.fieldwork.cases)), str(cases)))
    return found


def _batches_contradict(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield where the batches do not add up to the codes that were issued."""
    issued: Counter[tuple[str, str, str]] = Counter()
    listed: Counter[tuple[str, str, str]] = Counter()
    for one in facts.codes:
        issued[one.purpose, one.channel, one.stratum or ""] += one.issued
    for batch in facts.batches:
        listed[batch.purpose, batch.channel, batch.stratum or ""] += batch.count
    for key in sorted({*issued, *listed}):
        if issued[key] != listed[key]:
            yield f"codes {'/'.join(filter(None, key))}", str(issued[key]), str(listed[key])


def _dispositions(made: Contents, cases: Mapping[str, int]) -> Mapping[str, int] | None:
    questionnaire = made.definitions.current
    known, people = replace(made.fieldwork, cases=cases), questionnaire.population.total
    judged = PatternTable(tuple(made.judged))
    return fieldwork_result(judged, known, people, questionnaire.partial_reasons).dispositions


__all__ = ["ChangedMeanwhileError", "Contents", "Facts", "UnpackableError", "contents_of", "definitions_of"]
