"""A choice without order as a bar for each option."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis import Report
from analysis.report import ItemResult
from questionnaires.model import Option, Questionnaire
from surveyapp.deliver.pictures.asides import asides
from surveyapp.deliver.pictures.ink import ACCENT, EDGE, INK, MUTED, Shade
from surveyapp.deliver.pictures.lettering import one_line, room, wrapped
from surveyapp.deliver.pictures.shapes import Line, Picture, Table
from surveyapp.deliver.pictures.sheet import BODY, SMALL, Key, Look, Sheet
from surveyapp.present import percent

THIN = 11.0
"""The height of an option's bar."""

WIDEST_LABELS = 0.4
"""The part of a picture's width that labels beside bars may take."""


@dataclass(frozen=True, kw_only=True)
class _OptionBar:
    label: str
    figure: str
    part: Fraction
    """Of the longest bar."""


def option_bars(report: Report, questionnaire: Questionnaire, item: str, title: str, look: Look) -> Picture:
    found, places = report.items[item], report.percent_places
    options = [option for option in questionnaire.options(item) if not option.missing]
    most = max((found.counts.get(option.code, 0) for option in options), default=0) or 1
    bars = [_option_bar(option, found, most, places, look) for option in options]
    sheet = Sheet(look)
    sheet.title(title)
    draw = _nothing if not found.n else _beside if _fits_beside(sheet, bars) else _above
    draw(sheet, bars)
    uncounted = asides(questionnaire.options(item), found, look)
    if uncounted:
        sheet.keys([Key(words=words) for words in uncounted], SMALL, fill=MUTED)
    note = look.say("several" if questionnaire.items[item].kind == "multiple" else "base", n=found.n)
    said = look.joined(
        [_chose(option, found, places, look) for option in options] if found.n else [look.say("nobody")]
    )
    return sheet.finished(
        f"item-{item}", title, said, _option_table(options, questionnaire, item, found, places, look), [note]
    )


def _option_bar(option: Option, found: ItemResult, most: int, places: int, look: Look) -> _OptionBar:
    count = found.counts.get(option.code, 0)
    share = percent(found.shares.get(option.code), places)
    return _OptionBar(
        label=one_line(option.label.say(look.language)),
        figure=look.say("count", n=count, share=share),
        part=Fraction(count, most),
    )


def _nothing(sheet: Sheet, _bars: Sequence[_OptionBar]) -> None:
    """Say that nobody answered."""
    sheet.paragraph(sheet.look.say("nobody"), BODY, fill=MUTED)


def _fits_beside(sheet: Sheet, bars: Sequence[_OptionBar]) -> bool:
    """Say whether labels stand beside their bars: on a page always, on a phone if they are short."""
    widest = max(room(bar.label, BODY) for bar in bars)
    return sheet.look.is_wide or widest <= sheet.inner * WIDEST_LABELS / 2


def _beside(sheet: Sheet, bars: Sequence[_OptionBar]) -> None:
    """Draw each bar beside its label."""
    widest = max(room(bar.label, BODY) for bar in bars)
    labels = min(widest + 1, sheet.inner * WIDEST_LABELS)
    start = sheet.left + labels + 8
    top = sheet.y
    for bar in bars:
        lines = wrapped(bar.label, BODY, labels, most=3)
        for at, line in enumerate(lines):
            sheet.write(line, start - 8, sheet.y + at * sheet.line_height(BODY), BODY, anchor="end")
        _thin_bar(sheet, bar, start, sheet.y + (sheet.line_height(BODY) - THIN) / 2, bars)
        sheet.y += len(lines) * sheet.line_height(BODY) + 5
    sheet.shapes.append(Line(x1=start, x2=start, y1=top - 1, y2=sheet.y - 4, stroke=EDGE))


def _above(sheet: Sheet, bars: Sequence[_OptionBar]) -> None:
    """Draw each bar below its label."""
    for bar in bars:
        sheet.paragraph(bar.label, BODY, most=3)
        sheet.y += 1
        _thin_bar(sheet, bar, sheet.left, sheet.y, bars)
        axis = Line(x1=sheet.left, x2=sheet.left, y1=sheet.y - 1, y2=sheet.y + THIN + 1, stroke=EDGE)
        sheet.shapes.append(axis)
        sheet.y += THIN + 6


def _thin_bar(sheet: Sheet, bar: _OptionBar, x: float, y: float, bars: Sequence[_OptionBar]) -> None:
    """Draw a bar and its figure behind it."""
    figures = max(room(one.figure, BODY) for one in bars)
    wide = (sheet.right - x - figures - 6) * float(bar.part)
    sheet.segment(x, y, wide, THIN, Shade(fill=ACCENT, words=INK))
    sheet.write(bar.figure, x + wide + 5, y + (THIN - sheet.line_height(BODY)) / 2, BODY)


def _chose(option: Option, found: ItemResult, places: int, look: Look) -> str:
    label, share = one_line(option.label.say(look.language)), percent(found.shares.get(option.code), places)
    return look.say("chose", label=label, n=found.counts.get(option.code, 0), share=share)


def _option_table(
    options: Sequence[Option],
    questionnaire: Questionnaire,
    item: str,
    found: ItemResult,
    places: int,
    look: Look,
) -> Table:
    rows = [
        (
            one_line(o.label.say(look.language)),
            str(found.counts.get(o.code, 0)),
            percent(found.shares.get(o.code), places),
        )
        for o in options
    ]
    outside = [o for o in questionnaire.options(item) if o.missing]
    for option in outside:
        label = look.say("off_base_row", label=one_line(option.label.say(look.language)))
        rows.append((label, str(found.counts.get(option.code, 0)), ""))
    rows += [
        (look.say(key), str(n), "")
        for key, n in (("blank_row", found.blank), ("not_asked_row", found.not_asked))
        if n
    ]
    rows.append((look.say("n"), str(found.n), ""))
    return Table(head=(look.say("option"), look.say("people"), look.say("share")), rows=tuple(rows))
