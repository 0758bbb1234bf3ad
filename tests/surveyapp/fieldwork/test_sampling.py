"""The draw: the same from the same file and seed, fair over seeds, and honest about what a roster lacks."""

import hashlib
import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from analysis.planning import allocate
from surveyapp.fieldwork.issuing import record
from surveyapp.fieldwork.roster import Roster
from surveyapp.fieldwork.sampling import (
    ALGORITHM,
    SIMPLE,
    Order,
    OtherFileError,
    OtherMethodError,
    Reading,
    Sample,
    UnfitRosterError,
    UnknownColumnError,
    counted,
    draw,
    make_seed,
    numbers_drawn,
    rank,
    remarks,
    repeated,
    unfit,
)
from tests.surveyapp.fieldwork.people import STRATA, as_csv, people

VALUES = {"生活补贴": "A", "购房补贴": "B", "留学费用补贴": "C"}
BY_KIND = Reading(column="补贴类别", values=VALUES)


def roster(**strata: int) -> Roster:
    return Roster("名册.csv", as_csv(people(strata or STRATA)))


def drawn(found: Roster, reading: Reading, order: Order, seed: str) -> Sample:
    return draw(found, counted(found, reading), reading, order, seed)


def test_a_rank_is_hmac_sha256_as_rfc_2104_has_it() -> None:
    # RFC 2104, §2, written out: H(K xor opad, H(K xor ipad, text)), with blocks of 64 bytes
    key = b"20261120".ljust(64, b"\0")
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in key) + b"1403").digest()
    assert rank(b"20261120", 1403) == hashlib.sha256(bytes(one ^ 0x5C for one in key) + inner).digest()


def test_the_method_is_what_its_description_says() -> None:
    found = roster()
    sample = drawn(found, BY_KIND, Order(total=60), "2026")
    # by the description alone: number the rows, rank them, take the smallest of each stratum
    lines = found.source.decode("utf-8-sig").splitlines() if isinstance(found.source, bytes) else []
    for code, wanted in sample.drawn.items():
        there = [n for n, line in enumerate(lines, start=1) if VALUES.get(line.split(",")[3]) == code]
        by_rank = sorted(there, key=lambda n: rank(b"2026", n))
        assert list(sample.rows[code]) == sorted(by_rank[:wanted])


def test_the_draw_of_this_file_and_seed_never_changes() -> None:
    sample = drawn(roster(), BY_KIND, Order(total=60), "20221231")
    told = json.dumps({code: list(rows) for code, rows in sample.rows.items()}, sort_keys=True)
    # made once by this program; a change here would make every recorded draw unrepeatable
    assert hashlib.sha256(told.encode()).hexdigest() == PINNED


PINNED = "528b39f7ba5e03116bcc9c268c4bc1ea4f534b9981afd1aa0e0da91d306e5c95"


def test_the_same_seed_draws_the_same_rows_and_another_seed_others() -> None:
    first, again, other = (drawn(roster(), BY_KIND, Order(total=60), seed) for seed in ("a", "a", "b"))
    assert first == again
    assert first.rows != other.rows


def test_a_larger_sample_contains_the_smaller() -> None:
    small, large = (drawn(roster(), Reading(), Order(total=n), "seed").rows[SIMPLE] for n in (60, 90))
    assert set(small) < set(large)


def test_every_row_is_drawn_about_equally_often_over_seeds() -> None:
    found = roster(生活补贴=40)
    frame, n, seeds = counted(found, Reading()), 10, 3000
    counts = Counter(
        row
        for seed in range(seeds)
        for row in draw(found, frame, Reading(), Order(total=n), str(seed)).rows[SIMPLE]
    )
    expected = seeds * n / 40
    # draws without replacement vary less: Σ(O − E)²/E · (N − 1) ÷ (N − n) is χ² with N − 1 degrees of freedom
    statistic = sum((counts[row] - expected) ** 2 / expected for row in range(2, 42)) * 39 / 30
    assert chi2.ppf(0.0005, 39) < statistic < chi2.ppf(0.9995, 39)


