"""The pictures of a survey: on the page of results, and as files to take away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from surveyapp.current import current_store
from surveyapp.deliver.names import file_name
from surveyapp.deliver.pictures import (
    NARROW,
    WIDE,
    Picture,
    all_pictures,
    groups_with_intervals,
    score_against_limits,
    to_png,
    to_svg,
)
from surveyapp.deliver.pictures.items import one_item, table_bars
from surveyapp.deliver.pictures.sheet import Look
from surveyapp.deliver.tally import other_items, tally_tables
from surveyapp.evaluate.desk import Desk, desk
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.pages import blueprint, download

KINDS = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A picture as a page shows it: for a laptop and for a phone."""

    picture: Picture
    wide: Markup
    narrow: Markup


@dataclass(frozen=True, kw_only=True)
class Drawings:
    """A survey's pictures by what they stand beside: tables of tallies in their order, other items, groups, indicators."""

    tables: Sequence[Sequence[Drawn]]
    items: Mapping[str, Drawn]
    groups: Sequence[Drawn]
    limits: Mapping[str, Sequence[Drawn]]


@blueprint.app_template_global("drawings")
def drawings(found: Desk) -> Drawings:
    """Draw what the page of results shows; nothing while there are no valid answers."""
    report, questionnaire = found.report, found.questionnaire
    tables = tally_tables(questionnaire, report) if report.fieldwork.valid else []
    others = other_items(questionnaire, tables) if report.fieldwork.valid else []
    looks = [Look(language=spoken(), width=width, titled=False) for width in (WIDE, NARROW)]
    return Drawings(
        tables=[
            _drawn(*(table_bars(report, questionnaire, table, at, look) for look in looks))
            for at, table in enumerate(tables)
        ],
        items={
            item: _drawn(*([one_item(report, questionnaire, item, look)] for look in looks))[0] for item in others
        },
        groups=_drawn(*(
            groups_with_intervals(report, questionnaire, language=look.language, width=look.width, titled=False)
            for look in looks
        )),
        limits={indicator: _limits(found, indicator, looks) for indicator in questionnaire.indicators},
    )  # fmt: skip


def _limits(found: Desk, indicator: str, looks: Sequence[Look]) -> list[Drawn]:
    return _drawn(*(
        score_against_limits(
            found.report, found.questionnaire, indicator, language=look.language, width=look.width, titled=False
        )
        for look in looks
    ))  # fmt: skip


def _drawn(wide: Sequence[Picture], narrow: Sequence[Picture]) -> list[Drawn]:
    # every word of a picture is escaped where its SVG is written
    return [
        Drawn(picture=one, wide=Markup(to_svg(one)), narrow=Markup(to_svg(other)))
        for one, other in zip(wide, narrow, strict=True)
    ]


@blueprint.get("/surveys/<slug>/pictures/<name>.<any(svg, png):kind>")
def picture(slug: str, name: str, kind: str) -> Response:
    """Send one picture as a file, to be put into documents."""
    found = desk(current_store(), slug)
    pictures = all_pictures(found.report, found.questionnaire, language=spoken())
    chosen = next((one for one in pictures if one.name == name), None)
    if chosen is None:
        raise NotFound
    content = to_svg(chosen) if kind == "svg" else to_png(chosen)
    named = file_name(found.questionnaire.title.say(spoken()), chosen.title, ending=kind)
    return download(content, KINDS[kind], named, f"{name}.{kind}")
