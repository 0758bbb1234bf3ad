"""Evaluates a survey: answers in, report out. The one entry for page, API, command line and documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from analysis import warnings as warn
from analysis import weighted as weighing
from analysis.estimates import (
    ItemTally,
    Sample,
    base_population,
    code_values,
    combine,
    estimate,
    exact_mean,
    item_mean,
    item_share,
    measure_values,
    of_one_item,
    option_values,
    stratum_of,
    unknown,
    with_stratum,
    without_blanks,
)
from analysis.indicators import Scorer, value_of
from analysis.ledger import UNKNOWN, Ledger
from analysis.patterns import Pattern, PatternTable
from analysis.rates import NOT_SEEN, Fieldwork, fieldwork_result, ratio
from analysis.rates import result as rates_of
from analysis.report import (
    SUPPRESSED,
    Estimate,
    FieldworkResult,
    Group,
    IndicatorResult,
    ItemResult,
    Report,
    Warning,
    WeightingResult,
)
from analysis.suppression import FEWEST_SHOWN, hidden_groups
from analysis.tallies import Tallies
from analysis.uncertainty import with_certainty
from analysis.validity import judge
from analysis.variants import variants
from questionnaires.model import Measure, Questionnaire, Text, holds

__all__ = ["FEWEST_SHOWN", "evaluate", "stratum_of"]

CHANNEL = "_channel"
"""The name of the classification by the way a questionnaire was answered; no item's id begins with an underscore."""
CHANNEL_TITLE = Text({"zh": "作答方式", "en": "way of answering"})

SMALL_BASE = 30
SHORT_OF_LEVEL = frozenset({"logit-t", "t", "mean", "wilson", "beta", "single-answer"})
"""Methods that can fall short of their level when the base is small or the value near 100% (docs/methods.md)."""


def evaluate(questionnaire: Questionnaire, responses: PatternTable | Tallies, fieldwork: Fieldwork) -> Report:
    """Return the report on these responses.

    From a pattern table everything is estimated; from tallies, which hold no joint answers, a composite has neither
    standard error nor interval. Raises ValueError if fewer questionnaires are said to be returned than there are, and
    for tallies that do not fit the questionnaire or exceed the valid questionnaires.
    """
    if isinstance(responses, Tallies):
        return _of_tallies(questionnaire, responses, fieldwork)
    table = judge(questionnaire, responses)
    counted = replace(
        fieldwork_result(table, fieldwork, questionnaire.population.total, questionnaire.partial_reasons),
        ledger=Ledger.of(questionnaire, table, fieldwork.issues).lines, pending=fieldwork.pending,
    )  # fmt: skip
    valid = [row for row in table.rows if not row.validity]
    sample = Sample(questionnaire, valid, questionnaire.population.total)
    members = {name: _members(sample, measure) for name, measure in questionnaire.measures.items()}
    measures = _shown(questionnaire, members)
    tallies = {name: _tallies(members[name], m) for name, m in questionnaire.measures.items()}
    weighed = weighing.sample(questionnaire, valid)
    weighted = {}
    if weighed:
        found = {n: weighing.estimate(weighed, m) for n, m in questionnaire.measures.items()}
        weighted = {
            name: measures[name] if measures[name].method == SUPPRESSED else one
            for name, one in _without_small_groups(questionnaire, found).items()
        }
    strata = _strata(sample)
    by = questionnaire.population.stratum_item
    groups = {by: _groups(strata)} if by else {}
    channels = _channels(sample)
    if len(channels) > 1:
        groups[CHANNEL] = _groups(channels)
    notes = [
        *_about_fieldwork(counted),
        *_about_strata(questionnaire, {code: found.n for code, found in strata.items()}),
        *_about_versions(questionnaire, table),
        *_about_unknown(sample),
        *_about_weights(questionnaire, valid, weighed.result if weighed else None),
        *_about_groups(questionnaire, groups),
        *_about_measures(questionnaire, measures, tallies),
        *_about_measures(questionnaire, weighted, tallies),
    ]
    items = {item: _item(sample, item, sample.tally(item)) for item in questionnaire.closed_items}
    people = {name: _people(members[name], tallies[name]) for name in measures}
    report = _report(
        questionnaire, fieldwork, counted, items, (measures, weighted), people, groups, notes, table.digest()
    )
    return replace(
        report, weighting=weighed.result if weighed else None, sensitivity=_sensitivity(questionnaire, table)
    )