def test_neighbours_are_drawn_together_as_often_as_chance_has_it() -> None:
    found = roster(生活补贴=20)
    frame, seeds = counted(found, Reading()), 4000
    both = sum(
        {2, 3} <= set(draw(found, frame, Reading(), Order(total=5), str(seed)).rows[SIMPLE])
        for seed in range(seeds)
    )
    # 5 · 4 ÷ (20 · 19) = 1/19; four standard errors
    share = 1 / 19
    assert abs(both / seeds - share) < 4 * (share * (1 - share) / seeds) ** 0.5


def test_strata_are_counted_and_drawn_as_the_plan_divides_them() -> None:
    sample = drawn(roster(), BY_KIND, Order(total=60, least=2), "s")
    people_there = {"A": 1138, "B": 262, "C": 2}
    assert dict(sample.people) == people_there
    assert sample.drawn == allocate(60, people_there, "proportional", least=2)
    assert json.loads(sample.counts)["C"] == {"people": 2, "drawn": 2}


@given(
    st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 60), min_size=1),
    st.integers(1, 90),
    st.sampled_from(["proportional", "equal", "neyman"]),
)
def test_as_many_are_drawn_as_ordered_or_everybody(there: dict[str, int], n: int, how: str) -> None:
    given_numbers = numbers_drawn(there, Order(total=n, allocation=how))  # type: ignore[arg-type]
    assert sum(given_numbers.values()) == min(n, sum(there.values()))
    assert all(given_numbers[code] <= there[code] for code in there)


def test_numbers_for_each_stratum_are_taken_as_they_are() -> None:
    sample = drawn(roster(), BY_KIND, Order(each={"A": 5, "C": 9}), "s")
    assert sample.drawn == {"A": 5, "B": 0, "C": 2}


def test_labels_codes_and_given_values_mean_a_stratum() -> None:
    rows = [("1", "甲", "", "生活补贴", ""), ("2", "乙", "", "A", ""), ("3", "丙", "", "生活类", "")]
    found = Roster("a.csv", as_csv(list(rows)))
    frame = counted(found, Reading(column="补贴类别", values={**VALUES, "A": "A", "生活类": "A"}))
    assert frame.people == {"A": 3}


def test_unknown_and_blank_strata_are_listed_all_at_once() -> None:
    rows = [(str(n), "甲", "", kind, "") for n, kind in enumerate(["生活补贴", "住房", "", "住房", "创业"])]
    found = Roster("a.csv", as_csv(list(rows)))
    with pytest.raises(UnfitRosterError) as refused:
        drawn(found, BY_KIND, Order(total=1), "s")
    assert [remark.code for remark in refused.value.remarks] == [
        "unknown-value",
        "unknown-value",
        "blank-value",
    ]
    assert "“住房”不认识：2 人（第 3、5 行）" in refused.value.zh
    assert "1 people (row 4)" in refused.value.en
    left_out = replace(BY_KIND, leaves_out=True)
    sample = drawn(found, left_out, Order(total=1), "s")
    assert sample.drawn == {"A": 1}
    assert json.loads(sample.method)["left_out"] == 4


def codes_of(found: Roster, reading: Reading, order: Order, defined: dict[str, int]) -> list[str]:
    frame = counted(found, reading)
    there = {code: n for code, n in frame.people.items() if n}
    return [one.code for one in remarks(frame, order, numbers_drawn(there, order), defined)]


def test_empty_and_single_case_strata_are_warned_of() -> None:
    found = roster(生活补贴=90, 购房补贴=9)
    told = codes_of(found, BY_KIND, Order(each={"A": 10, "B": 1}), {"A": 90, "B": 12, "C": 2})
    assert told == ["other-number", "single-case", "empty-stratum"]
    assert codes_of(found, BY_KIND, Order(each={"A": 10}), {}) == ["nobody-drawn"]
    assert codes_of(roster(生活补贴=9, 购房补贴=1), BY_KIND, Order(total=10), {}) == ["single-person"]


