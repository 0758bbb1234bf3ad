"""What goes out with a link."""

import pytest

from surveyapp.fieldwork import messages
from surveyapp.fieldwork.messages import Facts, sms_parts

LINK = "https://diaocha.example.gov.cn/s/zhifu-2022/7k3m9qx2tb4vw0123456789abc"
ZH = Facts(
    language="zh",
    title="补贴满意度调查",
    organiser="评价工作组",
    purpose="改进工作。",
    minutes=3,
    closes_on="2026-09-30",
)
EN = Facts(
    language="en", title="Subsidy survey", organiser="The team", purpose="To improve.", minutes=1, closes_on=None
)  # fmt: skip


@pytest.mark.parametrize("facts", [ZH, EN])
@pytest.mark.parametrize("is_reminder", [False, True])
def test_every_message_says_who_asks_what_where_and_that_it_is_anonymous(
    facts: Facts, is_reminder: bool
) -> None:
    for text in (
        messages.sms(facts, LINK, is_reminder=is_reminder),
        messages.body(facts, LINK, "7K3M-9QX2-TB4VW", is_reminder=is_reminder),
    ):
        assert facts.organiser in text
        assert LINK in text.split()
        assert ("不记名" if facts.language == "zh" else "anonymous") in text
        assert ("2026年9月30日" in text) == (facts.closes_on is not None)
    assert facts.title in messages.subject(facts, is_reminder=is_reminder)
    first = "提醒" if facts.language == "zh" else "Reminder"
    assert messages.subject(facts, is_reminder=is_reminder).startswith(first) == is_reminder


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # 3GPP TS 23.038, 23.040: 160 GSM characters or 70 UTF-16 units alone, 153 or 67 in each of several
        ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
        ("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2), ("", 1),
    ],
)  # fmt: skip
def test_text_messages_are_counted_as_they_are_charged(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


def test_the_chinese_text_message_takes_at_most_three() -> None:
    assert sms_parts(messages.sms(ZH, LINK)) <= 3
