"""The one place that rounds: turns exact figures into the text that people read and the JSON that scripts read.

Rounding is half-up (四舍五入), once, from the exact value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal, localcontext
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from analysis.ledger import COLUMNS
from analysis.report import (
    Estimate,
    FieldworkResult,
    Group,
    IndicatorResult,
    ItemResult,
    LedgerLine,
    NextLimit,
    Reading,
    Report,
    Warning,
    WeightingResult,
)

SCHEMA = "surveyapp.report/1"
UNKNOWN = "—"


def half_up(value: Fraction, places: int) -> str:
    """Round an exact value half-up (away from zero) to a number of decimal places, as text."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    with localcontext() as context:
        context.prec = 60
        text = f"{Decimal(whole).scaleb(-places):.{places}f}"
    return f"-{text}" if value < 0 and whole else text


def rounded(value: Fraction, places: int) -> Fraction:
    """Return the value that `half_up` prints, exactly."""
    return Fraction(half_up(value, places))


def percent(value: Fraction | float | None, places: int = 2) -> str:
    """Print a share of 1 as a percentage: 0.8513… → "85.13%"; unknown is a dash."""
    return UNKNOWN if value is None else f"{half_up(_exact(value) * 100, places)}%"


def number(value: Fraction | float | None, places: int = 2) -> str:
    """Print points or any other number; unknown is a dash."""
    return UNKNOWN if value is None else half_up(_exact(value), places)


def plain(value: Fraction) -> str:
    """Print a number as an author writes it, without zeros at its end: 10, 1.67, 0.3333 (four places at most)."""
    text = half_up(value, 4)
    return text.rstrip("0").rstrip(".")


def unrounded(value: Fraction, places: int) -> str:
    """Print what `half_up(value, places)` is about to round, with one digit more, or as many as show why it rounds so.

    8.4496 at one place is "8.449", not "8.45", which would seem to round up.
    """
    more = (half_up(value, places + extra) for extra in range(1, 9))
    same = (text for text in more if half_up(Fraction(text), places) == half_up(value, places))
    return next(same, half_up(value, places + 9))


def percent_range(interval: tuple[float, float] | None, places: int = 2) -> str:
    """Print an interval of shares: "82.90%–87.12%"; unknown is a dash."""
    return UNKNOWN if interval is None else f"{percent(interval[0], places)}–{percent(interval[1], places)}"


def number_range(interval: tuple[Fraction, Fraction] | None, places: int = 2) -> str:
    """Print a range of points: "8.3–8.7"; unknown is a dash."""
    return UNKNOWN if interval is None else f"{number(interval[0], places)}–{number(interval[1], places)}"


def _exact(value: Fraction | float) -> Fraction:
    # a float stands for its shortest decimal; its binary value would round 0.285 down
    return value if isinstance(value, Fraction) else Fraction(repr(value))


def exact_share(value: Fraction | None) -> str | None:
    """Write an exact share of 1 over a hundred times its percentage's denominator: 4512/53 % is "4512/5300"."""
    if value is None:
        return None
    of_hundred = value * 100
    return f"{of_hundred.numerator}/{of_hundred.denominator * 100}"


def words(warning: Warning, report: Report, language: str = "zh") -> str:
    """Return a warning's wording with its figures rounded as the report prints them."""
    text = warning.zh if language == "zh" else warning.en
    for name, value in warning.facts:
        is_points = name.endswith("_points")
        shown = number(value, report.score_places) if is_points else percent(value, report.percent_places)
        text = text.replace(f"{{{name}}}", shown)
    return text


# --- Report JSON, version 1 ----------------------------------------------------------------------------------------