def test_more_than_there_are_is_a_census() -> None:
    assert codes_of(roster(生活补贴=9), Reading(), Order(total=20), {}) == ["census"]
    assert codes_of(roster(生活补贴=9), BY_KIND, Order(each={"A": 20}), {}) == ["stratum-census"]


def test_repeated_people_are_warned_of_by_row_or_by_what_tells_them_apart() -> None:
    rows = [
        ("1", "甲", "139", "生活补贴", ""),
        ("2", "甲", "139", "生活补贴", ""),
        ("1", "甲", "139", "生活补贴", ""),
    ]
    rows.append(("3", "乙", "", "生活补贴", ""))
    found = Roster("a.csv", as_csv(list(rows)))
    assert counted(found, Reading()).repeated.rows == (4,)
    by_number = counted(found, Reading(unique="手机号"))
    assert by_number.repeated.rows == (3, 4)
    assert by_number.without_id.rows == (5,)


def test_a_column_of_names_is_no_stratum_even_where_the_questionnaire_has_none() -> None:
    found = roster(生活补贴=30)
    any_value = Reading(column="姓名", takes_any=True)
    assert [one.code for one in unfit(counted(found, any_value), any_value, Order(total=5))] == ["no-strata"]
    places = Reading(column="单位", takes_any=True)
    few = Roster("a.csv", as_csv([(str(n), "甲", "", "", "东村" if n % 2 else "西村") for n in range(20)]))
    assert unfit(counted(few, places), places, Order(total=5)) == []


def test_cells_beyond_the_header_are_warned_of() -> None:
    found = Roster("a.csv", "姓名,地址\n甲,某路,1号\n乙,某路\n".encode())
    assert counted(found, Reading()).ragged.rows == (2,)


def test_a_column_that_is_not_there_or_twice_is_refused() -> None:
    found = Roster("a.csv", "甲,乙,乙\n1,2,3\n".encode())
    for name in ("丙", "乙"):
        with pytest.raises(UnknownColumnError, match=name):
            counted(found, Reading(column=name))


def test_a_recorded_draw_is_drawn_again_from_the_same_file() -> None:
    found = roster()
    for reading, order in ((BY_KIND, Order(total=60, least=2)), (Reading(), Order(total=60))):
        sample = drawn(found, reading, order, make_seed())
        kept = record(sample, "zhifu-2022", day="2026-11-20", by="wang", id="a" * 12)
        assert repeated(found, kept).rows == sample.rows
        assert json.loads(kept.method)["algorithm"] == ALGORITHM


def test_another_file_or_an_unknown_method_is_refused() -> None:
    found = roster()
    kept = record(
        drawn(found, Reading(), Order(total=6), "s"), "zhifu-2022", day="2026-11-20", by="w", id="a"
    )
    with pytest.raises(OtherFileError) as refused:
        repeated(Roster("名册.csv", as_csv(people({"生活补贴": 3}))), kept)
    assert "不是当时的文件" in refused.value.zh
    with pytest.raises(OtherMethodError):
        repeated(found, replace(kept, method='{"algorithm":"dice/1"}'))


def test_nothing_of_the_roster_is_in_the_record() -> None:
    found = roster()
    sample = drawn(found, BY_KIND, Order(total=60), "s")
    kept = record(sample, "zhifu-2022", day="2026-11-20", by="wang", id="a" * 12)
    text = repr(kept)
    for _, name, phone, _, place in people():
        assert name not in text
        assert phone not in text
        assert place not in text


def test_seeds_are_made_anew() -> None:
    assert len({make_seed() for _ in range(100)}) == 100
