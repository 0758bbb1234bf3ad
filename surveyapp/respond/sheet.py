"""What the question page says, worked out once per version, language and kind of link."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from questionnaires.accept import AnswerProblem
from questionnaires.model import (
    Between,
    Conditions,
    Item,
    MultipleItem,
    NumberItem,
    Option,
    Questionnaire,
    RatingItem,
    Section,
    SingleItem,
)
from surveyapp.respond.form import Spec, comment_name, form_spec
from surveyapp.respond.words import NAMES, Words, tag, words

Errors = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Comment:
    """The field for words beside an item's options."""

    name: str
    words: str
    """Its label where there is no script: which option asks, and what for."""
    by_code: str
    """JSON: what each option asks for."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One item as it is drawn."""

    id: str
    number: int
    kind: str
    text: str
    hint: str = ""
    tag: str = ""
    when: str = ""
    ends: str = ""
    unit: str = ""
    optional: bool = False
    conditions: str = ""
    alone: str = ""
    comment: Comment | None = None

    @property
    def is_choice(self) -> bool:
        """Say whether the answer is chosen among options."""
        return self.kind in ("single", "multiple", "rating")

    def described(self, errors: Errors) -> str:
        """Return the ids of the notes that a screen reader reads with the question."""
        notes = {"when": self.when, "hint": self.hint, "ends": self.ends, "error": self.id in errors}
        return " ".join(f"{self.id}-{name}" for name, there in notes.items() if there)

    def described_by(self, errors: Errors) -> dict[str, str]:
        """Return the attributes that tie the notes to a field."""
        found = self.described(errors)
        return ({"aria-describedby": found} if found else {}) | (
            {"aria-invalid": "true"} if self.id in errors else {}
        )


@dataclass(frozen=True, kw_only=True)
class Part:
    """A section as it is drawn."""

    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class OtherLanguage:
    """A link to the page in another language."""

    code: str
    name: str
    tag: str


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One line of the summary of mistakes."""

    id: str
    number: int
    message: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A questionnaire in one language for one kind of link."""

    version: str
    language: str
    title: str
    who_and_why: str
    takes: str
    privacy: tuple[str, ...]
    optional: str
    others: tuple[OtherLanguage, ...]
    sections: tuple[Part, ...]
    spec: Spec = field(repr=False)

    @property
    def words(self) -> Words:
        """Return the words around the questions."""
        return words(self.language)

    @property
    def count(self) -> int:
        """Return the number of questions."""
        return sum(len(section.questions) for section in self.sections)

    def mistakes(self, problems: Sequence[AnswerProblem]) -> list[Mistake]:
        """Return the lines of the summary, in the order of the questions."""
        numbers = {
            question.id: question.number for section in self.sections for question in section.questions
        }
        return [
            Mistake(
                id=problem.item, number=numbers.get(problem.item, 0), message=problem.message(self.language)
            )
            for problem in problems
        ]


def sheet(questionnaire: Questionnaire, language: str, *, by_code: bool) -> Sheet:
    """Work out what the page of a questionnaire says."""
    say, said = words(language), _Said(questionnaire, language)
    return Sheet(
        version=questionnaire.version,
        language=language,
        title=questionnaire.title.say(language),
        who_and_why=say.who_and_why.format(
            organiser=questionnaire.organiser.say(language), purpose=questionnaire.purpose.say(language)
        ),
        takes=say.takes.format(minutes=questionnaire.minutes),
        privacy=_privacy(questionnaire, language, by_code),
        optional=_optional(questionnaire, say),
        others=tuple(
            OtherLanguage(code=code, name=NAMES.get(code, code), tag=tag(code))
            for code in questionnaire.languages
            if code != language
        ),
        sections=tuple(said.part(section) for section in questionnaire.sections),
        spec=form_spec(questionnaire, language),
    )


def _optional(questionnaire: Questionnaire, say: Words) -> str:
    items = questionnaire.items.values()
    numbers = [number for number, item in enumerate(items, start=1) if not item.required]
    return say.optional_ones(numbers, len(items))


