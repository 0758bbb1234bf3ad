"""What the API answers about a survey, made from the same report that pages and downloads show."""

from __future__ import annotations

from typing import Any

from flask import url_for

from analysis import Report
from analysis.ledger import COLUMNS
from analysis.report import Estimate, ItemResult
from questionnaires.model import Item, Option, Questionnaire
from surveyapp import present, reporting
from surveyapp.api import models
from surveyapp.config import Config
from surveyapp.respond.doors import day_of
from surveyapp.store import Store, Survey, Version


def survey(store: Store, config: Config, found: Survey) -> models.Survey:
    """Return a survey with the addresses of its parts."""
    report = reporting.report(store, found.slug)
    closed = found.closed_at if found.state == "closed" else None
    return models.Survey.model_validate({
        "slug": found.slug, "title": report.title, "state": found.state, "version": found.version,
        "returned": report.fieldwork.returned, "valid": report.fieldwork.valid, "pending": report.fieldwork.pending,
        "opens_on": found.opens_on, "closes_on": found.closes_on,
        "closed_on": None if closed is None else day_of(closed, config.zone),
        "data_hash": report.data_hash, "links": _links(found.slug),
    })  # fmt: skip


def _links(slug: str) -> dict[str, str]:
    parts = [name for name in models.Links.model_fields if name != "self"]
    own = {"self": url_for("api.survey", slug=slug)}
    return own | {name: url_for(f"api.{name}", slug=slug) for name in parts}


# --- scores --------------------------------------------------------------------------------------------------------


def scores(store: Store, slug: str) -> models.Scores:
    """Return the indicators' scores, each with the measure it rests on."""
    report, questionnaire = reporting.report(store, slug), reporting.questionnaire(store, slug)
    titles = {name: one.title.say() for name, one in questionnaire.indicators.items()}
    return models.Scores.model_validate({
        "slug": slug, "state": reporting.survey(store, slug).state, "version": report.version,
        "indicators": [_score(name, titles.get(name, name), report) for name in report.indicators],
        "data_hash": report.data_hash, "made_with": present.made_with(),
    })  # fmt: skip


def _score(name: str, title: str, report: Report) -> dict[str, Any]:
    plain = present.as_dict(report)["indicators"][name]
    kept = {key: plain[key] for key in models.Score.model_fields if key in plain}
    return {"id": name, "title": title, **kept, **_measure(used(report).get(plain["measure"]))}


def used(report: Report) -> dict[str, Estimate]:
    """Return the measures that scores are made from: the weighted ones where the definition says so."""
    weighted = report.weighting is not None and report.weighting.used
    return dict(report.weighted if weighted else report.measures)


def _measure(found: Estimate | None) -> dict[str, Any]:
    if found is None:
        return {"value": None, "value_interval": None, "n": None, "method": None}
    return {"value": found.value, "value_interval": found.interval, "n": found.n, "method": found.method}


# --- items and tallies ---------------------------------------------------------------------------------------------


def items(store: Store, slug: str) -> models.Items:
    """Return the items with their words and results."""
    report, questionnaire = reporting.report(store, slug), reporting.questionnaire(store, slug)
    plain = present.as_dict(report)["items"]
    return models.Items.model_validate({
        "slug": slug, "version": report.version, "data_hash": report.data_hash,
        "items": [_item(questionnaire, one, report.items.get(name), plain) for name, one in questionnaire.items.items()],
    })  # fmt: skip


def _item(
    questionnaire: Questionnaire, item: Item, result: ItemResult | None, plain: dict[str, Any]
) -> dict[str, Any]:
    options = questionnaire.options(item.id) if result else ()
    return {
        "id": item.id, "kind": item.kind, "text": item.text.root, "is_required": item.required,
        "options": [_option(option, plain[item.id]) for option in options], "result": plain.get(item.id),
    }  # fmt: skip


def _option(option: Option, result: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": option.code, "label": option.label.root, "missing": option.missing,
        "value": None if option.value is None else float(option.value),
        "count": result["counts"].get(option.code, 0), "share": result["shares"].get(option.code),
    }  # fmt: skip


def tallies(store: Store, slug: str) -> models.Tallies:
    """Return the counts alone, as `analyse --tallies` reads them."""
    report = reporting.report(store, slug)
    counted = report.fieldwork
    # more came back than went out where an open link was used as well; no rate can be made of that
    went_out = None if (counted.distributed or 0) < counted.returned else counted.distributed
    return models.Tallies.model_validate({
        "fieldwork": {"distributed": went_out, "returned": counted.returned, "valid": counted.valid},
        "items": {name: dict(item.counts) for name, item in report.items.items()},
        "entered": reporting.entered(store, slug),
    })  # fmt: skip


# --- fieldwork -----------------------------------------------------------------------------------------------------


def fieldwork(store: Store, slug: str) -> models.SurveyFieldwork:
    """Return what went out and came back, as the report has it."""
    report = reporting.report(store, slug)
    return models.SurveyFieldwork.model_validate({
        **present.as_dict(report)["fieldwork"], "slug": slug, "state": reporting.survey(store, slug).state,
        "version": report.version, "data_hash": report.data_hash,
    })  # fmt: skip


def ledger(store: Store, slug: str) -> models.LiveLedger:
    """Return the ledger as of now."""
    found = reporting.live_ledger(store, slug, reporting.report(store, slug))
    names = [column.id for column in COLUMNS]
    lines = [
        {
            "channel": line.channel,
            "stratum": line.stratum or None,
            **{name: getattr(line, name) for name in names},
        }
        for line in found.lines
    ]
    columns = [{key: getattr(one, key) for key in models.ColumnMeaning.model_fields} for one in COLUMNS]
    return models.LiveLedger.model_validate(
        {"slug": slug, "state": reporting.survey(store, slug).state, "lines": lines, "columns": columns}
    )


# --- the definition ------------------------------------------------------------------------------------------------


def versions(store: Store, slug: str) -> models.Versions:
    """Return the published versions."""
    current = reporting.survey(store, slug).version
    found = [models.Version.model_validate(_version(one, current)) for one in store.versions(slug)]
    return models.Versions(slug=slug, versions=found)


def _version(found: Version, current: str) -> dict[str, Any]:
    return {
        "version": found.version, "published_on": found.published_on, "is_current": found.version == current,
        "definition": url_for("api.version", slug=found.survey, version=found.version),
    }  # fmt: skip


def definition(store: Store, slug: str, version: str) -> models.Definition | None:
    """Return a definition as it was published; None if there is no such version."""
    found = next((one for one in store.versions(slug) if one.version == version), None)
    source = store.source(slug, found.version) if found else None
    if found is None or source is None:
        return None
    questionnaire = reporting.built(source)
    return models.Definition.model_validate({
        **_version(found, reporting.survey(store, slug).version), "slug": slug, "source": source,
        "title": questionnaire.title.say(), "languages": list(questionnaire.languages),
    })  # fmt: skip
