"""The texts that go out with a link: text messages and e-mails, the first and the reminder, in Chinese and English."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from questionnaires.model import Questionnaire

LANGUAGES = ("zh", "en")

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The alphabet of 3GPP TS 23.038: 160 of these go into one text message, and any other character makes it 70."""
_GSM_TWICE = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What every message, slip and poster says of a survey, in one language."""

    language: str
    title: str
    organiser: str
    purpose: str
    minutes: int
    closes_on: str | None

    @property
    def closing(self) -> str:
        """Return the last day in words, or nothing while there is none."""
        return spoken_day(self.closes_on, self.language) if self.closes_on else ""


def facts(questionnaire: Questionnaire, closes_on: str | None, language: str) -> Facts:
    """Return what is said of a survey in a language; where the definition lacks it, in its first."""
    organiser = questionnaire.organiser.say(language)
    return Facts(
        language=language, title=questionnaire.title.say(language), organiser=organiser[:1].upper() + organiser[1:],
        purpose=questionnaire.purpose.say(language), minutes=questionnaire.minutes, closes_on=closes_on,
    )  # fmt: skip


def spoken_day(day: str, language: str) -> str:
    """Return a day as people write it.

    >>> spoken_day("2026-09-30", "zh"), spoken_day("2026-09-30", "en")
    ('2026年9月30日', '30 September 2026')
    """
    at = date.fromisoformat(day)
    return (
        f"{at.day} {_MONTHS[at.month - 1]} {at.year}"
        if language == "en"
        else f"{at.year}年{at.month}月{at.day}日"
    )


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def sms(facts: Facts, link: str, *, is_reminder: bool = False) -> str:
    """Return the text message for one link. A link in a text message needs blanks around it to be one."""
    if facts.language == "en":
        until = f", until {facts.closing}" if facts.closing else ""
        again = "Reminder: " if is_reminder else ""
        return (
            f"{again}{facts.organiser} asks you to answer '{facts.title}': {link} "
            f"({_minutes(facts)}, anonymous{until}; for one person only)"
        )
    until = f"，{facts.closing}截止" if facts.closing else ""
    again = "提醒：" if is_reminder else ""
    return (
        f"{again}{facts.organiser}请您填写《{facts.title}》 {link} 约{facts.minutes}分钟，不记名{until}。"
        "一人一个链接，请勿转发。"
    )


def _minutes(facts: Facts) -> str:
    return f"about {facts.minutes} minute{'s' * (facts.minutes != 1)}"


def subject(facts: Facts, *, is_reminder: bool = False) -> str:
    """Return the e-mail's subject."""
    if facts.language == "en":
        return f"{'Reminder: ' * is_reminder}{facts.title}"
    return f"{'提醒：' * is_reminder}请您填写：{facts.title}"


def body(facts: Facts, link: str, typed: str = "", *, is_reminder: bool = False) -> str:
    """Return the e-mail's text for one link."""
    return (
        _english(facts, link, typed, is_reminder)
        if facts.language == "en"
        else _chinese(facts, link, typed, is_reminder)
    )


def _chinese(facts: Facts, link: str, typed: str, is_reminder: bool) -> str:
    lines = [
        "您好！", "",
        "还没有收到您的答卷，再次请您参加。" if is_reminder else f"{facts.organiser}请您参加一次调查：{facts.title}。",
        facts.purpose, "",
        f"请打开这个链接填写，约 {facts.minutes} 分钟：", link,
        *([f"也可以在问卷首页输入答题码：{typed}"] if typed else []), "",
        "调查不记名：谁答过只用来避免重复，答案与您的链接不相关联。链接一人一个，只能提交一次，请勿转发。",
        *([f"请在 {facts.closing} 前提交。"] if facts.closing else []), "",
        "谢谢！", facts.organiser,
    ]  # fmt: skip
    return "\n".join(lines)


def _english(facts: Facts, link: str, typed: str, is_reminder: bool) -> str:
    first = (
        "We have not received your answers yet and ask you once more to take part."
        if is_reminder
        else f"{facts.organiser} asks you to take part in: {facts.title}."
    )
    lines = [
        "Hello,", "", first, facts.purpose, "", f"Please answer under this link ({_minutes(facts)}):", link,
        *([f"Or enter this code on the survey's first page: {typed}"] if typed else []), "",
        "The survey is anonymous: that a link was used is known, so that nobody answers twice, but answers are not connected "
        "with links. The link is for you alone and works once; please do not pass it on.",
        *([f"Please answer by {facts.closing}."] if facts.closing else []), "",
        "Thank you,", facts.organiser,
    ]  # fmt: skip
    return "\n".join(lines)


def sms_parts(text: str) -> int:
    """Return how many text messages a text is charged as.

    One holds 160 characters of the GSM alphabet or 70 UTF-16 units of any other; joined ones 153 or 67 each
    (3GPP TS 23.038 and 23.040).
    """
    if all(one in _GSM or one in _GSM_TWICE for one in text):
        return _parts(sum(2 if one in _GSM_TWICE else 1 for one in text), 160, 153)
    return _parts(len(text.encode("utf-16-le")) // 2, 70, 67)


def _parts(length: int, alone: int, joined: int) -> int:
    return 1 if length <= alone else math.ceil(length / joined)
