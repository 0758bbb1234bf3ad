"""Items as bars: an ordered scale as one bar divided into its options, other choices as a bar for each option."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis import Report
from analysis.report import Estimate
from questionnaires.model import Measure, Questionnaire
from surveyapp.deliver.pictures.lettering import one_line
from surveyapp.deliver.pictures.option_bars import option_bars
from surveyapp.deliver.pictures.scale_bars import ScaleBars, ScaleLine
from surveyapp.deliver.pictures.scales import ordered_scale
from surveyapp.deliver.pictures.shapes import Picture
from surveyapp.deliver.pictures.sheet import WIDE, Look
from surveyapp.deliver.tally import TallyTable, other_items, tally_tables
from surveyapp.present import percent


def item_bars(
    report: Report,
    questionnaire: Questionnaire,
    *,
    language: str = "zh",
    width: float = WIDE,
    titled: bool = True,
) -> list[Picture]:
    """Return a picture of each table of tallies, and of each closed item that stands in none; none without valid answers."""
    if not report.fieldwork.valid:
        return []
    look = Look(language=language, width=width, titled=titled)
    tables = tally_tables(questionnaire, report)
    parts = [
        part for at, table in enumerate(tables) for part in table_bars(report, questionnaire, table, at, look)
    ]
    others = [one_item(report, questionnaire, item, look) for item in other_items(questionnaire, tables)]
    # an item of many options that belongs to two measures stands in two tables, and has one picture
    return list({picture.name: picture for picture in (*parts, *others)}.values())


def table_bars(
    report: Report, questionnaire: Questionnaire, table: TallyTable, number: int, look: Look
) -> list[Picture]:
    """Return the pictures of one table of tallies, the `number`th: divided bars, or a picture for each item of many options."""
    measure = questionnaire.measures[table.measure]
    codes = _satisfied(questionnaire, table.rows[0].item)
    scale = ordered_scale(questionnaire, table.rows[0].item, codes, listed_best_first=True)
    if scale is None:
        return [one_item(report, questionnaire, row.item, look) for row in table.rows]
    lines = [
        ScaleLine.of(report, questionnaire, row.item, scale, _shown(row.figure, report.percent_places), look)
        for row in table.rows
    ]
    overall = _shown(table.composite, report.percent_places) if table.composite and len(lines) > 1 else ""
    stack = ScaleBars(
        look=look, scale=scale, head=look.say("rate" if measure.is_rate else "score"), overall=overall,
        overall_n=table.composite.n if table.composite else 0, places=report.percent_places,
    )  # fmt: skip
    name, title = f"items-{table.measure}-{number + 1}", one_line(measure.title.say(look.language))
    return list(stack.pictures(name, title, lines))


def _shown(found: Estimate | None, places: int) -> str:
    return percent(found.exact if found else None, places)


def _satisfied(questionnaire: Questionnaire, item: str) -> Sequence[str]:
    """Return the codes that count as satisfied, as the first share of heads over the item names them."""
    rates: Iterator[Measure] = (m for m in questionnaire.measures.values() if m.is_rate and item in m.items)
    return next((measure.codes or () for measure in rates), ())


def one_item(report: Report, questionnaire: Questionnaire, item: str, look: Look) -> Picture:
    """Return the picture of one closed item: a divided bar of an ordered scale, else a bar for each option."""
    scale = ordered_scale(questionnaire, item, _satisfied(questionnaire, item))
    found, places = report.items[item], report.percent_places
    title = one_line(questionnaire.items[item].text.say(look.language))
    if scale is None:
        return option_bars(report, questionnaire, item, title, look)
    figure = _shown(found.score, places) if found.score else ""
    line = ScaleLine.of(report, questionnaire, item, scale, figure, look)
    head = look.say("score") if figure else ""
    (picture,) = ScaleBars(look=look, scale=scale, head=head, places=places).pictures(
        f"item-{item}", title, [line]
    )
    return picture
