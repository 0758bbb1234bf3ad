"""The page 交叉分析: an item by groups, measures between groups, and whether the items measure one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _

from analysis import Estimate, PatternTable, intervals, judge
from analysis.comparison import TOTAL, Cell, CrossTab, GroupMean, MeasureByGroup, cross_tab, measure_by
from analysis.group_tests import Test
from analysis.promoters import net_promoters
from analysis.reliability import reliability
from analysis.respondents import STRATUM, Respondents, in_base
from questionnaires.model import Measure, Questionnaire
from surveyapp.deliver.arithmetic import scored_by
from surveyapp.evaluate.desk import Desk
from surveyapp.evaluate.language import spoken
from surveyapp.evaluate.signs import minus
from surveyapp.evaluate.words import TESTS, name
from surveyapp.present import UNKNOWN, half_up, number, percent, percent_range

HIDDEN = "＊"
FEWEST_ITEMS = 3
CLEAR = 0.05


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is put in the rows and what divides people, and what else there is to choose."""

    item: str
    by: str
    items: Sequence[tuple[str, str]]
    divisions: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """One group: its base, count and share of each option, its mean value."""

    label: str
    base: int
    cells: Sequence[tuple[str, str]]
    score: str
    is_total: bool


@dataclass(frozen=True, kw_only=True)
class CrossTable:
    """An item by groups as it is printed."""

    title: str
    by: str
    options: Sequence[str]
    rows: Sequence[GroupRow]
    has_scores: bool
    is_weighted: bool
    hidden: int
    finding: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Two groups compared on one measure, in a sentence, and whether the difference is clear."""

    words: str
    is_clear: bool


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A measure by groups: value and interval of each, and the differences."""

    title: str
    rows: Sequence[tuple[str, str, str, str]]
    summary: str
    differences: Sequence[Difference]


@dataclass(frozen=True, kw_only=True)
class Consistency:
    """Cronbach's α over the items of a measure."""

    title: str
    words: str
    items: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Promoters:
    """The net promoter score of one rating."""

    title: str
    score: str
    interval: str
    made_of: str


# --- choosing ------------------------------------------------------------------------------------------------------


def choice(questionnaire: Questionnaire, item: str | None, by: str | None) -> Choice | None:
    """Return what to compare; where nothing fitting is asked for, the main item by stratum. None if nothing can be compared."""
    divisions = _divisions(questionnaire)
    items = [(id, questionnaire.items[id].text.say(spoken())) for id in questionnaire.closed_items]
    if not divisions or not items:
        return None
    chosen_by = by if by in dict(divisions) else divisions[0][0]
    rest = [id for id, _label in items if id != _item_of(questionnaire, chosen_by)]
    asked = item if item in dict(items) else next((id for id in _measured(questionnaire) if id in rest), None)
    return Choice(item=asked or (rest or [items[0][0]])[0], by=chosen_by, items=items, divisions=divisions)


