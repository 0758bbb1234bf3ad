"""Pictures: their figures, that no label touches another, and that grey print and colour-blind eyes keep the order of a scale."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from analysis import Fieldwork, Pattern, PatternTable, Report, evaluate
from analysis.ledger import Issue, Ledger
from analysis.report import Group
from questionnaires.build import load_good, loads_good
from questionnaires.model import Questionnaire
from surveyapp.deliver.pictures import (
    NARROW,
    WIDE,
    Picture,
    Table,
    all_pictures,
    fieldwork_progress,
    groups_with_intervals,
    item_bars,
    score_against_limits,
    to_png,
    to_svg,
)
from surveyapp.deliver.pictures.ink import INK, LEAST_STEP, MOST_SHADES, Shade, shades
from surveyapp.deliver.pictures.lettering import ASCENT, DESCENT, length, wrapped
from surveyapp.deliver.pictures.said import WORDS
from surveyapp.deliver.pictures.scales import ordered_scale
from surveyapp.deliver.pictures.shapes import Circle, Hatch, Line, Rect, Shape, Text
from tests.surveyapp.sample import LIBRARY

Box = tuple[float, float, float, float]


def box(text: Text) -> Box:
    """Return left, top, right and bottom of a text as it is drawn."""
    wide = length(text.words, text.size, bold=text.bold)
    left = text.x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.anchor]
    return left, text.y - ASCENT * text.size, left + wide, text.y + DESCENT * text.size


def touch(one: Box, other: Box) -> bool:
    """Say whether two boxes share more than a hair of area."""
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > 0.01
        and min(one[3], other[3]) - max(one[1], other[1]) > 0.01
    )


def edges(shape: Shape) -> Box:
    if isinstance(shape, Text):
        return box(shape)
    if isinstance(shape, Line):
        xs, ys = sorted((shape.x1, shape.x2)), sorted((shape.y1, shape.y2))
        return xs[0], ys[0], xs[1], ys[1]
    if isinstance(shape, Circle):
        return shape.x - shape.radius, shape.y - shape.radius, shape.x + shape.radius, shape.y + shape.radius
    return shape.x, shape.y, shape.x + shape.width, shape.y + shape.height


def faults(picture: Picture) -> Iterator[str]:
    """Yield every text that touches another, and every shape that reaches out of the frame."""
    texts = [shape for shape in picture.shapes if isinstance(shape, Text)]
    for one, other in combinations(texts, 2):
        if touch(box(one), box(other)):
            yield f"{one.words!r} touches {other.words!r}"
    for shape in picture.shapes:
        left, top, right, bottom = edges(shape)
        if left < 0 or top < 0 or right > picture.width or bottom > picture.height:
            yield f"{shape} reaches out"


def named(pictures: list[Picture], name: str) -> Picture:
    (found,) = [picture for picture in pictures if picture.name == name]
    return found


def words(picture: Picture) -> list[str]:
    return [shape.words for shape in picture.shapes if isinstance(shape, Text)]


# --- the figures ---------------------------------------------------------------------------------------------------


def test_the_items_of_a_measure_stand_in_one_picture(questionnaire: Questionnaire, report: Report) -> None:
    picture = named(item_bars(report, questionnaire), "items-satisfaction-1")
    labels = ["非常满意", "满意", "一般", "不满意"]
    pairs = [f"{label} {what}" for label in labels for what in ("人数", "占比")]
    assert picture.table.head == ("题目", *pairs, "n", "得分")
    # 芝罘 report, annex 1-2: 14 + 37 + 2 + 0 of 53 for the first item, 85.13% overall; shares are counts ÷ 53
    assert picture.table.rows[0] == (
        "申报通知发布得及时吗？您对此是否满意？", "14", "26.42%", "37", "69.81%", "2", "3.77%", "0", "0.00%", "53", "84.53%",
    )  # fmt: skip
    assert [row[-1] for row in picture.table.rows] == [
        "84.53%",
        "85.66%",
        "87.55%",
        "84.15%",
        "83.77%",
        "85.13%",
    ]
    assert {"37（69.81%）", "14（26.42%）", "一般 2（3.77%）", "84.53%", "综合", "85.13%"} <= set(
        words(picture)
    )
    assert "申报通知发布得及时吗？您对此是否满意？ 84.53%（n＝53）" in picture.alt
    assert picture.alt.endswith("综合 85.13%（n＝53）。")


def test_pieces_of_a_bar_are_as_long_as_their_shares(questionnaire: Questionnaire, report: Report) -> None:
    picture = named(item_bars(report, questionnaire), "item-policy_awareness")
    bars = [shape for shape in picture.shapes if isinstance(shape, Rect) and shape.height == 21]
    # worst first: 4, 38 and 11 of 53 (annex 1-1); nobody chose the last option; each piece gives 0.8 points to the gap
    whole = sum(bar.width + 0.8 for bar in bars)
    assert [round(float((bar.width + 0.8) / whole * 53), 6) for bar in bars] == [4, 38, 11]
    ticks = [shape.x1 for shape in picture.shapes if isinstance(shape, Line)]
    assert ticks == pytest.approx([bars[0].x - 0.4 + (bars[0].width + 0.8) / 2] * 2)  # the middle of “一般”


def test_choices_without_order_have_a_bar_each(questionnaire: Questionnaire, report: Report) -> None:
    picture = named(item_bars(report, questionnaire), "item-subsidy")
    assert picture.table.rows == (
        ("生活补贴", "28", "52.83%"), ("购房补贴", "25", "47.17%"), ("留学费用补贴", "0", "0.00%"), ("n", "53", ""),
    )  # fmt: skip
    long = [shape.width for shape in picture.shapes if isinstance(shape, Rect)]
    assert long[1] / long[0] == pytest.approx(25 / 28)
    assert long[2] == 0
    assert "生活补贴 28 人（52.83%）、购房补贴 25 人（47.17%）" in picture.alt


def test_an_item_nobody_answered_says_so(questionnaire: Questionnaire, report: Report) -> None:
    picture = named(item_bars(report, questionnaire), "item-improve")
    assert {"没有人作答", "未答 53"} <= set(words(picture))
    assert picture.table.rows[-2:] == (("未答", "53", ""), ("n", "0", ""))


def test_groups_have_their_intervals_and_everybody_below(
    questionnaire: Questionnaire, report: Report
) -> None:
    (picture,) = groups_with_intervals(report, questionnaire)
    assert picture.name == "groups-subsidy-satisfaction"
    # as on the page of cross-tabs, which R checked (test_evaluate_pages.py)
    assert picture.table.rows == (
        ("生活补贴", "28", "83.43%", "80.24%–86.19%"),
        ("购房补贴", "25", "87.04%", "83.80%–89.71%"),
        ("留学费用补贴", "0", "没有人作答", ""),
        ("全部", "53", "85.13%", "82.90%–87.12%"),
    )
    dots = [shape for shape in picture.shapes if isinstance(shape, Circle)]
    values = [0.8342857, 0.8704, 0.8513208]
    along = (dots[2].x - dots[0].x) / (dots[1].x - dots[0].x)
    assert along == pytest.approx((values[2] - values[0]) / (values[1] - values[0]), abs=1e-4)


def test_a_hidden_group_is_said_in_words_and_nowhere_in_figures(
    questionnaire: Questionnaire, report: Report
) -> None:
    shown = report.groups["subsidy"]
    hidden = {**shown, "B": Group(n=3, measures=dict.fromkeys(shown["B"].measures))}
    (picture,) = groups_with_intervals(replace(report, groups={"subsidy": hidden}), questionnaire)
    assert ("购房补贴", "3", "人数过少，不显示", "") in picture.table.rows
    assert "人数过少，不显示" in words(picture)
    assert "购房补贴人数过少，不显示" in picture.alt
    assert "不足 5 人的组" in "".join(picture.notes)
    assert "87.04%" not in to_svg(picture)
    assert len([shape for shape in picture.shapes if isinstance(shape, Circle)]) == 2


def test_a_score_stands_on_its_rule(questionnaire: Questionnaire, report: Report) -> None:
    (picture,) = score_against_limits(report, questionnaire, "satisfaction")
    # 85.13% × 10 = 8.5; below 50% nothing, from 90% on everything (the rule in zhifu-2022.yaml)
    assert picture.table.rows == (
        ("测得值", "85.13%", "8.5"),
        ("95% 区间", "82.90%–87.12%", "8.3–8.7"),
        ("目标值", "90%", "10.0"),
        ("界限", "略低于 50%", "0.0"),
        ("界限", "50%", "5.0"),
        ("界限", "略低于 90%", "9.0"),
        ("界限", "90%", "10.0"),
    )
    assert {"85.13% → 8.5 分", "50%：0.0 → 5.0 分", "90%：9.0 → 10.0 分", "目标 90%"} <= set(words(picture))
    large = next(shape for shape in picture.shapes if isinstance(shape, Circle) and shape.radius > 4)
    full, hollow = (
        [shape for shape in picture.shapes if isinstance(shape, Circle) and shape.radius == radius]
        for radius in (2.4, 2)
    )
    start, end = full[0].x, full[1].x  # the limits 50% and 90%
    assert start + (end - start) * (85.1320755 - 50) / 40 == pytest.approx(large.x, abs=1e-3)
    assert hollow[0].y - large.y == pytest.approx((hollow[0].y - full[1].y) * 0.851320755, abs=1e-3)


def test_a_rule_of_started_steps_is_drawn_as_stairs() -> None:
    found, report = surveyed(
        [{"kind": "single", "counts": [8, 2], "labels": ["好", "差"], "values": [100, 0], "missing": 0}]
    )
    rule: list[dict[str, Any]] = [
        {"at_least": "90", "then": "full"},
        {"below": "90", "then": {"deduct": {"start": "90", "per": "5", "points": "1", "step": "started"}}},
    ]
    found = loads_good(definition([{**ONE_ITEM}], rule))
    (picture,) = score_against_limits(
        evaluate(found, table_of(report), Fieldwork()), found, "score", language="en"
    )
    steps = [s for s in picture.shapes if isinstance(s, Line) and s.stroke == INK and s.line == 1.4]
    assert all(step.y1 == pytest.approx(step.y2) for step in steps)
    heights = sorted({round(step.y1, 3) for step in steps})
    # 10 points down to 0, one for each started 5 percentage points
    assert [round(one - heights[0], 3) for one in heights] == pytest.approx([7.6 * n for n in range(11)])
    assert words(picture)[1] == "80.00% → 8.00 points"  # 10 − ⌈(90 − 80) ÷ 5⌉


def test_what_is_entered_or_judged_has_no_rule_to_draw(questionnaire: Questionnaire, report: Report) -> None:
    assert score_against_limits(report, questionnaire, "budget_execution") == []
    (part,) = score_against_limits(report, questionnaire, "awareness")
    assert part.name == "limits-awareness-questionnaire"
    yantian = load_good(LIBRARY / "yantian-2024.yaml")
    assert score_against_limits(evaluate(yantian, PatternTable(()), Fieldwork()), yantian, "awarded") == []


def test_progress_counts_each_stratum(questionnaire: Questionnaire, report: Report) -> None:
    picture = fieldwork_progress(Ledger(report.fieldwork.ledger), questionnaire)
    assert picture is not None
    # as on the page of returns: 40 and 20 codes, 31 and 25 came back, three of them not valid
    assert picture.table == Table(
        head=("分层", "计划", "发放", "收回", "有效"),
        rows=(
            ("生活补贴", "40", "40", "31", "28"),
            ("购房补贴", "20", "20", "25", "25"),
            ("合计", "60", "60", "56", "53"),
        ),
    )
    assert "购房补贴：计划 20、发放 20、收回 25、有效 25" in picture.alt
    assert fieldwork_progress(Ledger(()), questionnaire) is None


def test_nothing_is_drawn_of_nothing(questionnaire: Questionnaire) -> None:
    assert all_pictures(evaluate(questionnaire, PatternTable(()), Fieldwork()), questionnaire) == []


def test_english_pictures_are_english(questionnaire: Questionnaire, report: Report) -> None:
    pictures = all_pictures(report, questionnaire, language="en")
    assert len(pictures) == 11
    for picture in pictures:
        said = " ".join([picture.title, picture.alt, *words(picture), *picture.table.head, *picture.notes])
        assert not re.search("[\u4e00-\u9fff]", said), said


# --- where labels stand --------------------------------------------------------------------------------------------

ONE_ITEM: dict[str, Any] = {
    "id": "q1", "kind": "single", "text": "题", "options": [
        {"code": "C0", "label": "好", "value": "100"}, {"code": "C1", "label": "差", "value": "0"}],
}  # fmt: skip


def definition(items: list[dict[str, Any]], branches: list[dict[str, Any]]) -> str:
    """Write a definition with one measure over the items that have values."""
    scored = [item["id"] for item in items if "value" in item["options"][0]]
    measures = {"m": {"title": "满意度", "kind": "satisfaction_score", "items": scored}} if scored else {}
    score = {"title": "得分", "points": "10", "measure": "m", "target": "85", "branches": branches}
    return json.dumps({
        "id": "random", "title": "随机", "organiser": "我们", "purpose": "看", "measures": measures,
        "sections": [{"id": "all", "title": "全部", "items": items}], "indicators": {"score": score} if scored else {},
        "population": {"stratum_item": "q1", "strata": {o["code"]: 500 for o in items[0]["options"]}},
    }, ensure_ascii=False)  # fmt: skip


def surveyed(drawn: list[dict[str, Any]], tiers: int = 2) -> tuple[Questionnaire, Report]:
    """Build a survey of these items and evaluate it; the n-th respondent gives the n-th of each item's answers."""
    items, answers = [], []
    for at, one in enumerate(drawn):
        options = [
            {"code": f"C{n}", "label": label, **({"value": str(one["values"][n])} if one["values"] else {})}
            for n, label in enumerate(one["labels"])
        ]
        if one["missing"]:
            options.append({"code": "X", "label": "不清楚", "missing": "dont_know"})
        items.append(
            {
                "id": f"q{at + 1}",
                "kind": one["kind"],
                "text": one.get("text", f"第 {at + 1} 题"),
                "options": options,
            }
        )
        given = [f"C{n}" for n, count in enumerate(one["counts"]) for _ in range(count)] + ["X"] * one[
            "missing"
        ]
        answers.append([code if one["kind"] == "single" else [code] for code in given])
    limits = [Fraction(100 * (tiers - n), tiers + 1) for n in range(tiers)]
    shown = [f"{float(limit):.2f}" for limit in limits]
    branches: list[dict[str, Any]] = [{"at_least": shown[0], "then": "full"}]
    for n, (high, low) in enumerate(pairwise([*shown, None])):
        floor = {} if low is None else {"at_least": low}
        branches.append({**floor, "below": high, "then": {"share": str(90 - 80 * n // tiers)}})
    people = max((len(given) for given in answers), default=0)
    rows = [
        json.dumps(
            {f"q{at + 1}": given[n] for at, given in enumerate(answers) if n < len(given)},
            separators=(",", ":"),
        )
        for n in range(people)
    ]
    found = loads_good(definition(items, branches))
    table = PatternTable(
        tuple(
            Pattern(answers=row, count=1, channel="link" if n % 3 else "paper") for n, row in enumerate(rows)
        )
    )
    issues = [Issue(channel="link", stratum="C0", planned=people, issued=people + 3, used=0)]
    return found, evaluate(found, table, Fieldwork(distributed=people + 3, issues=issues))


def table_of(report: Report) -> PatternTable:
    """Return answers to `ONE_ITEM` with a report's counts."""
    counts = report.items["q1"].counts
    return PatternTable(
        tuple(
            Pattern(answers=json.dumps({"q1": code}, separators=(",", ":")), count=n)
            for code, n in counts.items()
            if n
        )
    )


signs = st.characters(categories=["Lu", "Ll", "Nd", "Lo", "Po", "Zs", "So"])
labels = st.one_of(
    st.text(alphabet=signs, min_size=1, max_size=60),
    st.text(alphabet="非常满意一般不（），。A1 ", min_size=1, max_size=60),
    st.sampled_from(["满意", "一般", "Satisfied with how quickly the authority reviewed it", "很" * 60]),
).filter(lambda text: bool(text.strip()))


@st.composite
def an_item(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(2, 12))
    kind = draw(st.sampled_from(["single", "single", "multiple"]))
    ordered = kind == "single" and draw(st.booleans())
    values = [round(100 - 100 * n / (count - 1)) for n in range(count)] if ordered else []
    return {
        "kind": kind, "values": values, "labels": draw(st.lists(labels, min_size=count, max_size=count)),
        "counts": draw(st.lists(st.integers(0, 40), min_size=count, max_size=count)), "text": draw(labels),
        "missing": draw(st.integers(0, 3)),
    }  # fmt: skip


@given(
    items=st.lists(an_item(), min_size=1, max_size=4),
    tiers=st.integers(1, 7),
    language=st.sampled_from(["zh", "en"]),
)
@settings(max_examples=50)
def test_labels_never_touch_nor_leave_the_frame(
    items: list[dict[str, Any]], tiers: int, language: str
) -> None:
    found, report = surveyed([{**items[0], "kind": "single"}, *items[1:]], tiers)
    for width in (WIDE, NARROW):
        for picture in all_pictures(report, found, language=language, width=width):
            assert list(faults(picture)) == [], picture.name
            assert ET.fromstring(to_svg(picture)) is not None
            assert all(len(row) == len(picture.table.head) for row in picture.table.rows)


@pytest.mark.parametrize(
    "counts", [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1], [99_999, 1, 1, 1, 99_999], [0] * 5]
)
def test_one_answer_and_many_have_room(counts: list[int]) -> None:
    one = {
        "kind": "single",
        "counts": [1] * 5,
        "labels": ["很好", "好", "一般", "差", "很差"],
        "values": [100, 75, 50, 25, 0],
        "missing": 0,
    }
    found, report = surveyed([one])
    n = sum(counts)
    codes = [option.code for option in found.options("q1")]
    item = replace(
        report.items["q1"], n=n, counts=dict(zip(codes, counts, strict=True)),
        shares={code: Fraction(count, n) for code, count in zip(codes, counts, strict=True)} if n else {},
    )  # fmt: skip
    for width in (WIDE, NARROW):
        (picture, *_others) = item_bars(replace(report, items={"q1": item}), found, width=width)
        assert list(faults(picture)) == []


def test_more_items_than_fit_on_a_page_are_divided() -> None:
    one = {"kind": "single", "counts": [5, 3], "labels": ["好", "差"], "values": [100, 0], "missing": 0}
    found, report = surveyed([one] * 21)
    pictures = item_bars(report, found)
    assert [picture.name for picture in pictures] == [f"items-m-1-{n}" for n in (1, 2, 3)]
    assert [picture.title for picture in pictures] == [f"满意度（{n}/3）" for n in (1, 2, 3)]
    assert [len(picture.table.rows) for picture in pictures] == [
        7,
        7,
        8,
    ]  # the last has the overall figure too
    assert max(picture.height for picture in pictures) < 640


def test_long_words_are_broken_where_they_may_be() -> None:
    assert wrapped("您对此是否满意？（可多选）", 10, 60) == ["您对此是否", "满意？（可", "多选）"]
    assert wrapped("plain English words", 10, 60) == ["plain", "English", "words"]
    assert wrapped("一" * 100, 10, 60, most=2)[-1].endswith("…")
    assert len(wrapped("一" * 100, 10, 60, most=2)) == 2


# --- which scales are ordered --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "codes", "above", "middle"),
    [
        (["非常满意", "满意", "一般", "不满意"], [], 2, 1),  # the middle is called so
        (["非常满意", "满意", "基本满意", "不满意", "很不满意"], [], 2, 1),  # the middle of five
        (["非常满意", "满意", "基本满意", "不满意", "很不满意"], ["C0", "C1", "C2"], 3, 0),  # it counts as satisfied
        (["好", "较好", "较差", "差"], [], 2, 0),
        (["好", "较好", "差", "很差"], ["C0"], 1, 0),
    ],
)  # fmt: skip
def test_the_middle_of_a_scale(labels: list[str], codes: list[str], above: int, middle: int) -> None:
    values = [100 - 20 * n for n in range(len(labels))]
    one = {"kind": "single", "counts": [1] * len(labels), "labels": labels, "values": values, "missing": 1}
    found, _report = surveyed([one])
    scale = ordered_scale(found, "q1", codes)
    assert scale is not None
    assert (scale.above, scale.middle, len(scale.options)) == (above, middle, len(labels))
    assert [shade.strokes != "" for shade in scale.shades] == [
        n >= above + middle for n in range(len(labels))
    ]


def test_a_scale_listed_worst_first_is_turned_round() -> None:
    found, _report = surveyed(
        [
            {
                "kind": "single",
                "counts": [1] * 3,
                "labels": ["差", "中", "好"],
                "values": [0, 50, 100],
                "missing": 0,
            }
        ]
    )
    scale = ordered_scale(found, "q1")
    assert scale is not None
    assert [option.label.say() for option in scale.options] == ["好", "中", "差"]


# --- what eyes and printers make of it -----------------------------------------------------------------------------

# Machado, Oliveira & Fernandes 2009 (IEEE TVCG 15), severity 1.0, on linear RGB
BLIND = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}  # fmt: skip
LEAST_DISTANCE = 9
"""In CIE Lab; a difference of 2 is what an eye just notices side by side."""

ARRANGEMENTS = [
    (above, middle, below)
    for above in range(1, MOST_SHADES)
    for middle in (0, 1)
    for below in range(MOST_SHADES)
    if 2 <= above + middle + below <= MOST_SHADES
]

Rgb = tuple[float, float, float]


def linear(colour: str) -> Rgb:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)  # type: ignore[return-value]


