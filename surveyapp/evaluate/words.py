"""The names of states, channels, kinds, reasons and methods on the evaluators' pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

Words = Mapping[str, Any]

_l: Any = lazy_gettext

STATES: Words = {"draft": _l("draft"), "open": _l("open"), "paused": _l("paused"), "closed": _l("closed")}

CODE_CHANNELS: Words = {
    "link": _l("personal link"),
    "slip": _l("slip with a QR code"),
    "sms": _l("text message"),
    "mail": _l("letter or e-mail"),
}
CHANNELS: Words = {
    **CODE_CHANNELS,
    "open_link": _l("public link"),
    "paper": _l("paper"),
    "telephone": _l("telephone"),
    "onsite": _l("on site"),
    "import": _l("imported file"),
    "unknown": _l("not stated"),
}
PURPOSES: Words = {"survey": _l("main fieldwork")}
MODES: Words = {
    "qr": _l("QR code"),
    "paper": _l("paper"),
    "phone": _l("telephone"),
    "onsite": _l("on site"),
    "mixed": _l("mixed"),
}
ITEM_KINDS: Words = {
    "single": _l("single choice"),
    "multiple": _l("multiple choice"),
    "text": _l("open text"),
    "number": _l("number"),
    "rating": _l("rating 0–10"),
}
MEASURE_KINDS: Words = {
    "satisfaction_score": _l("satisfaction, mean value"),
    "satisfaction_rate": _l("satisfaction, share of heads"),
    "awareness_score": _l("awareness, mean value"),
    "awareness_rate": _l("awareness, share of heads"),
}
REASONS: Words = {
    "incomplete": _l("incomplete"),
    "too_fast": _l("answered too fast"),
    "attention": _l("attention check failed"),
    "straight_lined": _l("same answer throughout"),
    "stratum_differs": _l("named another stratum than the code's"),
    "assisted_relative": _l("filled in with a relative's help"),
    "assisted_staff": _l("filled in with the help of staff"),
    "honeypot": _l("a field that people do not see was filled in"),
    "late": _l("arrived late"),
    "not_seen": _l("not among the rows"),
    "duplicate": _l("duplicate"),
    "contradictory": _l("contradicts itself"),
    "identical_answers": _l("alike in every item"),
    "refused": _l("refused"),
    "ineligible": _l("not eligible"),
}
UNDECIDED: Words = {
    "needs-entry": _l("waits for a value entered by hand"),
    "no-answers": _l("nobody answered"),
    "no-survey": _l("no survey was made, and the rule does not say what that gives"),
    "value-out-of-range": _l("the value lies outside the rule's range"),
    "bad-entry": _l("the entered value cannot be scored"),
}
METHODS: Words = {
    "logit-t": _l("t interval on the logit scale"),
    "logit-t, fpc": _l("t interval on the logit scale, corrected for the finite population"),
    "hypergeometric": _l("exact hypergeometric interval"),
    "clopper-pearson": _l("exact binomial interval (Clopper–Pearson)"),
    "all-alike": _l("all answers alike: bounded by the exact lower limit"),
    "single-answer": _l("one item has a single answer: its error cannot be known"),
    "census": _l("census: no sampling error"),
    "no-joint-answers": _l("counts per item only: no interval"),
    "suppressed": _l("too few people to be shown"),
    "no-answers": _l("nobody answered"),
}

METHOD_BASES: Words = {
    "t": _l("t interval"),
    "mean": _l("t interval, cut to 0–100%"),
    "korn-graubard": _l("exact interval by effective size (Korn–Graubard)"),
    "beta": _l("exact interval by effective size (Beta, uncapped)"),
    "wilson": _l("Wilson interval"),
    "lonely-stratum": _l("a stratum has a single answer: the error cannot be known"),
}
METHOD_REMARKS: Words = {
    "fpc": _l("corrected for the finite population"),
    "strata": _l("weighted by people in each stratum"),
    "post_stratify": _l("post-stratified"),
    "rake": _l("raked to several items"),
    "carried": _l("weighted as the data say"),
    "stratified": _l("stratified design"),
}
WEIGHTINGS: Words = {
    "strata": _l("weighted to the population"),
    "post_stratify": _l("weighted to the population (post-stratified)"),
    "rake": _l("weighted to the population (raked)"),
    "carried": _l("weighted as the data say"),
    "none": _l("stratified design, unweighted"),
}
DISPOSITIONS: Words = {
    "I": _l("complete (valid)"),
    "P": _l("partial"),
    "R": _l("refusal or break-off"),
    "NC": _l("not reached or not returned"),
    "O": _l("other, eligible"),
    "UH": _l("eligibility unknown (household)"),
    "UO": _l("eligibility unknown (other)"),
    "NE": _l("not eligible"),
}
STEPS: Words = {
    "continuous": _l("part of a step counts in part"),
    "complete": _l("part of a step counts none"),
    "started": _l("part of a step counts whole"),
}
TESTS: Words = {
    "design-t": _l("design-based t test"),
    "design-rank": _l("design-based rank test"),
    "rao-scott-F": _l("Rao–Scott χ² test"),
    "rao-scott-chi2": _l("Rao–Scott χ² test"),
}


def method(code: str) -> str:
    """Return the name of an interval's method; one with remarks, such as "logit-t, fpc, strata", is put together."""
    if code in METHODS:
        return name(METHODS, code)
    said, *remarks = code.split(", ")
    said = name({**METHODS, **METHOD_BASES}, said)
    for remark in remarks:
        said = _("%(said)s, %(more)s", said=said, more=name(METHOD_REMARKS, remark))
    return said


def name(names: Words, code: str) -> str:
    """Return the name of a code; a code without a name stands for itself."""
    return str(names.get(code, code))
