"""A questionnaire under examination: what the checks in `rules/` see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from questionnaires.model import (
    Condition,
    Indicator,
    Item,
    Measure,
    MultipleItem,
    Option,
    Part,
    Questionnaire,
    SingleItem,
)
from questionnaires.problems import Path, Place
from questionnaires.reader import Source


@dataclass(kw_only=True)
class Draft:
    """A questionnaire under examination: the model, the file it came from, and where stand-ins took the place of mistakes.

    `broken` are those places; `lost` names the collections (`sections`, `scales`, `measures`, `indicators`) of which
    some ids are unknown, so that a reference into them cannot be called wrong.
    """

    questionnaire: Questionnaire
    source: Source
    broken: set[Path] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def is_broken(self, *path: str | int) -> bool:
        """Say whether the part at a path, or one around or inside it, could not be built."""
        return any(path[: len(bad)] == bad or bad[: len(path)] == path for bad in self.broken)

    def is_replaced(self, *path: str | int) -> bool:
        """Say whether the part at a path, or one around it, is a stand-in."""
        return any(path[: len(bad)] == bad for bad in self.broken)

    def place(self, path: Sequence[str | int]) -> Place:
        """Return where the value at a path stands; a list of one may be written without its dash."""
        path = tuple(path)
        written = path in self.source.values or not path or not isinstance(path[-1], int)
        return self.source.place(path if written else path[:-1])

    def report(self, path: Sequence[str | int], rule: str, zh: str, en: str) -> None:
        """Note a problem at the value that stands at a path."""
        self.source.report(self.place(path), rule, zh, en)

    def report_key(self, path: Sequence[str | int], rule: str, zh: str, en: str) -> None:
        """Note a problem at the key that leads to a path."""
        self.source.report(self.source.key_place(tuple(path)), rule, zh, en)

    # --- items and their options ------------------------------------------------------------------------------------

    def items(self) -> Iterator[tuple[Path, Item]]:
        """Yield every item that is no stand-in, with its path, in questionnaire order."""
        for s, section in enumerate(self.questionnaire.sections):
            for i, item in enumerate(section.items):
                path: Path = ("sections", s, "items", i)
                if not self.is_replaced(*path):
                    yield path, item

    def choices(self) -> Iterator[tuple[Path, SingleItem | MultipleItem]]:
        """Yield every single and multiple choice item, with its path."""
        for path, item in self.items():
            if isinstance(item, SingleItem | MultipleItem):
                yield path, item

    def item_path(self, item: str) -> Path | None:
        """Return where an item stands; where two have its id, the first."""
        for s, section in enumerate(self.questionnaire.sections):
            for i, other in enumerate(section.items):
                if other.id == item:
                    return ("sections", s, "items", i)
        return None

    def known_item(self, item: str) -> Item | None:
        """Return an item, unless there is none of that id or its kind and options are not sure."""
        path = self.item_path(item)
        return None if path is None or self.is_broken(*path) else self.questionnaire.items[item]

    def known_options(self, item: str) -> Mapping[str, Option] | None:
        """Return an item's options by code, or None where they are not sure."""
        known = self.known_item(item)
        if known is None:
            return None
        if isinstance(known, SingleItem | MultipleItem):
            scale, own = known.scale, known.options
            if (scale is None) == (own is None) or (scale is not None and not self.is_sure("scales", scale)):
                return None
        return {option.code: option for option in self.questionnaire.options(item)}

    def is_sure(self, collection: str, name: str) -> bool:
        """Say whether a scale or measure of that name is there and whole."""
        return name in getattr(self.questionnaire, collection) and not self.is_broken(collection, name)

    def option_lists(self) -> Iterator[tuple[Path, Sequence[Option]]]:
        """Yield every list of options, of items and of scales, with its path."""
        for path, item in self.choices():
            if item.options is not None:
                yield (*path, "options"), item.options
        for name, scale in self.questionnaire.scales.items():
            if not self.is_replaced("scales", name):
                yield ("scales", name, "options"), scale.options

    # --- conditions, measures, indicators ----------------------------------------------------------------------------

    def conditions(self) -> Iterator[tuple[Path, str, Condition]]:
        """Yield every condition (`shown_if` of items, `group` of measures): its path, the item it asks about, itself."""
        for path, item in self.items():
            for name, condition in item.shown_if.items():
                yield (*path, "shown_if", name), name, condition
        for path, measure in self.measures():
            for name, condition in measure.group.items():
                yield (*path, "group", name), name, condition

    def measures(self) -> Iterator[tuple[Path, Measure]]:
        """Yield every measure that is no stand-in, with its path."""
        for name, measure in self.questionnaire.measures.items():
            if not self.is_replaced("measures", name):
                yield ("measures", name), measure

    def indicators(self) -> Iterator[tuple[Path, Indicator]]:
        """Yield every indicator that is no stand-in, with its path."""
        for name, indicator in self.questionnaire.indicators.items():
            if not self.is_replaced("indicators", name):
                yield ("indicators", name), indicator

    def scored(self) -> Iterator[tuple[Path, Indicator | Part]]:
        """Yield everything that gets points, indicators and their parts, with its path."""
        for path, indicator in self.indicators():
            yield path, indicator
            for p, part in enumerate(indicator.parts or ()):
                if not self.is_replaced(*path, "parts", p):
                    yield (*path, "parts", p), part