def printed(shade: Shade) -> Rgb:
    """Return a shade's mean colour with its strokes: the part of the ground that they cover."""
    fill = linear(shade.fill)
    if not shade.strokes:
        return fill
    hatch = Hatch(x=0, y=0, width=1, height=1, stroke=shade.strokes)
    covered = hatch.line / (hatch.gap / 2**0.5)
    return tuple(f * (1 - covered) + s * covered for f, s in zip(fill, linear(shade.strokes), strict=True))  # type: ignore[return-value]


def luminance(rgb: Rgb) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def lab(rgb: Rgb) -> Rgb:
    held = [min(max(part, 0.0), 1.0) for part in rgb]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [
        sum(a * b for a, b in zip(row, held, strict=True)) / white
        for row, white in zip(rows, (0.9505, 1, 1.089), strict=True)
    ]
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(rgb: Rgb, matrix: tuple[Rgb, Rgb, Rgb]) -> Rgb:
    return tuple(sum(a * b for a, b in zip(row, rgb, strict=True)) for row in matrix)  # type: ignore[return-value]


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_grey_keeps_the_order_of_a_scale(arrangement: tuple[int, int, int]) -> None:
    grey = [lab(printed(shade))[0] for shade in shades(*arrangement)]
    assert all(lighter - darker >= LEAST_STEP for darker, lighter in pairwise(grey)), grey


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("matrix", BLIND.values(), ids=BLIND.keys())
def test_colour_blind_eyes_tell_neighbours_apart(
    arrangement: tuple[int, int, int], matrix: tuple[Rgb, Rgb, Rgb]
) -> None:
    colours = [lab(seen(linear(shade.fill), matrix)) for shade in shades(*arrangement)]
    for one, other in pairwise(colours):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 >= LEAST_DISTANCE


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_words_can_be_read_on_every_shade(arrangement: tuple[int, int, int]) -> None:
    for shade in shades(*arrangement):
        low, high = sorted((luminance(linear(shade.fill)), luminance(linear(shade.words))))
        assert (high + 0.05) / (low + 0.05) >= 4.5, shade  # WCAG 2.2, 1.4.3