def _privacy(questionnaire: Questionnaire, language: str, by_code: bool) -> tuple[str, ...]:
    """Return the privacy notice; a sentence whose fact the definition does not give is left out."""
    say = words(language)
    lines = [say.privacy_kept, say.privacy_code if by_code else say.privacy_open, say.privacy_free]
    if questionnaire.delete_after:
        lines.append(say.privacy_deleted.format(date=say.date(questionnaire.delete_after)))
    if questionnaire.contact:
        lines.append(say.privacy_contact.format(contact=questionnaire.contact.say(language)))
    return tuple(lines)


class _Said:
    """Words a questionnaire's items in one language."""

    def __init__(self, questionnaire: Questionnaire, language: str) -> None:
        self.questionnaire = questionnaire
        self.language = language
        self.say = words(language)
        self.numbers = {id: number for number, id in enumerate(questionnaire.items, start=1)}

    def part(self, section: Section) -> Part:
        return Part(
            title=section.title.say(self.language),
            questions=tuple(self.question(item) for item in section.items),
        )

    def question(self, item: Item) -> Question:
        options = self.questionnaire.options(item.id)
        alone = (
            [option.code for option in options if option.exclusive] if isinstance(item, MultipleItem) else []
        )
        return Question(
            id=item.id,
            number=self.numbers[item.id],
            kind=item.kind,
            text=item.text.say(self.language),
            hint=item.hint.say(self.language) if item.hint else "",
            tag=self.tag(item),
            when=self.when(item.shown_if),
            ends=self.ends(item) if isinstance(item, RatingItem) else "",
            unit=item.unit.say(self.language) if isinstance(item, NumberItem) and item.unit else "",
            optional=not item.required,
            conditions=_json(_conditions(item.shown_if)) if item.shown_if else "",
            alone=_json(alone) if alone else "",
            comment=self.comment(item, options),
        )

    def tag(self, item: Item) -> str:
        tags = [] if item.required else [self.say.optional]
        if isinstance(item, MultipleItem):
            tags += self.how_many(item)
        return " · ".join(tags)

    def how_many(self, item: MultipleItem) -> list[str]:
        """Return how many may be chosen, unless the question says that several may."""
        if item.at_most:
            return [self.say.choose_at_most.format(n=item.at_most)]
        text = item.text.say(self.language)
        return [] if any(word in text for word in self.say.is_said) else [self.say.choose_any]

    def when(self, conditions: Conditions) -> str:
        said = []
        for id, condition in conditions.items():
            if isinstance(condition, Between):
                said.append(self.say.between(self.numbers[id], condition))
            else:
                found = [self.questionnaire.option(id, code) for code in condition]
                labels = [option.label.say(self.language) for option in found if option]
                said.append(self.say.chosen(self.numbers[id], labels))
        return self.say.when_all.join(said)

    def ends(self, item: RatingItem) -> str:
        given = {0: item.lowest, 10: item.highest}
        return " · ".join(f"{mark} = {text.say(self.language)}" for mark, text in given.items() if text)

    def comment(self, item: Item, options: Sequence[Option]) -> Comment | None:
        asking = [(option, option.comment.say(self.language)) for option in options if option.comment]
        if not asking or not isinstance(item, SingleItem | MultipleItem):
            return None
        said = [
            self.say.comment.format(label=option.label.say(self.language), comment=text)
            for option, text in asking
        ]
        by_code = _json({option.code: text for option, text in asking})
        return Comment(name=comment_name(item), words=self.say.also.join(said), by_code=by_code)


def _conditions(conditions: Conditions) -> dict[str, Any]:
    return {
        id: _limits(limits) if isinstance(limits, Between) else list(limits)
        for id, limits in conditions.items()
    }


def _limits(limits: Between) -> dict[str, float]:
    given: dict[str, Fraction | None] = {
        "at_least": limits.at_least,
        "above": limits.above,
        "at_most": limits.at_most,
        "below": limits.below,
    }
    return {name: float(value) for name, value in given.items() if value is not None}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