def as_json(report: Report) -> str:
    """Return Report JSON version 1 (design §4) as text with a line end; equal reports give equal bytes."""
    return json.dumps(as_dict(report), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """Return Report JSON version 1 as plain data."""
    return {
        "schema": SCHEMA,
        "questionnaire": {"id": report.questionnaire, "version": report.version, "title": report.title},
        "fieldwork": _fieldwork(report),
        "items": {name: _item(item) for name, item in report.items.items()},
        "measures": {name: _estimate(found) for name, found in report.measures.items()},
        "indicators": {
            name: _indicator(found, report.score_places) for name, found in report.indicators.items()
        },
        "groups": {
            item: {code: _group(g) for code, g in found.items()} for item, found in report.groups.items()
        },
        "warnings": [_warning(w, report) for w in report.warnings],
        "weighted_measures": {name: _estimate(found) for name, found in report.weighted.items()},
        "weighting": _weighting(report.weighting) if report.weighting else None,
        "sensitivity": {
            variant: {name: _estimate(one) for name, one in found.items()}
            for variant, found in report.sensitivity.items()
        },
        "data_hash": report.data_hash,
        "made_with": made_with(),
    }


def made_with() -> str:
    """Return the name and version of this program."""
    try:
        return f"surveyapp {version('surveyapp')}"
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "surveyapp"


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _warning(found: Warning, report: Report) -> dict[str, str]:
    return {
        "code": found.code,
        "message": words(found, report),
        "message_en": words(found, report, "en"),
    }


def _fieldwork(report: Report) -> dict[str, Any]:
    found: FieldworkResult = report.fieldwork
    return {
        "population": found.population,
        "distributed": found.distributed,
        "returned": found.returned,
        "valid": found.valid,
        "return_rate": _float(found.return_rate),
        "validity_rate": _float(found.validity_rate),
        "valid_return_rate": _float(found.valid_return_rate),
        "response_rates": {name: _float(rate) for name, rate in found.response_rates.items()},
        "invalid_reasons": dict(found.invalid_reasons),
        "flags": dict(found.flags),
        "channels": {name: dict(counts) for name, counts in found.channels.items()},
        "dispositions": None if found.dispositions is None else dict(found.dispositions),
        "e": _float(found.e),
        "no_rates": _warning(found.no_rates, report) if found.no_rates else None,
        "ledger": [_ledger_line(line) for line in found.ledger],
        "pending": found.pending,
    }


def _ledger_line(line: LedgerLine) -> dict[str, Any]:
    """Return one line of the ledger; a report's lines hold nothing that waits."""
    numbers = {column.id: getattr(line, column.id) for column in COLUMNS if column.id != "waiting"}
    return {"channel": line.channel, "stratum": line.stratum or None, **numbers}


def _item(item: ItemResult) -> dict[str, Any]:
    return {
        "n": item.n,
        "counts": dict(item.counts),
        "shares": {code: float(share) for code, share in item.shares.items()},
        "score": _estimate(item.score) if item.score else None,
        "top_share": _estimate(item.top_share) if item.top_share else None,
        "blank": item.blank,
        "not_asked": item.not_asked,
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "value": found.value,
        "exact": exact_share(found.exact),
        "standard_error": found.standard_error,
        "interval": list(found.interval) if found.interval else None,
        "level": found.level,
        "n": found.n,
        "n_effective": found.n_effective,
        "method": found.method,
        "df": found.df,
        "design_effect": found.design_effect,
        "design_effect_replace": found.design_effect_replace,
        "bounds": list(found.bounds) if found.bounds else None,
    }


def _weighting(found: WeightingResult) -> dict[str, Any]:
    plain = asdict(found)
    return plain | {"empty": list(found.empty), "lonely": list(found.lonely), "strata": dict(found.strata)}


def _indicator(found: IndicatorResult, places: int) -> dict[str, Any]:
    return {
        "points": float(found.points),
        "score": _float(found.score),
        "exact_score": None if found.score is None else str(found.score),
        "reported": None if found.score is None else half_up(found.score, places),
        "interval": [float(end) for end in found.interval] if found.interval else None,
        "measure": found.measure,
        "rule": found.rule,
        "target": _float(found.target),
        "meets_target": found.meets_target,
        "entered": found.entered,
        "veto": found.veto,
        "undecided": found.undecided,
        "defined_measure": found.defined_measure,
        "defined_score": _float(found.defined_score),
        "chance_target_met": found.chance_target_met,
        "chance_model": found.chance.model if found.chance else None,
        "chance_bound": found.chance.bound or None if found.chance else None,
        "tiers": None if found.tiers is None else list(found.tiers),
        "next_limit": _next_limit(found.next_limit) if found.next_limit else None,
        "readings": [_reading(reading, places) for reading in found.readings] or None,
        "parts": [
            {
                "id": p.id,
                "points": float(p.points),
                "score": _float(p.score),
                "measure": p.measure,
                "entered": p.entered,
            }
            for p in found.parts
        ],
    }


def _next_limit(found: NextLimit) -> dict[str, float | None]:
    return {"down": _float(found.down), "up": _float(found.up)}


def _reading(found: Reading, places: int) -> dict[str, Any]:
    return {
        "step": found.step,
        "rounded": found.rounded,
        "by": found.by,
        "measure": found.measure,
        "score": _float(found.score),
        "exact_score": None if found.score is None else str(found.score),
        "reported": None if found.score is None else half_up(found.score, places),
        "is_chosen": found.is_chosen,
    }


def _group(group: Group) -> dict[str, Any]:
    measures: Mapping[str, Estimate | None] = group.measures
    return {"n": group.n, "measures": {name: _estimate(m) if m else None for name, m in measures.items()}}