def test_below_the_middle_is_hatched_and_the_worst_the_other_way() -> None:
    found = shades(2, 1, 2)
    assert [bool(shade.strokes) for shade in found] == [False, False, False, True, True]
    assert [shade.falls for shade in found[3:]] == [False, True]


@given(st.floats(0, 300), st.floats(0, 300), st.floats(0.2, 200), st.floats(0.2, 40), st.booleans())
def test_strokes_stay_in_their_rectangle(
    x: float, y: float, width: float, height: float, falls: bool
) -> None:
    hatch = Hatch(x=x, y=y, width=width, height=height, stroke=INK, falls=falls)
    for stroke in hatch.strokes():
        assert min(stroke.x1, stroke.x2) >= x - 1e-6
        assert max(stroke.x1, stroke.x2) <= x + width + 1e-6
        assert min(stroke.y1, stroke.y2) >= y - 1e-6
        assert max(stroke.y1, stroke.y2) <= y + height + 1e-6


# --- svg and png ---------------------------------------------------------------------------------------------------

SVG = "{http://www.w3.org/2000/svg}"


def test_an_svg_needs_no_style_and_says_what_it_shows(questionnaire: Questionnaire, report: Report) -> None:
    for picture in all_pictures(report, questionnaire):
        text = to_svg(picture)
        assert not re.search(r"\s(style|class|id|href|on\w+)=|<style|<script|url\(", text)
        root = ET.fromstring(text)
        assert root.attrib["role"] == "img"
        assert root.findtext(f"{SVG}title") == picture.title
        assert root.findtext(f"{SVG}desc") == picture.alt
        assert [node.text for node in root.iter(f"{SVG}text")] == words(picture)


