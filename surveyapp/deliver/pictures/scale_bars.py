"""An ordered scale as one bar divided into its options, several items below each other, centred on the scale's middle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis import Report
from questionnaires.model import Questionnaire
from surveyapp.deliver.pictures.asides import asides
from surveyapp.deliver.pictures.ink import INK, MUTED
from surveyapp.deliver.pictures.lettering import one_line, room, shortened
from surveyapp.deliver.pictures.scales import OrderedScale
from surveyapp.deliver.pictures.shapes import Line, Picture, Table
from surveyapp.deliver.pictures.sheet import BODY, SHORT_LABEL, SMALL, Key, Look, Sheet
from surveyapp.present import percent

MOST_ITEMS = 8
"""More items than this are divided into several pictures, so that each fits on a page."""

BAR, GAP = 21.0, 9.0
"""Heights of a divided bar and of the space below it."""


@dataclass(frozen=True, kw_only=True)
class ScaleLine:
    """One item of a divided picture: counts and exact shares in the scale's order, its figure, who is not counted."""

    label: str
    counts: Sequence[int]
    shares: Sequence[Fraction]
    n: int
    figure: str
    asides: Sequence[str]

    @classmethod
    def of(
        cls,
        report: Report,
        questionnaire: Questionnaire,
        item: str,
        scale: OrderedScale,
        figure: str,
        look: Look,
    ) -> ScaleLine:
        found = report.items[item]
        return cls(
            label=one_line(questionnaire.items[item].text.say(look.language)), n=found.n, figure=figure,
            counts=[found.counts.get(option.code, 0) for option in scale.options],
            shares=[found.shares.get(option.code, Fraction(0)) for option in scale.options],
            asides=asides(questionnaire.options(item), found, look),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """Where the figures at the right end: the item's figure, and n."""

    figure: float
    n: float
    labels: float


@dataclass(frozen=True, kw_only=True)
class ScaleBars:
    """Draws items that share a scale below each other, centred on its middle."""

    look: Look
    scale: OrderedScale
    head: str
    places: int
    overall: str = ""
    overall_n: int = 0

    def pictures(self, name: str, title: str, lines: Sequence[ScaleLine]) -> Iterator[Picture]:
        """Yield as many pictures as the items need."""
        count = -(-len(lines) // MOST_ITEMS)
        each = -(-len(lines) // count)
        for at in range(count):
            some, is_last = lines[at * each : (at + 1) * each], at == count - 1
            said = self.look.say("part", title=title, at=at + 1, of=count) if count > 1 else title
            yield self._picture(f"{name}-{at + 1}" if count > 1 else name, said, some, lines, is_last)

    def _picture(
        self, name: str, title: str, lines: Sequence[ScaleLine], all_lines: Sequence[ScaleLine], is_last: bool
    ) -> Picture:
        sheet = Sheet(self.look)
        sheet.title(title)
        columns = self._columns(sheet, lines)
        self._head(sheet, columns)
        for line in lines:
            self._line(sheet, columns, line, all_lines, is_alone=len(all_lines) == 1)
        overall = self.overall if is_last else ""
        if overall:
            self._overall(sheet, columns)
        return sheet.finished(
            name, title, self._said(lines, overall), self._table(lines, overall), [self._note()]
        )

    def _note(self) -> str:
        middle = self.scale.middle_option
        if middle is None:
            return self.look.say("centred")
        return self.look.say("centred_on", label=one_line(middle.label.say(self.look.language)))

    def _columns(self, sheet: Sheet, lines: Sequence[ScaleLine]) -> _Columns:
        numbers = [*(str(line.n) for line in lines), str(self.overall_n), self.look.say("n")]
        figures = [*(line.figure for line in lines), self.overall]
        n_wide = max(room(one, BODY) for one in numbers)
        wide = (
            max(room(self.head, SMALL), *(room(one, BODY, bold=True) for one in figures)) if self.head else 0
        )
        figure = sheet.right - n_wide - 12
        return _Columns(n=sheet.right, figure=figure, labels=figure - wide - 12)

    def _head(self, sheet: Sheet, columns: _Columns) -> None:
        """Write what the shades mean, in the order of the bar, and above the columns what stands in them."""
        labels = [option.label.say(self.look.language) for option in self.scale.options]
        keys = [Key(words=words, shade=shade) for words, shade in zip(labels, self.scale.shades, strict=True)]
        top = sheet.keys(keys[::-1], until=columns.labels)
        for words, x in ((self.head, columns.figure), (self.look.say("n"), columns.n)):
            sheet.write(words, x, top + 1, SMALL, anchor="end", fill=MUTED)
        sheet.y += 6

    def _line(
        self,
        sheet: Sheet,
        columns: _Columns,
        line: ScaleLine,
        all_lines: Sequence[ScaleLine],
        *,
        is_alone: bool,
    ) -> None:
        top = sheet.y
        sheet.write(line.figure, columns.figure, top, BODY, anchor="end", bold=True)
        sheet.write(str(line.n), columns.n, top, BODY, anchor="end")
        if is_alone:
            sheet.y += sheet.line_height(BODY)
        else:
            sheet.paragraph(line.label, BODY, width=columns.labels - sheet.left, most=3)
        sheet.y += 2
        narrow = self._bar(sheet, line, all_lines) if line.n else [Key(words=self.look.say("nobody"))]
        beneath = [*narrow, *(Key(words=words) for words in line.asides)]
        if beneath:
            sheet.keys(beneath, SMALL, fill=MUTED)
        sheet.y += GAP

    def _bar(self, sheet: Sheet, line: ScaleLine, all_lines: Sequence[ScaleLine]) -> list[Key]:
        """Draw an item's bar; return what is too narrow to be labelled inside."""
        reach_left, reach_right = (max(end(one) for one in all_lines) for end in (self._below, self._above))
        unit = Fraction(sheet.inner) / (reach_left + reach_right)
        middle = sheet.left + float(reach_left * unit)
        x, narrow = middle - float(self._below(line) * unit), list[Key]()
        for at in reversed(range(len(line.counts))):
            wide = float(line.shares[at] * unit)
            if line.counts[at]:
                narrow += self._piece(sheet, x, wide, line, at)
            x += wide
        for end in (sheet.y - 2, sheet.y + BAR):
            sheet.shapes.append(Line(x1=middle, x2=middle, y1=end, y2=end + 2, stroke=INK))
        sheet.y += BAR + 3
        return narrow

    def _below(self, line: ScaleLine) -> Fraction:
        """Return how far a bar reaches to the left of the middle."""
        above, middle = self.scale.above, self.scale.middle
        return (
            sum(line.shares[above + middle :], Fraction(0))
            + sum(line.shares[above : above + middle], Fraction(0)) / 2
        )

    def _above(self, line: ScaleLine) -> Fraction:
        return sum(line.shares, Fraction(0)) - self._below(line)

    def _piece(self, sheet: Sheet, x: float, wide: float, line: ScaleLine, at: int) -> list[Key]:
        """Draw one option's piece with its label, if there is room; else return the label to stand beneath."""
        shade, count, share = (
            self.scale.shades[at],
            str(line.counts[at]),
            percent(line.shares[at], self.places),
        )
        # a thin gap parts neighbours, also in grey; the narrowest pieces keep half of theirs
        gap = min(0.8, wide / 2)
        sheet.segment(x + gap / 2, sheet.y, wide - gap, BAR, shade)
        whole = self.look.say("count", n=count, share=share)
        height = sheet.line_height(SMALL)
        if room(whole, SMALL + 0.5) + 6 <= wide:
            sheet.plate(
                whole, x + wide / 2, sheet.y + (BAR - sheet.line_height(SMALL + 0.5)) / 2, SMALL + 0.5, shade
            )
        elif max(room(count, SMALL), room(share, SMALL)) + 4 <= wide:
            for words, shift in ((count, -height), (share, 0.0)):
                sheet.plate(words, x + wide / 2, sheet.y + BAR / 2 + shift, SMALL, shade)
        else:
            label = shortened(self.scale.options[at].label.say(self.look.language), SMALL, SHORT_LABEL)
            return [Key(words=f"{label} {whole}", shade=shade)]
        return []

    def _overall(self, sheet: Sheet, columns: _Columns) -> None:
        sheet.rule(sheet.y - 2)
        top = sheet.y + 1
        sheet.write(self.look.say("overall"), sheet.left, top, BODY, bold=True)
        sheet.write(self.overall, columns.figure, top, BODY, anchor="end", bold=True)
        sheet.write(str(self.overall_n), columns.n, top, BODY, anchor="end")
        sheet.y = top + sheet.line_height(BODY) + 5

    def _said(self, lines: Sequence[ScaleLine], overall: str) -> str:
        said = [*([self._counts(lines[0])] if len(lines) == 1 else [])]
        said += [
            self._row(line.label if len(lines) > 1 else self.head, line.figure, line.n) for line in lines
        ]
        said += [self._row(self.look.say("overall"), overall, self.overall_n)] if overall else []
        return self.look.joined(said, "then")

    def _row(self, label: str, figure: str, n: int) -> str:
        return self.look.say("row", label=label, figure=figure, n=n).replace("  ", " ").strip()

    def _counts(self, line: ScaleLine) -> str:
        if not line.n:
            return self.look.say("nobody")
        labels = [one_line(option.label.say(self.look.language)) for option in self.scale.options]
        return self.look.joined([
            self.look.say("chose", label=label, n=count, share=percent(share, self.places))
            for label, count, share in zip(labels, line.counts, line.shares, strict=True)
        ])  # fmt: skip

    def _table(self, lines: Sequence[ScaleLine], overall: str) -> Table:
        labels = [one_line(option.label.say(self.look.language)) for option in self.scale.options]
        pairs = [self.look.say(key, label=label) for label in labels for key in ("people_of", "share_of")]
        head = (self.look.say("item"), *pairs, self.look.say("n"), *([self.head] if self.head else []))
        rows = [tuple(self._cells(line)) for line in lines]
        if overall:
            rows.append((self.look.say("overall"), *[""] * len(pairs), str(self.overall_n), overall))
        return Table(head=head, rows=tuple(rows))

    def _cells(self, line: ScaleLine) -> Iterator[str]:
        yield line.label
        for count, share in zip(line.counts, line.shares, strict=True):
            yield str(count)
            yield percent(share if line.n else None, self.places)
        yield str(line.n)
        if self.head:
            yield line.figure
