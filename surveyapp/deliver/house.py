"""House style: what one evaluating firm or bureau prints its own way, without touching any figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class HouseStyle:
    """How a report is worded and numbered; figures are the report's, only rounded to other places.

    `people` names those who were asked, everywhere; empty is 受访者 in Chinese and respondents in English. `titles` gives
    items a short name, by id: {"notice": "申报通知的及时性"}. `first_table` lets the tables continue those of the main report.
    """

    percent_places: int | None = None
    """Decimal places of percentages; None is what the definition says."""
    first_table: int = 1
    people: str = ""
    project: str = ""
    """The project's name in the title and the lead; empty is taken from the questionnaire's title."""
    titles: Mapping[str, str] = field(default_factory=dict)
    trims_score_rates: bool = False
    """Print 得分率 without zeros at its end: 85%, not 85.00%."""

    def __post_init__(self) -> None:
        if self.percent_places is not None and not 0 <= self.percent_places <= 4:
            raise ValueError(f"percent_places ({self.percent_places}) must lie between 0 and 4")
        if self.first_table < 1:
            raise ValueError(f"first_table ({self.first_table}) must be at least 1")
