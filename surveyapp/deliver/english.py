"""The English names, in what is filed, of codes that the report carries; `chinese` holds the same codes."""

from __future__ import annotations

from collections.abc import Mapping

from surveyapp.deliver.chinese import said

__all__ = ["method_words", "said"]

KINDS = {
    "satisfaction_score": "satisfaction (score): mean of the options' values",
    "satisfaction_rate": "satisfaction rate: share of satisfied heads",
    "awareness_score": "awareness (score): mean of the options' values",
    "awareness_rate": "awareness rate: share of heads who know",
}
REASONS = {
    "incomplete": "incomplete",
    "too_fast": "answered too fast",
    "attention": "attention check failed",
    "straight_lined": "same answer throughout",
    "stratum_differs": "named another stratum than the code's",
    "assisted_relative": "filled in with a relative's help",
    "assisted_staff": "filled in with the help of staff",
    "honeypot": "a hidden field was filled in",
    "late": "late",
    "not_seen": "not among the rows",
    "duplicate": "duplicate",
    "contradictory": "contradictory answers",
    "identical_answers": "identical answers",
    "refused": "refused",
    "ineligible": "not eligible",
    "needs-entry": "waits for a value entered by hand, no score yet",
    "no-answers": "no usable answers, no score yet",
    "no-survey": "no survey was made and the rule does not say what that gives; needs a decision",
    "value-out-of-range": "the value lies outside the rule's range; check it",
    "bad-entry": "the entered value cannot be scored; correct it",
}
CHANNELS = {
    "open_link": "public link",
    "link": "personal link",
    "slip": "personal slip with a QR code",
    "sms": "text message",
    "mail": "letter or e-mail",
    "paper": "paper",
    "telephone": "telephone",
    "onsite": "on site",
    "import": "imported file",
    "unknown": "not stated",
}
METHODS: Mapping[str, str] = {
    "logit-t": "t interval on the logit scale",
    "logit-t, fpc": "t interval on the logit scale, corrected for the finite population",
    "hypergeometric": "exact hypergeometric interval",
    "clopper-pearson": "exact binomial interval (Clopper–Pearson)",
    "all-alike": "all answers alike: bounded by the exact lower limit",
    "single-answer": "one item has a single answer: its error cannot be known",
    "census": "census: no sampling error",
    "suppressed": "too few people to be shown",
    "no-joint-answers": "counts per item only: no interval",
    "no-answers": "no usable answers",
}
BASES: Mapping[str, str] = {
    "logit-t": "t interval on the logit scale",
    "t": "t interval",
    "mean": "t interval, cut to 0–100%",
    "korn-graubard": "exact interval by effective size (Korn–Graubard)",
    "beta": "exact interval by effective size (Beta, uncapped)",
    "wilson": "Wilson interval",
    "clopper-pearson": "exact binomial interval (Clopper–Pearson)",
    "lonely-stratum": "a stratum has a single answer: the error cannot be known",
}
REMARKS: Mapping[str, str] = {
    "fpc": "corrected for the finite population",
    "strata": "weighted by the people in each stratum",
    "post_stratify": "post-stratified",
    "rake": "raked to several items",
    "carried": "weighted as the data say",
    "stratified": "stratified design",
}
WEIGHTINGS: Mapping[str, str] = {
    "strata": "weighted to the population",
    "post_stratify": "weighted to the population (post-stratified)",
    "rake": "weighted to the population (raked)",
    "carried": "weighted as the data say",
    "none": "stratified design, unweighted",
}
DISPOSITIONS: Mapping[str, str] = {
    "I": "complete (valid)",
    "P": "partial",
    "R": "refusal or break-off",
    "NC": "not reached or not returned",
    "O": "other, eligible",
    "UH": "eligibility unknown (household)",
    "UO": "eligibility unknown (other)",
    "NE": "not eligible",
}


def method_words(code: str) -> str:
    """Return the name of an interval's method; one with remarks, such as "logit-t, fpc, strata", is put together."""
    if code in METHODS:
        return METHODS[code]
    base, *remarks = code.split(", ")
    return ", ".join([said({**METHODS, **BASES}, base), *(said(REMARKS, remark) for remark in remarks)])
