"""Surveys and their questionnaires as one process remembers them: a state for a second, a version for good."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from questionnaires.build import loads_good
from questionnaires.model import MultipleItem, Questionnaire
from surveyapp.respond import pages
from surveyapp.respond.prepared import Prepared
from surveyapp.respond.sheet import Sheet, sheet
from surveyapp.respond.words import BY_DEFAULT
from surveyapp.store import Store, StoreError, Survey


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a request says about its language: the switch link's, and the browser's."""

    link: str = ""
    header: str = ""

    def among(self, languages: Sequence[str]) -> str:
        """Return the language to speak: the link's, else the browser's, else Chinese."""
        return self.link if self.link in languages else _preferred(self.header, tuple(languages))


@lru_cache(maxsize=256)
def _preferred(header: str, languages: tuple[str, ...]) -> str:
    """Return the first language of the browser's that there is, a country's variety counting as the language."""
    for accepted, quality in parse_accept_header(header, LanguageAccept):
        if quality > 0 and (found := _nearest(accepted.lower(), languages)):
            return found
    return BY_DEFAULT if BY_DEFAULT in languages else languages[0]


def _nearest(wanted: str, languages: tuple[str, ...]) -> str | None:
    """Return the language itself, else the one it is a variety of, else another variety of that."""
    plain = _plain(wanted)
    for names in (
        (name for name in languages if name.lower() == wanted),
        (name for name in languages if name == plain),
        (name for name in languages if _plain(name) == plain),
    ):
        if found := next(names, None):
            return found
    return None


def _plain(language: str) -> str:
    """Return a language without its country or script: en-GB is en."""
    return language.partition("-")[0].lower()


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One version of a questionnaire with its prepared pages."""

    questionnaire: Questionnaire
    most_fields: int
    _sheets: dict[tuple[str, bool], Sheet] = field(default_factory=dict, repr=False)
    _pages: dict[tuple[str, bool], Prepared] = field(default_factory=dict, repr=False)

    def sheet(self, language: str, *, by_code: bool) -> Sheet:
        """Return what the page says in a language, worked out at its first use."""
        key = (language, by_code)
        if key not in self._sheets:
            self._sheets[key] = sheet(self.questionnaire, language, by_code=by_code)
        return self._sheets[key]

    def page(self, language: str, *, by_code: bool) -> Prepared:
        """Return the page without answers in a language, drawn at its first use."""
        key = (language, by_code)
        if key not in self._pages:
            self._pages[key] = pages.questions(self.sheet(language, by_code=by_code))
        return self._pages[key]


def paper(questionnaire: Questionnaire) -> Paper:
    """Return a questionnaire without any page drawn yet."""
    choices = [item.id for item in questionnaire.items.values() if isinstance(item, MultipleItem)]
    ticks = sum(len(questionnaire.options(item)) for item in choices)
    return Paper(questionnaire=questionnaire, most_fields=2 * len(questionnaire.items) + ticks + 20)


class _Seen(NamedTuple):
    survey: Survey
    until: float


class Surveys:
    """What one process knows of the store's surveys."""

    def __init__(self, store: Store, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._seconds, self._clock = store, seconds, clock
        self._seen: dict[str, _Seen] = {}
        self._papers: dict[tuple[str, str], Paper] = {}

    def survey(self, slug: str) -> Survey | None:
        """Return a survey's settings, no older than the cache allows unless the store cannot be asked."""
        seen = self._seen.get(slug)
        if seen and self._clock() < seen.until:
            return seen.survey
        try:
            found = self._store.survey(slug)
        except StoreError:
            if seen:  # better a state of a moment ago than no page: what is answered meanwhile is not lost
                return seen.survey
            raise
        self._remember(slug, found)
        return found

    def _remember(self, slug: str, found: Survey | None) -> None:
        if found:
            self._seen[slug] = _Seen(found, self._clock() + self._seconds)
        else:
            self._seen.pop(slug, None)

    def paper(self, slug: str, version: str) -> Paper | None:
        """Return a published version of a survey's questionnaire; it never changes."""
        known = self._papers.get((slug, version))
        if known is None and (source := self._store.source(slug, version)) is not None:
            known = self._papers[slug, version] = paper(loads_good(source, slug))
        return known
