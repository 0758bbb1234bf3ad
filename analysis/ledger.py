"""The denominator ledger 发放回收台账: what was planned, went out, arrived, was opened and came back, by channel and stratum.

Two sides meet in it. What went out (planned to opened) is counted from the codes, by the channel they were issued through.
What came back (submitted to valid) is counted from the responses, by the way they were answered. A slip answered by
telephone is issued under slip and submitted under telephone: which code belongs to which response is not kept, so the
sides agree in their totals, not line by line. `used`, counted from the codes, joins them: what a channel's codes were used for
beyond the responses that came through it was answered in another way (`Ledger.elsewhere`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from analysis.estimates import stratum_of
from analysis.patterns import PatternTable
from analysis.report import LedgerLine
from analysis.validity import DUPLICATE, split_flags
from questionnaires.model import Questionnaire

LATE = "late"
"""The flag of an answer begun in time that arrived in the grace time after closing."""
OPEN_LINK = "open_link"
UNKNOWN = "unknown"
"""The channel of rows that name none."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the ledger: what it is called and exactly what it counts, in Chinese and English."""

    id: str
    zh: str
    en: str
    means_zh: str
    means_en: str
    formula: str


COLUMNS = (
    Column(
        id="planned", zh="计划", en="Planned", formula="",
        means_zh="抽样名单上的人数；没有抽样时等于发放数",
        means_en="people drawn for the sample; without a draw, as many as were issued",
    ),
    Column(
        id="issued", zh="发放", en="Issued", formula="",
        means_zh="已生成且未作废的答题码，加手工登记的份数",
        means_en="codes issued and not made void, plus copies counted by hand",
    ),
    Column(
        id="delivered", zh="送达", en="Delivered", formula="issued − undelivered",
        means_zh="发放的减去退回、未送到的；打开过的都算送达",
        means_en="issued less what came back unread; what was opened did arrive",
    ),
    Column(
        id="opened", zh="打开", en="Opened", formula="≥ used",
        means_zh="打开过页面或已作答的答题码；公开链接为页面打开次数",
        means_en="codes whose page was opened, or that were used; for the open link, how often the page was shown",
    ),
    Column(
        id="used", zh="已用", en="Used", formula="≤ opened",
        means_zh="已用于作答的答题码，按发放渠道计",
        means_en="codes that were answered with, by the channel they were issued through",
    ),
    Column(
        id="submitted", zh="收回", en="Submitted", formula="waiting + duplicate + invalid + valid",
        means_zh="收到的全部答卷，按作答方式计",
        means_en="all questionnaires that came in, by the way they were answered",
    ),
    Column(
        id="late", zh="逾期", en="Late", formula="≤ submitted",
        means_zh="截止前开始作答、截止后在宽限时间内收到的；已包含在收回内",
        means_en="begun before closing and received in the grace time after it; included in submitted",
    ),
    Column(
        id="duplicate", zh="重复", en="Duplicate", formula="",
        means_zh="判为重复提交的", means_en="found to be a questionnaire that was sent before",
    ),
    Column(
        id="invalid", zh="无效", en="Invalid", formula="",
        means_zh="按事先确定的规则剔除的（不含重复）",
        means_en="left out by the rules fixed beforehand (duplicates apart)",
    ),
    Column(
        id="valid", zh="有效", en="Valid", formula="",
        means_zh="计入结果的", means_en="counted in the results",
    ),
    Column(
        id="waiting", zh="待计入", en="Waiting", formula="",
        means_zh="已收到，满 5 份后计入结果的", means_en="came in, taken into the results once there are 5",
    ),
)  # fmt: skip
"""Every column with its definition; the order is that of a questionnaire's way."""


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What went out through one channel to one stratum; None where nobody can count it.

    `planned` is None where no sample was drawn: then it is what was issued. `undelivered` is what is known to have come back
    unread; of codes that were opened it is not believed. Raises ValueError for counts that contradict each other.
    """

    channel: str
    stratum: str = ""
    planned: int | None = None
    issued: int | None = None
    undelivered: int = 0
    opened: int | None = None
    used: int | None = None

    def __post_init__(self) -> None:
        counts = (self.planned, self.issued, self.undelivered, self.opened, self.used)
        if any(count is not None and count < 0 for count in counts):
            raise ValueError(f"counts of what went out ({self}) must not be negative")
        if self.issued is not None and (self.used or 0) > self.issued:
            raise ValueError(f"used ({self.used}) must not be more than issued ({self.issued})")

    @property
    def looked_at(self) -> int | None:
        """Return how many were opened: at least those that were used."""
        known = [count for count in (self.opened, self.used) if count is not None]
        return max(known) if known else None

    @property
    def lost(self) -> int:
        """Return how many did not arrive: what was opened did."""
        return (
            0 if self.issued is None else max(0, min(self.undelivered, self.issued - (self.looked_at or 0)))
        )


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Answers of one channel and stratum that came in and are not yet shown in results; `late` of them late."""

    channel: str
    stratum: str
    count: int
    late: int = 0


