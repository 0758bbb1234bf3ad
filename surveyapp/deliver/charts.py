"""Native charts of the workbook, drawn by the sheet from its own cells: stacked bars of the items, bars of the groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.deliver.cells import cell_text
from surveyapp.deliver.pictures.ink import ACCENT, EDGE
from surveyapp.deliver.pictures.scales import ordered_scale
from surveyapp.deliver.sheets import PALETTE, Sheet
from surveyapp.deliver.tally import TallyTable

ROWS_HIGH = 15.0
"""Points of a row that is not set."""
_FONT = {"name": "宋体", "size": 9}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a chart's cells are: the rows from first to last, the columns of names and of values."""

    first: int
    last: int
    names: int
    values: Sequence[int]


def item_bars(sheet: Sheet, row: int, table: TallyTable, place: Place) -> int:
    """Draw the shares of the options of every item of a table; return the row below."""
    chart: Any = sheet.write.book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    fills = _fills(sheet, table)
    based = [(at, option) for at, option in enumerate(table.options) if not option.missing]
    for at, option in based:
        chart.add_series(
            {
                "name": cell_text(option.label.say())[:200],
                "categories": [sheet.page.name, place.first, place.names, place.last, place.names],
                "values": [sheet.page.name, place.first, place.values[at], place.last, place.values[at]],
                "fill": {"color": fills[at]},
                "border": {"color": "#FFFFFF", "width": 0.75},
                "gap": 60,
            }
        )
    return _insert(sheet, row, chart, len(table.rows), "各题选项占比（有效作答）")


def _fills(sheet: Sheet, table: TallyTable) -> list[str]:
    """Return a colour for each option: that of the pictures where they are a scale."""
    measure = sheet.write.questionnaire.measures[table.measure]
    scale = ordered_scale(sheet.write.questionnaire, table.rows[0].item, measure.codes or ())
    shades = (
        {o.code: s.fill for o, s in zip(scale.options, scale.shades, strict=True)}
        if scale is not None
        else {}
    )
    return [shades.get(o.code, PALETTE[at % len(PALETTE)]) for at, o in enumerate(table.options)]


def group_bars(sheet: Sheet, row: int, title: str, place: Place) -> int:
    """Draw one measure by groups, its values inside the bars; return the row below."""
    value, title = place.values[0], cell_text(title)
    chart: Any = sheet.write.book.add_chart({"type": "bar"})
    cells = (sheet.page.name, place.first, value, place.last, value)
    chart.add_series(
        {
            "name": title[:200],
            "categories": [sheet.page.name, place.first, place.names, place.last, place.names],
            "values": list(cells),
            "fill": {"color": ACCENT},
            "gap": 80,
            "data_labels": {"value": True, "font": _FONT, "position": "inside_base"}
            | {"font": {**_FONT, "color": "#FFFFFF"}},
        }
    )
    chart.set_legend({"none": True})
    return _insert(sheet, row, chart, place.last - place.first + 1, f"{title}（各组）", share=True)


def _insert(sheet: Sheet, row: int, chart: Any, bars: int, title: str, *, share: bool = False) -> int:
    """Put a chart below what is written, as high as its bars need."""
    chart.set_title(
        {"name": title, "name_font": {"name": "宋体", "size": 11, "bold": True}, "overlay": False}
    )
    chart.set_y_axis({"reverse": True, "num_font": _FONT, "line": {"color": EDGE}, "major_tick_mark": "none"})
    axis: dict[str, Any] = {
        "num_font": _FONT,
        "major_gridlines": {"visible": True, "line": {"color": "#DCE3E8"}},
    }
    axis |= {"num_format": "0%", "line": {"none": True}}
    chart.set_x_axis(axis | ({"min": 0, "max": 1} if share else {}))
    if not share:
        chart.set_legend({"position": "bottom", "font": _FONT})
    height = 110 + 34 * bars
    chart.set_size({"width": 760, "height": height})
    sheet.page.insert_chart(row, 0, chart, {"object_position": 1, "description": title})
    return row + int(height * 0.75 / ROWS_HIGH) + 2
