"""Who is not counted in an item: those who chose an option that leaves the base, left it blank, or were not asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.report import ItemResult
from questionnaires.model import Option
from surveyapp.deliver.pictures.lettering import shortened
from surveyapp.deliver.pictures.sheet import SHORT_LABEL, SMALL, Look


def asides(options: Sequence[Option], found: ItemResult, look: Look) -> list[str]:
    """Return who is not counted: those who chose an option that leaves the base, those who left it blank, were not asked."""
    return [look.say(key, label=label, n=n) for key, label, n in _uncounted(options, found, look) if n]


def _uncounted(options: Sequence[Option], found: ItemResult, look: Look) -> Iterator[tuple[str, str, int]]:
    for option in options:
        if option.missing:
            label = shortened(option.label.say(look.language), SMALL, SHORT_LABEL)
            yield "off_base", label, found.counts.get(option.code, 0)
    yield "blank", "", found.blank
    yield "not_asked", "", found.not_asked