def _divisions(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    people = questionnaire.population
    strata = people.strata and not people.stratum_item
    own = [(STRATUM, _("Stratum"))] if strata else []
    single = [
        id
        for id in questionnaire.closed_items
        if questionnaire.items[id].kind != "multiple" and id != people.stratum_item
    ]
    first = [people.stratum_item] if people.stratum_item else []
    return own + [(id, questionnaire.items[id].text.say(spoken())) for id in (*first, *single)]


def _item_of(questionnaire: Questionnaire, by: str) -> str | None:
    return questionnaire.population.stratum_item if by == STRATUM else by


def _measured(questionnaire: Questionnaire) -> list[str]:
    return [item for measure in questionnaire.measures.values() for item in measure.items]


# --- an item by groups ---------------------------------------------------------------------------------------------


def respondents(desk: Desk, table: PatternTable) -> Respondents:
    """Return the valid respondents, weighted by stratum where the indicators are."""
    weighting = desk.questionnaire.weighting
    weighted = weighting.use == "weighted" and weighting.method == "strata"
    return Respondents.of(desk.questionnaire, judge(desk.questionnaire, table), weighted=weighted)


def cross_table(desk: Desk, found: Respondents, chosen: Choice) -> CrossTable | None:
    """Return the cross-tab as it is printed; None of an item by itself."""
    if chosen.item == chosen.by:
        return None
    tab, questionnaire = cross_tab(found, chosen.item, chosen.by), desk.questionnaire
    codes = in_base(questionnaire, chosen.item)
    labels = {option.code: option.label.say(spoken()) for option in questionnaire.options(chosen.item)}
    groups = {**_group_labels(questionnaire, chosen.by), TOTAL: _("Total")}
    return CrossTable(
        title=questionnaire.items[chosen.item].text.say(spoken()), by=dict(chosen.divisions)[chosen.by],
        options=[labels[code] for code in codes], hidden=tab.hidden, is_weighted=found.weighted,
        has_scores=any(score.value is not None for score in tab.scores.values()), finding=_independence(tab),
        rows=[_group_row(desk, tab, group, label, codes) for group, label in groups.items()],
    )  # fmt: skip


def _group_row(desk: Desk, tab: CrossTab, group: str, label: str, codes: Sequence[str]) -> GroupRow:
    score = tab.scores[group]
    return GroupRow(
        label=label, base=tab.bases[group], cells=[_cell(desk, tab.cells[code][group]) for code in codes],
        score=HIDDEN if score.n is None else percent(score.value, desk.places.percent), is_total=group == TOTAL,
    )  # fmt: skip


def _cell(desk: Desk, cell: Cell) -> tuple[str, str]:
    if cell.count is None:
        return HIDDEN, HIDDEN
    return str(cell.count), percent(cell.share, desk.places.percent)


def _group_labels(questionnaire: Questionnaire, by: str) -> dict[str, str]:
    item = _item_of(questionnaire, by)
    if by in (STRATUM, questionnaire.population.stratum_item):
        options = {
            code: questionnaire.option(item, code) if item else None
            for code in questionnaire.population.strata
        }
        return {code: option.label.say(spoken()) if option else code for code, option in options.items()}
    return {
        option.code: option.label.say(spoken()) for option in questionnaire.options(by) if not option.missing
    }


def _independence(tab: CrossTab) -> str:
    if tab.independence is None:
        return ""
    test = tab.independence[0]
    if test.p < CLEAR:
        said = _(
            "The groups answer differently; the difference is statistically significant (%(p)s).",
            p=p_words(test.p),
        )
    else:
        said = _(
            "The difference between the groups is not statistically significant (%(p)s).", p=p_words(test.p)
        )
    return _("%(said)s Method: %(test)s.", said=said, test=name(TESTS, test.method))


def p_words(p: float) -> str:
    """Print a p value: p = 0.08, p = 0.003, p < 0.001; near 0.05 with the place that shows its side."""
    if p < 0.001:
        return "p < 0.001"
    places = 2 if p >= 0.01 and half_up(Fraction(repr(p)), 2) != "0.05" else 3
    return f"p = {number(p, places)}"


# --- measures between groups ---------------------------------------------------------------------------------------


def compared(desk: Desk, found: Respondents, chosen: Choice) -> list[Compared]:
    """Return the measures by groups, without those that would tell the hidden cells of the item shown."""
    shown = {
        id: measure
        for id, measure in desk.questionnaire.measures.items()
        if not measure.group and set(measure.items) != {chosen.item} and chosen.by not in measure.items
    }
    return [
        _compared(desk, found, measure, measure_by(found, id, chosen.by)) for id, measure in shown.items()
    ]


def _compared(desk: Desk, people: Respondents, measure: Measure, found: MeasureByGroup) -> Compared:
    labels = _group_labels(desk.questionnaire, found.by)
    differences = [
        _difference(desk, labels, pair, test, len(found.differences))
        for pair, test in found.differences.items()
    ]
    return Compared(
        title=measure.title.say(spoken()), summary=_summary(differences), differences=differences,
        rows=[
            _mean(desk, {**labels, TOTAL: _("Total")}[code], mean, _interval(desk, people, found, code))
            for code, mean in found.groups.items()
        ],
    )  # fmt: skip


def _mean(
    desk: Desk, label: str, mean: GroupMean, interval: tuple[float, float] | None
) -> tuple[str, str, str, str]:
    if mean.n is None:
        return label, HIDDEN, HIDDEN, HIDDEN
    places = desk.places.percent
    return label, str(mean.n), percent(mean.value, places), percent_range(interval, places)


def _interval(
    desk: Desk, people: Respondents, found: MeasureByGroup, code: str
) -> tuple[float, float] | None:
    """Return a group's interval: the report's own where it has one, else t on the logit scale, which stays in 0–100%."""
    own = _reported(desk, found, code)
    mean = found.groups[code]
    if own is not None and own.n == mean.n:
        return own.interval
    df = people.design.df
    if not mean.value or mean.value >= 1 or not mean.standard_error or df < 1:
        return None
    return intervals.logit_t(mean.value, mean.standard_error, df, 0.95)


def _reported(desk: Desk, found: MeasureByGroup, code: str) -> Estimate | None:
    if code == TOTAL:
        return scored_by(desk.report)[found.measure]
    group = desk.report.groups.get(found.by, {}).get(code)
    return group.measures.get(found.measure) if group else None


def _difference(
    desk: Desk, labels: Mapping[str, str], pair: tuple[str, str], test: Test, of: int
) -> Difference:
    p = test.p if of == 1 or test.p_holm is None else test.p_holm
    shown = p_words(p) if of == 1 else _("%(p)s after Holm's correction", p=p_words(p))
    if p < CLEAR:
        verdict = _("the difference is statistically significant (%(p)s)", p=shown)
    else:
        verdict = _("the difference is not statistically significant (%(p)s)", p=shown)
    words = _pair(labels[pair[0]], labels[pair[1]], test, desk.places.percent)
    return Difference(words=_("%(what)s; %(verdict)s.", what=words, verdict=verdict), is_clear=p < CLEAR)


def _pair(first: str, second: str, test: Test, places: int) -> str:
    """Say which of two groups is higher, by how many percentage points, and between which bounds."""
    change, interval = test.difference or 0.0, test.interval
    if change < 0:
        first, second, change = second, first, -change
        interval = None if interval is None else (-interval[1], -interval[0])
    said = _(
        "%(high)s is %(n)s percentage points above %(low)s",
        high=second,
        low=first,
        n=number(change * 100, places),
    )
    if interval is None:
        return said
    low, high = (minus(end * 100, places) for end in interval)
    return _("%(said)s (95%% interval %(low)s to %(high)s)", said=said, low=low, high=high)


def _summary(differences: Sequence[Difference]) -> str:
    """Sum several comparisons up; nothing of one, which speaks for itself."""
    if len(differences) < 2:
        return ""
    clear = sum(difference.is_clear for difference in differences)
    if not clear:
        return _(
            "None of the %(n)s pairs of groups differs significantly (Holm's correction for comparing often).",
            n=len(differences),
        )
    return _(
        "%(clear)s of the %(n)s pairs of groups differ significantly (Holm's correction for comparing often).",
        clear=clear, n=len(differences),
    )  # fmt: skip


# --- scales --------------------------------------------------------------------------------------------------------


def consistencies(desk: Desk, found: Respondents) -> list[Consistency]:
    """Return Cronbach's α of every mean value of three items or more; of the same items once."""
    seen: set[tuple[str, ...]] = set()
    rows = []
    for measure in desk.questionnaire.measures.values():
        if measure.is_rate or measure.group or len(measure.items) < FEWEST_ITEMS or measure.items in seen:
            continue
        seen.add(measure.items)
        rows.append(_consistency(desk, found, measure))
    return rows


def _consistency(desk: Desk, found: Respondents, measure: Measure) -> Consistency:
    answers = found.values(measure.items, measure)
    pairs = zip(answers.values.tolist(), answers.known.tolist(), strict=True)
    values = [[v if known else None for v, known in zip(*pair, strict=True)] for pair in pairs]
    weights = found.design.weight.tolist() if found.weighted else None
    result = reliability(measure.items, values, [row.count for row in found.rows], weights)
    return Consistency(
        title=measure.title.say(spoken()), words=_alpha_words(result.alpha, result.interval, result.n),
        items=[
            (
                desk.questionnaire.items[item].text.say(spoken()),
                number(one.item_rest, 2) if one.item_rest is not None else UNKNOWN,
                number(one.alpha_without, 2) if one.alpha_without is not None else UNKNOWN,
            )
            for item, one in result.items.items()
        ],
    )  # fmt: skip


def _alpha_words(alpha: float | None, interval: tuple[float, float] | None, n: int) -> str:
    if alpha is None:
        return _("Cannot be computed: too few answers, or nobody differs.")
    level = (
        _("very good") if alpha >= 0.9 else _("good") if alpha >= 0.8 else _("acceptable") if alpha >= 0.7
        else _("low: the items hardly measure one thing")
    )  # fmt: skip
    shown = minus(alpha, 2)
    if interval is not None:
        low, high = (minus(end, 2) for end in interval)
        return _(
            "Cronbach's α = %(alpha)s (95%% interval %(low)s to %(high)s, n = %(n)s): %(level)s.",
            alpha=shown, low=low, high=high, n=n, level=level,
        )  # fmt: skip
    return _("Cronbach's α = %(alpha)s (n = %(n)s): %(level)s.", alpha=shown, n=n, level=level)


def promoters(desk: Desk) -> list[Promoters]:
    """Return the net promoter score of every 0–10 rating that was answered."""
    rows = []
    for id, item in desk.questionnaire.items.items():
        if item.kind != "rating" or not desk.report.items[id].n:
            continue
        found = net_promoters(desk.report.items[id].counts, desk.questionnaire.population.total)
        low, high = (minus(end * 100, 1) for end in found.interval or (0.0, 0.0))
        rows.append(
            Promoters(
                title=item.text.say(spoken()), score=minus(None if found.score is None else found.score * 100, 1),
                interval=_("%(low)s to %(high)s", low=low, high=high) if found.interval else UNKNOWN,
                made_of=_(
                    "%(up)s gave 9 or 10, %(down)s gave 0 to 6, of %(n)s",
                    up=found.promoters, down=found.detractors, n=found.n,
                ),
            )
        )  # fmt: skip
    return rows
