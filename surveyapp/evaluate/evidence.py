"""异常填答线索 on the page 清理: what may show organised filling, each figure beside the one to expect; nothing is deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _

from analysis import evidence as clues
from analysis import judge
from analysis.report import Estimate
from analysis.suppression import FEWEST_SHOWN
from questionnaires.model import NOT_APPLICABLE, NOT_ASKED
from surveyapp import reporting
from surveyapp.evaluate.desk import Desk
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.progress import strata_labels
from surveyapp.evaluate.words import CHANNELS, name
from surveyapp.present import half_up, number, percent, percent_range
from surveyapp.store import Store

KINDS = ("burst", "one_network")
FLAGS = ("assisted_relative", "assisted_staff", "honeypot", "late")


@dataclass(frozen=True, kw_only=True)
class AlikeRow:
    """A set of equal answers: how many, what share, how many to expect, and the answers, item by item."""

    count: int
    share: str
    expected: str
    note: str
    answers: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Together:
    """How many answers at most came together on one day."""

    day: str
    burst: str
    network: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was found, in words; empty sequences where nothing was."""

    n: int
    alike: Sequence[AlikeRow]
    tops: Sequence[str]
    apart: Sequence[str]
    days: Sequence[str]
    together: Sequence[Together]
    flags: Sequence[tuple[str, str, int]]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing at all was found."""
        return not any((self.alike, self.tops, self.apart, self.days, self.together))


def evidence(store: Store, desk: Desk) -> Evidence:
    """Look a survey through. The answers are those that are shown; days are counted live."""
    judged = judge(desk.questionnaire, reporting.pattern_table(store, desk.slug))
    found = clues.find(desk.questionnaire, judged, desk.main)
    by_day: Counter[str] = Counter()
    for one in store.day_counts(desk.slug):
        by_day[one.day] += one.count
    return Evidence(
        n=found.n, alike=[_alike(desk, one) for one in found.alike], tops=[_top(desk, one) for one in found.tops],
        apart=[_apart(desk, one) for one in found.apart], days=[_day(one) for one in clues.busy_days(by_day)],
        together=_together(store, desk.slug), flags=_flags(desk),
    )  # fmt: skip


def _alike(desk: Desk, one: clues.Alike) -> AlikeRow:
    answers = [
        (desk.questionnaire.items[item].text.say(spoken()), _said(desk, item, answer))
        for item, answer in one.answers.items()
    ]
    return AlikeRow(
        count=one.count, share=percent(one.share, 1), expected=_expected(one.expected), answers=answers,
        note=_("the best answer throughout") if one.is_top else "",
    )  # fmt: skip


def _expected(expected: float) -> str:
    return _("under 0.1") if expected < 0.1 else number(Fraction(repr(expected)), 1)


def _said(desk: Desk, item: str, answer: str | tuple[str, ...]) -> str:
    if answer in (NOT_ASKED, NOT_APPLICABLE):
        return _("not asked")
    codes = (answer,) if isinstance(answer, str) else answer
    options = [desk.questionnaire.option(item, code) for code in codes]
    return _(", ").join(o.label.say(spoken()) if o else code for o, code in zip(options, codes, strict=True))


def _group(desk: Desk, by: str, group: str) -> str:
    return name(CHANNELS, group) if by == "_channel" else strata_labels(desk.questionnaire).get(group, group)


def _top(desk: Desk, one: clues.TopShare) -> str:
    return _(
        "%(group)s: %(own)s gave the best answer throughout; of all others %(others)s.",
        group=_group(desk, one.by, one.group), own=_of(one.count, one.n), others=_of(one.others, one.others_n),
    )  # fmt: skip


def _of(count: int, n: int) -> str:
    """Say how many of how many; what fewer than 5 did, or did not do, is not counted out."""
    if 0 < count < FEWEST_SHOWN:
        return _("fewer than 5 of %(n)s", n=n)
    if 0 < n - count < FEWEST_SHOWN:
        return _("all but fewer than 5 of %(n)s", n=n)
    return _("%(count)s of %(n)s (%(share)s)", count=count, n=n, share=percent(Fraction(count, n), 1))


def _apart(desk: Desk, one: clues.Apart) -> str:
    return _(
        "%(group)s: %(measure)s is %(own)s; of all others %(others)s. The two intervals do not meet.",
        group=_group(desk, one.by, one.group), measure=desk.questionnaire.measures[one.measure].title.say(spoken()),
        own=_figure(desk, one.own), others=_figure(desk, one.others),
    )  # fmt: skip


def _figure(desk: Desk, found: Estimate) -> str:
    places = desk.places.percent
    return _(
        "%(value)s (%(interval)s, n = %(n)s)", value=percent(found.value, places),
        interval=percent_range(found.interval, places), n=found.n,
    )  # fmt: skip


def _day(one: clues.BusyDay) -> str:
    return _(
        "%(day)s: %(count)s came in; the other days %(usual)s on average.",
        day=one.day, count=one.count, usual=half_up(one.usual, 1),
    )  # fmt: skip


def _together(store: Store, slug: str) -> list[Together]:
    noted = {(one.day, one.kind): str(one.count) for one in store.evidence(slug) if one.kind in KINDS}
    days = sorted({day for day, _kind in noted})
    return [
        Together(day=day, burst=noted.get((day, "burst"), ""), network=noted.get((day, "one_network"), ""))
        for day in days
    ]


def _flags(desk: Desk) -> list[tuple[str, str, int]]:
    """Return who helped, what filled the field that people do not see, and what came late: name, remark, how many."""
    said = {
        "assisted_relative": (_("filled in with a relative's help"), _("as the page was told")),
        "assisted_staff": (
            _("filled in with the help of staff"),
            _("as the page was told; look at who they work for"),
        ),
        "honeypot": (
            _("a field that people do not see was filled in"),
            _("programs do that, and some screen readers"),
        ),
        "late": (_("arrived after closing, begun before"), _("accepted within the grace time")),
    }
    counts = desk.report.fieldwork.flags
    return [(*said[flag], counts[flag]) for flag in FLAGS if counts.get(flag)]