_NUMBERS = tuple(column.id for column in COLUMNS)


@dataclass(frozen=True)
class Ledger:
    """The lines by channel and stratum, each channel and stratum once; every sum is made here."""

    lines: tuple[LedgerLine, ...] = ()

    @classmethod
    def of(
        cls,
        questionnaire: Questionnaire,
        judged: PatternTable,
        issues: Iterable[Issue] = (),
    ) -> Ledger:
        """Bring together what went out and the judged responses."""
        parts = [*map(_sent, issues), *_came(questionnaire, judged)]
        return cls(_summed(parts, lambda line: (line.channel, line.stratum)))

    @classmethod
    def joined(cls, lines: Iterable[LedgerLine], waiting: Iterable[Waiting]) -> Ledger:
        """Add the answers that came in and wait to the lines of a report."""
        parts = [*lines, *map(_waits, waiting)]
        return cls(_summed(parts, lambda line: (line.channel, line.stratum)))

    def by_channel(self) -> tuple[LedgerLine, ...]:
        """Return one line for each channel, over all strata."""
        return _summed(self.lines, lambda line: (line.channel, ""))

    def by_stratum(self) -> tuple[LedgerLine, ...]:
        """Return one line for each stratum, over all channels."""
        return _summed(self.lines, lambda line: ("", line.stratum))

    @property
    def total(self) -> LedgerLine:
        """Return the sum of everything."""
        return _sum("", "", self.lines)

    @property
    def is_open(self) -> bool:
        """Say whether anything came by the open link, which has no list behind it."""
        return any(line.channel == OPEN_LINK and line.submitted for line in self.lines)

    @property
    def elsewhere(self) -> Mapping[str, int]:
        """Return, by channel of issue, how many codes were answered with in another way than their page."""
        found = {line.channel: (line.used or 0) - line.submitted for line in self.by_channel()}
        return {channel: count for channel, count in found.items() if count > 0}

    @property
    def delivered_return_rate(self) -> Fraction | None:
        """Return submitted ÷ delivered; None without a list behind every answer, or if more came in than arrived."""
        total = self.total
        if self.is_open or not total.delivered or total.submitted > total.delivered:
            return None
        return Fraction(total.submitted, total.delivered)


def _sent(issue: Issue) -> LedgerLine:
    delivered = None if issue.issued is None else issue.issued - issue.lost
    planned = issue.issued if issue.planned is None else issue.planned
    return LedgerLine(
        channel=issue.channel, stratum=issue.stratum, planned=planned, issued=issue.issued, delivered=delivered,
        opened=issue.looked_at, used=issue.used,
    )  # fmt: skip


def _came(questionnaire: Questionnaire, judged: PatternTable) -> Iterable[LedgerLine]:
    for row in judged.rows:
        kind = _kind(row.validity)
        late = row.count if LATE in split_flags(row.flags) else 0
        yield LedgerLine(
            channel=row.channel or UNKNOWN, stratum=stratum_of(questionnaire, row), submitted=row.count, late=late,
            **{kind: row.count},
        )  # fmt: skip


def _kind(validity: str) -> str:
    if validity == DUPLICATE:
        return "duplicate"
    return "invalid" if validity else "valid"


def _waits(some: Waiting) -> LedgerLine:
    return LedgerLine(
        channel=some.channel or UNKNOWN, stratum=some.stratum, submitted=some.count, waiting=some.count,
        late=some.late,
    )  # fmt: skip


def _summed(
    lines: Iterable[LedgerLine], key: Callable[[LedgerLine], tuple[str, str]]
) -> tuple[LedgerLine, ...]:
    grouped: dict[tuple[str, str], list[LedgerLine]] = {}
    for line in lines:
        grouped.setdefault(key(line), []).append(line)
    return tuple(_sum(*name, grouped[name]) for name in sorted(grouped))


def _sum(channel: str, stratum: str, lines: Iterable[LedgerLine]) -> LedgerLine:
    """Add lines up; a column that none of them has stays unknown."""
    sums: Counter[str] = Counter()
    for line in lines:
        for name in _NUMBERS:
            if (number := getattr(line, name)) is not None:
                sums[name] += number
    return replace(LedgerLine(channel=channel, stratum=stratum), **sums)  # type: ignore[arg-type]
