"""A score against its rule: the points the rule gives at each value, where it changes, and where the value found lies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from analysis import Estimate, Report
from analysis.indicators import value_of
from analysis.scoring import NoBranchError, Node, limits, score
from questionnaires.model import Indicator, Part, Questionnaire
from surveyapp.deliver.arithmetic import scored_by
from surveyapp.deliver.pictures.ink import ACCENT, BAND, EDGE, FAINT, INK, MUTED, PAPER, TARGET
from surveyapp.deliver.pictures.lettering import one_line, room
from surveyapp.deliver.pictures.shapes import Circle, Line, Picture, Rect, Table
from surveyapp.deliver.pictures.sheet import BODY, SMALL, WIDE, Look, Sheet
from surveyapp.present import UNKNOWN, number, number_range, percent, percent_range, plain

HEIGHT = 76.0
"""Of the plot in points."""

JUST = Fraction(1, 10**9)
"""How far from a limit "just below" is: too little to show in any figure."""

_PIECES = 16
"""Between two limits the rule is drawn by so many straight pieces, and those in a line become one."""


def score_against_limits(
    report: Report,
    questionnaire: Questionnaire,
    indicator: str,
    *,
    language: str = "zh",
    width: float = WIDE,
    titled: bool = True,
) -> list[Picture]:
    """Return a picture for each measure that an indicator, or a part of it, scores by branches; none without a value."""
    look = Look(language=language, width=width, titled=titled)
    found = [
        _scored(report, questionnaire, indicator, node)
        for node in _nodes(questionnaire.indicators[indicator])
    ]
    return [_Plot.of(look, one).picture() for one in found if one is not None]


def _nodes(indicator: Indicator) -> Sequence[Node]:
    return indicator.parts or (indicator,)


@dataclass(frozen=True, kw_only=True)
class _Scored:
    """A node of the rules with the value it is applied to, both in percent, and what it comes to."""

    report: Report
    questionnaire: Questionnaire
    indicator: str
    node: Node
    measure: str
    estimate: Estimate
    value: Fraction
    points: Fraction
    range: tuple[Fraction, Fraction] | None
    target: Fraction | None

    @property
    def interval(self) -> tuple[Fraction, Fraction] | None:
        """Return the interval in percent."""
        ends = self.estimate.interval
        return None if ends is None else (Fraction(repr(ends[0])) * 100, Fraction(repr(ends[1])) * 100)


def _scored(report: Report, questionnaire: Questionnaire, name: str, node: Node) -> _Scored | None:
    indicator, result = questionnaire.indicators[name], report.indicators[name]
    if node.measure is None or node.judged or node.branches is None or result.veto is not None:
        return None
    estimate = scored_by(report)[node.measure]
    value = value_of(estimate)
    points = None if value is None else _points(node, value * 100)
    if value is None or points is None:
        return None
    return _Scored(
        report=report, questionnaire=questionnaire, indicator=name, node=node, measure=node.measure, estimate=estimate,
        value=value * 100, points=points, range=None if isinstance(node, Part) else result.interval,
        target=None if indicator.target is None else indicator.target,
    )  # fmt: skip


def _points(node: Node, value: Fraction) -> Fraction | None:
    try:
        return score(node, value)
    except NoBranchError:
        return None


@dataclass(frozen=True, kw_only=True)
class _Label:
    """Words at a place of the axis."""

    x: float
    words: str
    size: float
    fill: str
    bold: bool = False


@dataclass(frozen=True, kw_only=True)
class _Plot:
    """Where values and points stand."""

    look: Look
    found: _Scored
    sheet: Sheet
    low: Fraction
    high: Fraction
    start: float

    @classmethod
    def of(cls, look: Look, found: _Scored) -> _Plot:
        sheet = Sheet(look)
        low, high = _reach(found)
        start = sheet.left + room(plain(found.node.points), SMALL) + 6
        return cls(look=look, found=found, sheet=sheet, low=low, high=high, start=start)

    def picture(self) -> Picture:
        """Draw the labels above, the plot, the limits below."""
        sheet, found, title = self.sheet, self.found, self._title()
        sheet.title(title)
        self._shelves(self._above(), upwards=True)
        top = sheet.y + 4
        self._band(top)
        self._axes(top)
        self._rule(top)
        self._value(top)
        sheet.y = top + HEIGHT + 5
        self._shelves(self._below(), upwards=False)
        sheet.y += 3
        part = f"-{found.node.id}" if isinstance(found.node, Part) else ""
        note = self.look.say(
            "limits_note", range=self.look.say("range", range=self._range()) if found.range else ""
        )
        return sheet.finished(f"limits-{found.indicator}{part}", title, self._said(), self._table(), [note])

    # --- places and words

    def _x(self, value: Fraction) -> float:
        return self.start + float((value - self.low) / (self.high - self.low)) * (
            self.sheet.right - 6 - self.start
        )

    def _y(self, points: Fraction, top: float) -> float:
        return top + HEIGHT - float(points / self.found.node.points) * HEIGHT

    def _title(self) -> str:
        found, language = self.found, self.look.language
        title = one_line(found.questionnaire.indicators[found.indicator].title.say(language))
        if isinstance(found.node, Part):
            title = self.look.say("of_part", title=title, part=one_line(found.node.title.say(language)))
        return self.look.say("limits", title=title)

    def _percent(self, value: Fraction) -> str:
        return percent(value / 100, self.found.report.percent_places)

    def _number(self, points: Fraction | None) -> str:
        return number(points, self.found.report.score_places)

    def _range(self) -> str:
        return number_range(self.found.range, self.found.report.score_places)

    def _shown_limits(self) -> list[Fraction]:
        return [one for one in limits(self.found.node) if self.low < one < self.high]

    # --- drawing

    def _above(self) -> list[_Label]:
        found = self.found
        words = self.look.say("found", value=self._percent(found.value), points=self._number(found.points))
        labels = [_Label(x=self._x(found.value), words=words, size=BODY, fill=ACCENT, bold=True)]
        if found.target is not None and self.low <= found.target <= self.high:
            target = self.look.say("target", value=f"{plain(found.target)}%")
            labels.insert(0, _Label(x=self._x(found.target), words=target, size=SMALL, fill=TARGET))
        return labels

    def _below(self) -> list[_Label]:
        ends = [end for end in (self.low, self.high) if end not in self._shown_limits()]
        labels = [_Label(x=self._x(end), words=f"{plain(end)}%", size=SMALL, fill=MUTED) for end in ends]
        for limit in self._shown_limits():
            words = f"{plain(limit)}%{self.look.say('colon')}{self._jump(limit)}"
            labels.append(_Label(x=self._x(limit), words=words, size=SMALL, fill=INK))
        return sorted(labels, key=lambda label: label.x)

    def _jump(self, limit: Fraction) -> str:
        """Return the points around a limit: one number, or the two it jumps between."""
        shown = [self._number(points) for points in self._around(limit) if points is not None]
        words = " → ".join(dict.fromkeys(shown))
        return self.look.say("points", n=words)

    def _around(self, limit: Fraction) -> list[Fraction | None]:
        return [_points(self.found.node, limit + step) for step in (-JUST, Fraction(0), JUST)]

    def _shelves(self, labels: Sequence[_Label], *, upwards: bool) -> None:
        """Write labels at their places, in as many lines as they need not to touch."""
        shelves: list[list[tuple[float, float, _Label]]] = []
        for label in labels:
            box = self._box(label)
            free = (at for at, shelf in enumerate(shelves) if all(_apart(box, other[:2]) for other in shelf))
            at = next(free, len(shelves))
            shelves += [[]] if at == len(shelves) else []
            shelves[at].append((*box, label))
        for shelf in shelves[::-1] if upwards else shelves:
            for left, right, label in shelf:
                self._write(label, (left + right) / 2)
            self.sheet.y += self.sheet.line_height(max(label.size for *_box, label in shelf))

    def _write(self, label: _Label, x: float) -> None:
        self.sheet.write(
            label.words, x, self.sheet.y, label.size, anchor="middle", fill=label.fill, bold=label.bold
        )

    def _box(self, label: _Label) -> tuple[float, float]:
        wide = room(label.words, label.size, bold=label.bold)
        left = min(max(label.x - wide / 2, self.sheet.left), self.sheet.right - wide)
        return left, left + wide

    def _band(self, top: float) -> None:
        if self.found.interval:
            low, high = (self._x(min(max(end, self.low), self.high)) for end in self.found.interval)
            self.sheet.shapes.append(Rect(x=low, y=top, width=high - low, height=HEIGHT, fill=BAND))
            self.sheet.shapes.append(
                Line(x1=low, x2=high, y1=top + HEIGHT, y2=top + HEIGHT, stroke=ACCENT, line=3)
            )

    def _axes(self, top: float) -> None:
        sheet, bottom = self.sheet, top + HEIGHT
        for points in (self.found.node.points, Fraction(0)):
            y = self._y(points, top)
            sheet.shapes.append(
                Line(x1=self.start, x2=sheet.right, y1=y, y2=y, stroke=FAINT if points else EDGE)
            )
            sheet.write(
                plain(points),
                self.start - 5,
                y - sheet.line_height(SMALL) / 2,
                SMALL,
                anchor="end",
                fill=MUTED,
            )
        for limit in self._shown_limits():
            x = self._x(limit)
            sheet.shapes.append(Line(x1=x, x2=x, y1=top, y2=bottom, stroke=FAINT))
            sheet.shapes.append(Line(x1=x, x2=x, y1=bottom, y2=bottom + 5, stroke=INK))
        if self.found.target is not None and self.low <= self.found.target <= self.high:
            x = self._x(self.found.target)
            sheet.shapes.append(Line(x1=x, x2=x, y1=top - 4, y2=bottom, stroke=TARGET, line=1.2, dash=3))

    def _rule(self, top: float) -> None:
        """Draw the rule from limit to limit, and dots where it jumps."""
        stops = sorted({self.low, *self._steps(), *self._shown_limits(), self.high})
        for start, end in pairwise(stops):
            for first, last in _straight(list(self._curve(start, end))):
                ends = (self._x(first[0]), self._y(first[1], top), self._x(last[0]), self._y(last[1], top))
                x1, y1, x2, y2 = ends
                self.sheet.shapes.append(Line(x1=x1, y1=y1, x2=x2, y2=y2, stroke=INK, line=1.4))
        for limit in self._shown_limits():
            self._dots(limit, top)

    def _steps(self) -> Iterator[Fraction]:
        """Yield where deductions counted in whole steps change."""
        for branch in self.found.node.branches or ():
            deduct = branch.then.deduct
            if deduct is not None and deduct.step != "continuous":
                sign = -1 if deduct.direction == "below" else 1
                steps = (deduct.start + sign * deduct.per * at for at in range(200))
                yield from (step for step in steps if self.low < step < self.high)

    def _curve(self, start: Fraction, end: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
        for at in range(_PIECES + 1):
            value = start + (end - start) * at / _PIECES
            inside = min(max(value, start + JUST), end - JUST)
            points = _points(self.found.node, inside)
            if points is not None:
                yield value, points

    def _dots(self, limit: Fraction, top: float) -> None:
        below, at, above = self._around(limit)
        jumps = [
            points
            for points in (below, above)
            if points is not None and at is not None and abs(points - at) > JUST * 1000
        ]
        for points in jumps:
            circle = Circle(x=self._x(limit), y=self._y(points, top), radius=2, fill=PAPER, stroke=INK)
            self.sheet.shapes.append(circle)
        if jumps and at is not None:
            self.sheet.shapes.append(Circle(x=self._x(limit), y=self._y(at, top), radius=2.4, fill=INK))

    def _value(self, top: float) -> None:
        x, y = self._x(self.found.value), self._y(self.found.points, top)
        self.sheet.shapes.append(Line(x1=x, x2=x, y1=top - 3, y2=top + HEIGHT, stroke=ACCENT))
        self.sheet.shapes.append(Circle(x=x, y=y, radius=4.2, fill=ACCENT, stroke=PAPER, line=1.2))

    # --- in words

    def _said(self) -> str:
        found = self.found
        measure = one_line(found.questionnaire.measures[found.measure].title.say(self.look.language))
        points = self._number(found.points)
        facts = {"value": self._percent(found.value), "points": points, "of": plain(found.node.points)}
        said = [self.look.say("limits_alt", measure=measure, **facts)]
        if found.interval and found.range:
            interval = percent_range(found.estimate.interval, found.report.percent_places)
            said.append(self.look.say("interval_alt", interval=interval, range=self._range()))
        said += [self._limit_said(limit) for limit in self._shown_limits()]
        return self.look.joined(said, "then")

    def _limit_said(self, limit: Fraction) -> str:
        shown = list(
            dict.fromkeys(self._number(points) for points in self._around(limit) if points is not None)
        )
        value = f"{plain(limit)}%"
        if len(shown) == 1:
            return self.look.say("at_alt", value=value, points=shown[0])
        return self.look.say("jump_alt", value=value, below=shown[0], above=shown[-1])

    def _table(self) -> Table:
        found, measure = self.found, self.found.questionnaire.measures[self.found.measure]
        head = (
            self.look.say("what"),
            one_line(measure.title.say(self.look.language)),
            self.look.say("points_head"),
        )
        rows = [(self.look.say("found_row"), self._percent(found.value), self._number(found.points))]
        if found.interval:
            interval = percent_range(found.estimate.interval, found.report.percent_places)
            rows.append((self.look.say("interval_row"), interval, self._range()))
        if found.target is not None:
            rows.append(
                (
                    self.look.say("target_row"),
                    f"{plain(found.target)}%",
                    self._number(_points(found.node, found.target)),
                )
            )
        for limit in self._shown_limits():
            rows += self._limit_rows(limit)
        return Table(head=head, rows=tuple(rows))

    def _limit_rows(self, limit: Fraction) -> Iterator[tuple[str, str, str]]:
        """Yield the points at a limit, and those just below and above it where they are printed otherwise."""
        value = f"{plain(limit)}%"
        said = (self.look.say("just_below", value=value), value, self.look.say("just_above", value=value))
        shown = [self._number(points) for points in self._around(limit)]
        for words, points in zip(said, shown, strict=True):
            if words == value or points not in (shown[1], UNKNOWN):
                yield self.look.say("limit_row"), words, points


def _reach(found: _Scored) -> tuple[Fraction, Fraction]:
    """Return the axis: from a ten below all that matters to the end of the rule's range."""
    matters = [
        *limits(found.node),
        found.value,
        *(found.interval or ()),
        *([] if found.target is None else [found.target]),
    ]
    inner = [one for one in matters if one > 0] or [found.value]
    least, most = found.node.range.at_least, found.node.range.at_most
    low = Fraction(max(0, math.ceil(min(inner) / 10) * 10 - 10))
    high = Fraction(math.ceil(max(matters) / 10) * 10)
    low = low if least is None else max(low, least)
    high = high if most is None else (max(high, most) if most <= 100 else min(high, most))
    return (low, high) if high > low else (high - 10, high)


def _apart(box: tuple[float, float], other: tuple[float, float]) -> bool:
    return box[1] + 6 <= other[0] or other[1] + 6 <= box[0]


_Place = tuple[Fraction, Fraction]


def _straight(places: Sequence[_Place]) -> Iterator[tuple[_Place, _Place]]:
    """Yield the straight pieces through places, as few as there are."""
    first = 0
    for at in range(1, len(places)):
        if at + 1 == len(places) or not _in_line(places[first], places[at], places[at + 1]):
            yield places[first], places[at]
            first = at


def _in_line(one: _Place, two: _Place, three: _Place) -> bool:
    rise = (two[1] - one[1]) * (three[0] - one[0]) - (three[1] - one[1]) * (two[0] - one[0])
    return abs(rise) < Fraction(1, 10**5)