def test_what_authors_write_stays_text() -> None:
    nasty = ['</text><script>alert("1")</script>', "A & B\x0b\x00\ud800", "& <b>", "多\n行"]
    one = {
        "kind": "single",
        "counts": [3, 2, 1, 4],
        "labels": ["a", "b", "c", "d"],
        "values": [],
        "missing": 0,
    }
    found, report = surveyed([one])
    for at, words_given in enumerate(nasty):
        found.options("q1")[at].label.root["zh"] = words_given
    for picture in item_bars(report, found):
        assert "<script" not in to_svg(picture)
        assert ET.fromstring(to_svg(picture)) is not None
        assert Image.open(io.BytesIO(to_png(picture))).size[0] == WIDE * 3
        assert "A & B\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" in picture.table.rows[1][0]


def test_equal_reports_give_equal_bytes(questionnaire: Questionnaire, report: Report) -> None:
    first, second = (all_pictures(replace(report), questionnaire) for _ in range(2))
    assert first == second
    assert [to_svg(one) for one in first] == [to_svg(one) for one in second]
    assert [to_png(one, 1) for one in first] == [to_png(one, 1) for one in second]


def test_a_png_knows_its_size_on_paper(questionnaire: Questionnaire, report: Report) -> None:
    picture = item_bars(report, questionnaire)[0]
    image = Image.open(io.BytesIO(to_png(picture)))
    assert image.size == (1440, round(picture.height * 3))
    assert image.info["dpi"] == pytest.approx((216, 216), abs=0.1)
    for scale in (0, 7):
        with pytest.raises(ValueError, match="scale"):
            to_png(picture, scale)


