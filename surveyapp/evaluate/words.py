"""The names of states, channels, kinds, reasons and methods on the evaluators' pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    "not_seen": _l("not among the rows"),
    "duplicate": _l("duplicate"),
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
    "no-answers": _l("nobody answered"),
}


def name(names: Words, code: str) -> str:
    """Return the name of a code; a code without a name stands for itself."""
    return str(names.get(code, code))
