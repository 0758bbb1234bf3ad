"""A report's tables as pandas frames, for scripts that go on computing; figures are unrounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.report import Estimate, Report

if TYPE_CHECKING:
    import pandas as pd


def measures(report: Report) -> pd.DataFrame:
    """Return one row per measure: value, standard_error, low, high (shares of 1), n and method; index is the measure."""
    return _frame(
        [{"measure": name, **_columns(found)} for name, found in report.measures.items()], "measure"
    )


def weighted(report: Report) -> pd.DataFrame:
    """Return the weighted measures as `measures` does; empty where the definition weights nothing."""
    return _frame(
        [{"measure": name, **_columns(found)} for name, found in report.weighted.items()], "measure"
    )


def items(report: Report) -> pd.DataFrame:
    """Return one row per item and option: count and share of the base (of 1); index is item and code."""
    rows = [
        {
            "item": item,
            "code": code,
            "count": count,
            "share": float(found.shares[code]) if code in found.shares else None,
        }
        for item, found in report.items.items()
        for code, count in found.counts.items()
    ]
    return _frame(rows, ["item", "code"])


def indicators(report: Report) -> pd.DataFrame:
    """Return one row per indicator: points, score and its range low to high, in points; index is the indicator."""
    rows = [
        {
            "indicator": name,
            "points": float(found.points),
            "score": None if found.score is None else float(found.score),
            "low": float(found.interval[0]) if found.interval else None,
            "high": float(found.interval[1]) if found.interval else None,
        }
        for name, found in report.indicators.items()
    ]
    return _frame(rows, "indicator")


def _columns(found: Estimate) -> dict[str, Any]:
    low, high = found.interval or (None, None)
    return {
        "value": found.value, "standard_error": found.standard_error, "low": low, "high": high,
        "n": found.n, "method": found.method,
    }  # fmt: skip


def _frame(rows: list[dict[str, Any]], index: str | list[str]) -> pd.DataFrame:
    import pandas as pd  # half a second; only scripts that ask for frames pay it

    frame: pd.DataFrame = pd.DataFrame(rows)
    return frame.set_index(index) if rows else frame