def lettered(words: str, **more: Any) -> Picture:
    text = Text(x=120, y=20, words=words, size=9, fill=INK, **more)
    return Picture(
        name="t", title="t", alt="t", width=240, height=30, shapes=(text,), table=Table(head=(), rows=())
    )


@pytest.mark.parametrize("anchor", ["start", "middle", "end"])
@pytest.mark.parametrize("words", ["满意度 85.13%（n＝53）", "Very satisfied, 26.42%", "生活补贴"])
@pytest.mark.parametrize("bold", [False, True])
def test_a_png_is_lettered_as_wide_as_was_measured(anchor: str, words: str, bold: bool) -> None:
    picture = lettered(words, anchor=anchor, bold=bold)
    inked = (
        Image.open(io.BytesIO(to_png(picture, 3)))
        .convert("L")
        .point(lambda grey: 255 * (grey < 200))
        .getbbox()
    )
    assert inked is not None
    left, top, right, bottom = box(picture.shapes[0]) if isinstance(picture.shapes[0], Text) else (0, 0, 0, 0)
    # signs have a little room at their sides; a fullwidth bracket half a sign
    assert left * 3 - 2 <= inked[0] <= left * 3 + 15
    assert right * 3 - 20 <= inked[2] <= right * 3 + 2
    assert top * 3 - 1 <= inked[1]
    assert inked[3] <= bottom * 3 + 1


def test_chinese_shows_without_a_chinese_font() -> None:
    assert to_png(lettered("满意")) != to_png(lettered("不好"))
    assert to_png(lettered("满意")) != to_png(lettered("□□"))
    # what even this font cannot draw is shown as what it is: unknown
    assert to_png(lettered("\U0001f600")) == to_png(lettered("□"))


def test_every_name_is_said_in_both_languages() -> None:
    def places(said: Mapping[str, str]) -> dict[str, set[str]]:
        return {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in said.items()}

    assert WORDS["zh"].keys() == WORDS["en"].keys()
    odd = {key for key, named in places(WORDS["zh"]).items() if named != places(WORDS["en"])[key]}
    assert odd == set()
