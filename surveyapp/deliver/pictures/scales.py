"""Which items are ordered scales, from the best option to the worst, and where their middle is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from questionnaires.model import Option, Questionnaire, RatingItem, SingleItem
from surveyapp.deliver.pictures.ink import MOST_SHADES, Shade, shades
from surveyapp.deliver.pictures.said import MIDDLES


@dataclass(frozen=True, kw_only=True)
class OrderedScale:
    """The options of a base, the best first; so many stand above the middle, in it (0 or 1), and the others below."""

    options: tuple[Option, ...]
    above: int
    middle: int

    @property
    def shades(self) -> list[Shade]:
        """Return a shade for each option."""
        return shades(self.above, self.middle, len(self.options) - self.above - self.middle)

    @property
    def middle_option(self) -> Option | None:
        """Return the option in the middle."""
        return self.options[self.above] if self.middle else None


def ordered_scale(
    questionnaire: Questionnaire, item: str, codes: Sequence[str] = (), *, listed_best_first: bool = False
) -> OrderedScale | None:
    """Return an item's options as a scale; None if they have no order, or too many of them to tell shades apart.

    They have one if each is worth something and they stand in that order, if they are a shared scale, or where the caller
    knows them to be `listed_best_first`. `codes` are those that count as satisfied.
    """
    options = tuple(option for option in questionnaire.options(item) if not option.missing)
    if not 2 <= len(options) <= MOST_SHADES or not _is_single(questionnaire, item):
        return None
    options = _best_first(options) or (
        options if listed_best_first or _is_shared(questionnaire, item) else ()
    )
    return _centred(options, codes) if options else None


def _is_single(questionnaire: Questionnaire, item: str) -> bool:
    return isinstance(questionnaire.items[item], SingleItem | RatingItem)


def _is_shared(questionnaire: Questionnaire, item: str) -> bool:
    found = questionnaire.items[item]
    return isinstance(found, SingleItem) and found.scale is not None


def _best_first(options: tuple[Option, ...]) -> tuple[Option, ...]:
    values = [option.value for option in options if option.value is not None]
    if len(values) < len(options) or len(set(values)) == 1:
        return ()
    if values == sorted(values, reverse=True):
        return options
    return options[::-1] if values == sorted(values) else ()


def _centred(options: tuple[Option, ...], codes: Sequence[str]) -> OrderedScale:
    """Find the middle: the option called so, else the middle one of an odd number unless it counts as satisfied.

    Without one, those above it are the ones that count as satisfied, or half of all.
    """
    at = _middle(options, codes)
    if at is not None:
        return OrderedScale(options=options, above=at, middle=1)
    good = sum(1 for option in options if option.code in codes)
    leads = 0 < good < len(options) and all(option.code in codes for option in options[:good])
    return OrderedScale(options=options, above=good if leads else len(options) // 2, middle=0)


def _middle(options: tuple[Option, ...], codes: Sequence[str]) -> int | None:
    for at, option in enumerate(options):
        if at and option.code not in codes and _is_called_middle(option):
            return at
    half = len(options) // 2
    return half if len(options) % 2 and options[half].code not in codes else None


def _is_called_middle(option: Option) -> bool:
    return any(words.strip().lower() in MIDDLES for words in option.label.root.values())