def _shown(questionnaire: Questionnaire, members: Mapping[str, Sample]) -> dict[str, Estimate]:
    """Estimate each measure; one of a group is not shown when fewer than `FEWEST_SHOWN` of it answered."""
    found = {name: estimate(members[name], measure) for name, measure in questionnaire.measures.items()}
    return _without_small_groups(questionnaire, found)


def _without_small_groups(questionnaire: Questionnaire, found: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Hide the measures of a group of which fewer than `FEWEST_SHOWN` answered."""
    return {
        name: replace(unknown(), n=one.n, method=SUPPRESSED)
        if questionnaire.measures[name].group and 0 < one.n < FEWEST_SHOWN
        else one
        for name, one in found.items()
    }


def _sensitivity(questionnaire: Questionnaire, judged: PatternTable) -> Mapping[str, Mapping[str, Estimate]]:
    """Estimate the measures had it been decided otherwise who counts."""
    found: dict[str, Mapping[str, Estimate]] = {}
    for choice in variants(judged):
        sample = Sample(questionnaire, choice.rows, questionnaire.population.total)
        members = {name: _members(sample, measure) for name, measure in questionnaire.measures.items()}
        found[choice.key] = _shown(questionnaire, members)
    return found


def _people(sample: Sample, tallies: Sequence[ItemTally]) -> int | None:
    """Return how many people a measure is of: of one item, those it speaks about."""
    return (
        base_population(sample.population, sample.n, tallies[0]) if len(tallies) == 1 else sample.population
    )


def _tallies(sample: Sample, measure: Measure) -> list[ItemTally]:
    """Count a measure's items among those it is computed from."""
    listwise = measure.missing == "listwise" and len(measure.items) > 1
    counted = without_blanks(sample, measure) if listwise else sample
    return [counted.tally(item) for item in measure.items]


def _report(
    questionnaire: Questionnaire,
    fieldwork: Fieldwork,
    counted: FieldworkResult,
    items: Mapping[str, ItemResult],
    estimates: tuple[Mapping[str, Estimate], Mapping[str, Estimate]],
    people: Mapping[str, int | None],
    groups: Mapping[str, Mapping[str, Group]],
    notes: Sequence[Warning],
    digest: str,
) -> Report:
    measures, weighted = estimates
    used = weighted if questionnaire.weighting.use == "weighted" else measures
    scorer = Scorer(questionnaire=questionnaire, measures=used, entered=fieldwork.entered)
    scored = {name: scorer.result(name) for name in questionnaire.indicators}
    indicators = {
        name: with_certainty(scorer, name, found, people.get(found.measure or ""))
        for name, (found, _) in scored.items()
    }
    said = [
        *notes,
        *(note for _, own in scored.values() for note in own),
        *_about_definitions(questionnaire, indicators, used),
    ]
    return Report(
        questionnaire=questionnaire.id, version=questionnaire.version, title=questionnaire.title.say(),
        fieldwork=counted, items=items, measures=measures,
        measure_kinds={name: measure.kind for name, measure in questionnaire.measures.items()},
        indicators=indicators, groups=groups, warnings=tuple(dict.fromkeys(said)),
        data_hash=digest, score_places=questionnaire.reporting.score_places,
        percent_places=questionnaire.reporting.percent_places, weighted=weighted,
    )  # fmt: skip


def _members(sample: Sample, measure: Measure) -> Sample:
    """Return the part of a sample that a measure speaks about."""
    if not measure.group:
        return sample
    item = sample.questionnaire.population.stratum_item
    rows = [row for row in sample.rows if holds(measure.group, with_stratum(row, item), {})]
    return Sample(
        sample.questionnaire, rows, _group_population(sample, measure, sum(row.count for row in rows))
    )


def _group_population(sample: Sample, measure: Measure, n: int) -> int | None:
    """Return how many people a subgroup has: its strata's if it is made of strata, else its share of the sample."""
    people = sample.questionnaire.population
    codes = measure.group.get(people.stratum_item or "")
    if isinstance(codes, tuple) and len(measure.group) == 1 and people.strata:
        total = sum(people.strata.get(code, 0) for code in codes)
        return total if sample.population is None else min(total, sample.population)
    if sample.population is None or sample.n == 0:
        return sample.population
    return -(-sample.population * n // sample.n)


# --- items and groups ----------------------------------------------------------------------------------------------


def _item(sample: Sample, item: str, tally: ItemTally) -> ItemResult:
    questionnaire = sample.questionnaire
    population = base_population(sample.population, sample.n, tally)
    in_base = [option.code for option in questionnaire.options(item) if not option.missing]
    single = questionnaire.items[item].kind != "multiple"
    values = option_values(questionnaire, item) if single else None
    top = _top_codes(questionnaire, item)
    return ItemResult(
        n=tally.answered, counts=tally.counts, blank=tally.blank, not_asked=tally.not_asked,
        shares={code: Fraction(tally.counts[code], tally.answered) for code in in_base} if tally.answered else {},
        score=item_mean(tally, values, population) if values else None,
        top_share=item_share(tally, code_values(questionnaire, item, top), population) if top and single else None,
    )  # fmt: skip


def _top_codes(questionnaire: Questionnaire, item: str) -> tuple[str, ...]:
    """Return the codes that count as satisfied (or aware), as the first rate over the item names them."""
    return next((m.codes or () for m in questionnaire.measures.values() if m.is_rate and item in m.items), ())


def _strata(sample: Sample) -> dict[str, Sample]:
    """Divide a sample by strata; whoever belongs to none is in none of them."""
    people = sample.questionnaire.population.strata
    rows: dict[str, list[Pattern]] = {code: [] for code in people}
    for row in sample.rows:
        if (stratum := stratum_of(sample.questionnaire, row)) in rows:
            rows[stratum].append(row)
    return {code: Sample(sample.questionnaire, found, people[code]) for code, found in rows.items()}


def _channels(sample: Sample) -> dict[str, Sample]:
    """Divide a sample by the way it was answered; how many people would answer so is not known."""
    rows: dict[str, list[Pattern]] = {}
    for row in sample.rows:
        rows.setdefault(row.channel or UNKNOWN, []).append(row)
    return {channel: Sample(sample.questionnaire, rows[channel], None) for channel in sorted(rows)}


def _groups(samples: Mapping[str, Sample]) -> dict[str, Group]:
    """Estimate each group's measures; hidden are those of too few, and as many others as keep these from being worked out."""
    found = {code: _estimates(sample) for code, sample in samples.items()}
    shown: dict[str, dict[str, Estimate | None]] = {code: {} for code in found}
    for name in dict.fromkeys(name for estimates in found.values() for name in estimates):
        hidden = hidden_groups([estimates[name].n for estimates in found.values()])
        for at, (code, estimates) in enumerate(found.items()):
            one = estimates[name]
            shown[code][name] = None if at in hidden or one.n < FEWEST_SHOWN else one
    return {code: Group(n=samples[code].n, measures=shown[code]) for code in samples}


def _estimates(sample: Sample) -> dict[str, Estimate]:
    measures = sample.questionnaire.measures
    return {name: estimate(_members(sample, measure), measure) for name, measure in measures.items()}


# --- what must be said ---------------------------------------------------------------------------------------------


def _about_fieldwork(counted: FieldworkResult) -> Iterator[Warning]:
    if counted.valid == 0:
        yield warn.no_valid_answers()
    if counted.no_rates:
        yield counted.no_rates
    elif counted.distributed is not None and counted.returned > counted.distributed:
        yield warn.more_returned(counted.returned, counted.distributed)
    if counted.population is not None and counted.valid > counted.population:
        yield warn.more_valid(counted.valid, counted.population)
    for reason, count in counted.flags.items():
        yield warn.flagged(reason, count)


def _about_strata(questionnaire: Questionnaire, seen: Mapping[str, int]) -> Iterator[Warning]:
    """Say which strata gave no answer or too many, and when they were sampled at rates that differ by over a quarter."""
    people = questionnaire.population.strata
    if not any(seen.values()):
        return
    labels = {code: _stratum(questionnaire, code) for code in people}
    for code, label in labels.items():
        if seen[code] == 0 and people[code]:
            yield warn.empty_stratum(label, people[code])
        if seen[code] > people[code]:
            yield warn.more_valid_in_stratum(label, seen[code], people[code])
    sampled = {code: rate for code in people if (rate := ratio(seen[code], people[code]))}
    plain = questionnaire.weighting.use == "plain"
    if plain and sampled and max(sampled.values()) > min(sampled.values()) * Fraction(5, 4):
        yield warn.unequal_sampling(sampled, labels)


def _stratum(questionnaire: Questionnaire, code: str) -> Text:
    """Return what a stratum is called."""
    return _label(questionnaire, questionnaire.population.stratum_item, code)


def _label(questionnaire: Questionnaire, item: str | None, code: str) -> Text:
    option = questionnaire.option(item, code) if item in questionnaire.items and item else None
    return option.label if option else Text({"zh": code})


def _about_versions(questionnaire: Questionnaire, table: PatternTable) -> Iterator[Warning]:
    """Say when answers were given to another version than the one they are read by; no version is any version."""
    counts: Counter[str] = Counter()
    for row in table.rows:
        counts[row.version] += row.count
    del counts[""]
    older = counts.total() - counts[questionnaire.version]
    if older:
        yield warn.mixed_versions(len(+counts), older)


def _about_unknown(sample: Sample) -> Iterator[Warning]:
    """Name the items and codes among the valid answers that the definition does not have."""
    questionnaire = sample.questionnaire
    items: Counter[str] = Counter()
    known = frozenset(questionnaire.closed_items)
    for row in sample.rows:
        if not row.closed.keys() <= known:
            for item in row.closed.keys() - known:
                items[item] += row.count
    gone: list[warn.Gone] = [(None, item, {"": items[item]}) for item in sorted(items)]
    for item in questionnaire.closed_items:
        if codes := sample.tally(item).unknown:
            gone.append((questionnaire.items[item].text, item, dict(sorted(codes.items()))))
    if gone:
        yield warn.unknown_answers(gone)


def _about_weights(
    questionnaire: Questionnaire, valid: Sequence[Pattern], found: WeightingResult | None
) -> Iterator[Warning]:
    """Say whom weighted figures leave out, what fitting the weights did not reach, and weights nobody uses."""
    carries = any(row.weight != 1 for row in valid)
    if carries and questionnaire.weighting.method != "carried":
        yield warn.weights_unused()
    if found is None or not valid:
        return
    if found.method == "carried" and not carries:
        yield warn.no_weights()
    if found.left_out:
        yield warn.left_out_of_weighting(found.left_out)
    if found.covered is not None and found.people is not None and found.covered < found.people:
        empty = [_weighted_group(questionnaire, code) for code in found.empty]
        yield warn.weighted_coverage(found.covered, found.people, empty)
    for code in found.lonely:
        yield warn.lonely_stratum(_stratum(questionnaire, code), found.lonely_rule)
    if found.converged is False:
        yield warn.margins_not_met(found.iterations or 0, Fraction(repr(found.gap or 0.0)), found.trimmed)


def _weighted_group(questionnaire: Questionnaire, code: str) -> Text:
    """Return what a stratum, or the group of a margin, is called."""
    if code in questionnaire.population.strata:
        return _stratum(questionnaire, code)
    item = next((name for name, people in questionnaire.weighting.margins.items() if code in people), None)
    return _label(questionnaire, item, code)


def _about_groups(
    questionnaire: Questionnaire, groups: Mapping[str, Mapping[str, Group]]
) -> Iterator[Warning]:
    for item, found in groups.items():
        if any(0 < group.n < FEWEST_SHOWN for group in found.values()):
            yield warn.suppressed(CHANNEL_TITLE if item == CHANNEL else questionnaire.items[item].text)


def _about_measures(
    questionnaire: Questionnaire, measures: Mapping[str, Estimate], tallies: Mapping[str, Sequence[ItemTally]]
) -> Iterator[Warning]:
    """Say what was not answered, and where the measured coverage of logit-t falls short; exact intervals need no such word."""
    for name, found in measures.items():
        measure = questionnaire.measures[name]
        method = found.method.partition(",")[0]
        if method == "no-joint-answers" and found.value is None:
            continue
        if found.value is None:
            small = method == SUPPRESSED
            yield warn.small_measure(measure.title) if small else warn.no_answers(measure.title)
            continue
        answered = dict(zip(measure.items, (tally.answered for tally in tallies[name]), strict=True))
        for item, n in answered.items():
            if n == 0:
                yield warn.item_without_answers(measure.title, questionnaire.items[item].text)
        fewest = min((n for n in answered.values() if n), default=0)
        if method in SHORT_OF_LEVEL and fewest < SMALL_BASE:
            yield warn.small_base(measure.title, fewest)
        if method in SHORT_OF_LEVEL and found.value > 0.95:
            yield warn.near_ceiling(measure.title)


def _about_definitions(
    questionnaire: Questionnaire, found: Mapping[str, IndicatorResult], measures: Mapping[str, Estimate]
) -> Iterator[Warning]:
    """Warn where the printed definition names another measure than the one computed, such as heads for a mean value."""
    for name, result in found.items():
        if result.defined_measure is None or result.measure is None:
            continue
        own, printed = value_of(measures[result.measure]), value_of(measures[result.defined_measure])
        if own is not None and printed is not None:
            title = questionnaire.indicators[name].title
            yield warn.definition_conflict(title, (own, result.score), (printed, result.defined_score))


# --- from counts alone ---------------------------------------------------------------------------------------------


def _of_tallies(questionnaire: Questionnaire, tallies: Tallies, fieldwork: Fieldwork) -> Report:
    _check_tallies(questionnaire, tallies)
    population = questionnaire.population.total
    nobody_knows = [Pattern(answers="{}", count=tallies.valid)] if tallies.valid else []
    sample = Sample(questionnaire, nobody_knows, population)
    found = {item: _item_tally(questionnaire, item, tallies) for item in questionnaire.closed_items}
    returned = tallies.valid if fieldwork.returned is None else fieldwork.returned
    if returned < tallies.valid:
        raise ValueError(
            f"returned ({returned}) must not be less than the {tallies.valid} valid questionnaires"
        )
    counted = rates_of(
        returned=returned, valid=tallies.valid, distributed=fieldwork.distributed, population=population,
        reasons={NOT_SEEN: returned - tallies.valid} if returned > tallies.valid else {}, flags={}, channels={},
        partial=questionnaire.partial_reasons,
    )  # fmt: skip
    items = {item: _item(sample, item, tally) for item, tally in found.items()}
    measures = {name: _tallied(sample, m, found) for name, m in questionnaire.measures.items()}
    by_measure = {name: [found[item] for item in m.items] for name, m in questionnaire.measures.items()}
    notes = [
        *_about_fieldwork(counted),
        *_about_strata(questionnaire, _tallied_strata(questionnaire, found)),
        *_about_measures(questionnaire, measures, by_measure),
    ]
    if any(m.method == "no-joint-answers" for m in measures.values()):
        notes.append(warn.no_joint_answers())
    weighted = {}
    if questionnaire.weighting.is_weighted:
        weighted = {name: replace(unknown(), method="no-joint-answers") for name in measures}
        notes.append(warn.weights_need_rows())
    people = {name: _people(sample, by_measure[name]) for name in measures}
    return _report(
        questionnaire, fieldwork, counted, items, (measures, weighted), people, {}, notes, tallies.digest()
    )


def _check_tallies(questionnaire: Questionnaire, tallies: Tallies) -> None:
    """Raise ValueError for counts of what the questionnaire does not have, and for more answers than questionnaires."""
    for item, counts in tallies.items.items():
        known = (
            {option.code for option in questionnaire.options(item)} if item in questionnaire.items else set()
        )
        if counts.keys() - known or not known:
            raise ValueError(f"counts of {item} ({', '.join(counts)}) must be of a closed item's options")
        most = max(counts.values(), default=0) if _is_multiple(questionnaire, item) else sum(counts.values())
        if most > tallies.valid or min(counts.values(), default=0) < 0:
            raise ValueError(
                f"counts of {item} must lie between 0 and the {tallies.valid} valid questionnaires"
            )


def _is_multiple(questionnaire: Questionnaire, item: str) -> bool:
    return questionnaire.items[item].kind == "multiple"


def _item_tally(questionnaire: Questionnaire, item: str, tallies: Tallies) -> ItemTally:
    given = tallies.items.get(item, {})
    counts = {option.code: given.get(option.code, 0) for option in questionnaire.options(item)}
    if _is_multiple(questionnaire, item):
        # how many chose none at all is not in the counts; the published shares are of the valid questionnaires
        return ItemTally(
            counts=counts, answered=tallies.valid if given else 0, outside=0, blank=0, not_asked=0
        )
    leaving = sum(counts[option.code] for option in questionnaire.options(item) if option.missing)
    answered = sum(counts.values()) - leaving
    blank = tallies.valid - answered - leaving
    return ItemTally(counts=counts, answered=answered, outside=leaving, blank=blank, not_asked=0)


def _tallied_strata(questionnaire: Questionnaire, found: Mapping[str, ItemTally]) -> Mapping[str, int]:
    people = questionnaire.population
    tally = found.get(people.stratum_item or "")
    return {code: tally.counts.get(code, 0) if tally else 0 for code in people.strata}


def _tallied(sample: Sample, measure: Measure, tallies: Mapping[str, ItemTally]) -> Estimate:
    """Estimate a measure from counts: one item as from rows, several without precision, a subgroup not at all."""
    if measure.group:
        return replace(unknown(), method="no-joint-answers")
    values = measure_values(sample.questionnaire, measure)
    if len(measure.items) == 1:
        return of_one_item(sample, measure, tallies[measure.items[0]], values[measure.items[0]])
    mean = combine(measure, {item: exact_mean(tallies[item], values[item]) for item in measure.items})
    if mean is None:
        return unknown()
    n = max(tallies[item].answered for item in measure.items)
    return Estimate(
        value=float(mean), exact=mean, standard_error=None, interval=None, n=n, method="no-joint-answers"
    )
