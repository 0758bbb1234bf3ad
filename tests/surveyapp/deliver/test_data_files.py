"""csv, SPSS, Stata and parquet: what they hold, read again by other programs, and that they agree."""

import csv
import io
from pathlib import Path

import pandas
import pyreadstat
import pytest

from analysis import Fieldwork, evaluate
from questionnaires.model import Questionnaire
from surveyapp.deliver import datafiles
from surveyapp.deliver.columns import LONGEST_NAME, data_columns
from surveyapp.deliver.datafiles import csv_file, dta_file, parquet_file, sav_file
from surveyapp.deliver.dossier import Dossier
from surveyapp.present import as_dict
from surveyapp.rows import read_rows
from tests.surveyapp.deliver.makings import VERSION, Given, made

NAMES = ["sex", "q", "why.A", "why.b", "why.B", "why.text", "age", "by"]


@pytest.fixture
def questionnaire() -> Questionnaire:
    """One item of every kind, a code that leaves the base, codes that differ by a capital, and a reserved name."""
    scale = [{"code": "A", "label": "满意", "value": "100"}, {"code": "B", "label": "不满意", "value": "0"}]
    leaves = [
        {"code": "Y", "label": "不适用", "missing": "not_applicable"},
        {"code": "Z", "label": "拒答", "missing": "refused"},
    ]
    why = [
        {"code": "A", "label": "一"},
        {"code": "b", "label": "二"},
        {"code": "B", "label": "三", "comment": "请写"},
    ]
    items = [
        {
            "id": "sex",
            "kind": "single",
            "text": "性别",
            "options": [{"code": "1", "label": "男"}, {"code": "5", "label": "女"}],
        },
        {"id": "q", "kind": "single", "text": "满意吗", "options": [*scale, *leaves]},
        {"id": "why", "kind": "multiple", "text": "为什么", "options": why},
        {
            "id": "age",
            "kind": "number",
            "text": "年龄",
            "minimum": "0",
            "decimals": "1",
            "shown_if": {"sex": ["1"]},
        },
        {"id": "by", "kind": "text", "text": "谁"},
    ]
    measure = {"title": "满意度", "kind": "satisfaction_score", "items": ["q"]}
    return Questionnaire.model_validate(
        {"id": "kinds", "title": "各种题", "organiser": "局", "purpose": "试",
         "sections": [{"id": "a", "title": "一", "items": items}], "measures": {"m": measure}}
    )  # fmt: skip


@pytest.fixture
def source(questionnaire: Questionnaire) -> Dossier:
    """Four responses: a whole one, a blank one, one with every mark, and one of an earlier version."""
    return made(
        questionnaire,
        [
            Given(
                closed={"sex": "1", "q": "A", "why": ["A", "B"]},
                words={"age": "33.5", "by": "我", "why.text": "因为"},
            ),
            Given(closed={}),
            Given(closed={"sex": "5", "q": "-2", "why": "-1"}),
            Given(closed={"sex": "1", "q": "Z", "why": ["old"]}, version="old"),
        ],
    )


def table(source: Dossier) -> list[dict[str, str]]:
    text = b"".join(csv_file(source, order="content")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_names_never_depend_on_wording_and_are_legal_elsewhere(questionnaire: Questionnaire) -> None:
    columns = data_columns(questionnaire)
    assert [column.name for column in columns][:8] == NAMES
    legal = [column.legal for column in columns]
    assert legal[2:4] == ["why_A", "why_b"]
    assert legal[4].startswith("why_B_")  # why_b and why_B are one name to SPSS
    assert legal[7] == "v_by"  # BY is a word of SPSS
    assert len({name.lower() for name in legal}) == len(legal)
    assert all(len(name) <= LONGEST_NAME for name in legal)


def test_csv_tells_the_kinds_of_missing_answers_apart(source: Dossier) -> None:
    rows = {row["q"] + row["sex"]: row for row in table(source)}
    assert [rows["A1"][name] for name in NAMES] == ["1", "A", "1", "0", "1", "因为", "33.5", "我"]
    assert [rows["-25"][name] for name in NAMES] == ["5", "-2", "-1", "-1", "-1", "", "-1", ""]
    assert [rows[""][name] for name in NAMES] == [
        "",
        "",
        "",
        "",
        "",
        "",
        "-1",
        "",
    ]  # 性别 is blank, so 年龄 was not asked
    assert rows["Z1"]["why.old"] == "1"


def test_csv_begins_before_it_is_judged(source: Dossier, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_columns(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(datafiles, "data_columns", no_columns)
    assert next(csv_file(source)) == b"\xef\xbb\xbf"


def test_csv_in_gb18030_says_the_same(source: Dossier) -> None:
    one, other = (b"".join(csv_file(source, e, order="content")) for e in ("utf-8", "gb18030"))
    assert other.decode("gb18030") == one.decode("utf-8-sig")
    with pytest.raises(ValueError, match="latin-1"):
        next(csv_file(source, "latin-1"))


def test_open_text_can_be_left_out(source: Dossier) -> None:
    head = b"".join(csv_file(source, open_text=False)).decode("utf-8-sig").split("\r\n")[0]
    assert "by" not in head.split(",")
    assert "why.text" not in head
    assert "age" in head


def test_spss_holds_numbers_labels_and_missing_values(source: Dossier, tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    sav_file(source, path, order="content")
    frame, about = pyreadstat.read_sav(path, user_missing=True)
    row = frame[frame.v_by == "我"].iloc[0]
    assert [row[name] for name in ("sex", "q", "why_A", "why_b", "age")] == [1, 1, 1, 0, 33.5]
    assert sorted(frame["q"]) == [-9, -4, -2, 1]  # not answered, 拒答, not applicable, 满意
    labels = about.variable_value_labels["q"]
    assert labels == {
        1: "A 满意",
        2: "B 不满意",
        -3: "Y 不适用",
        -4: "Z 拒答",
        -1: "未问",
        -2: "不适用",
        -9: "未答",
    }
    assert about.missing_ranges["q"] == [{"lo": -9, "hi": -1}]
    assert about.variable_measure["q"] == "ordinal"
    assert about.variable_measure["age"] == "scale"
    assert about.variable_value_labels["sex"][5] == "5 女"
    assert about.column_names_to_labels["why_A"] == "一｜为什么"
    assert str(about.creation_time)[:10] == source.day
    assert pyreadstat.read_sav(path)[0]["q"].dropna().tolist() == [1]  # SPSS leaves missing values out


def test_stata_has_letters_for_missing_answers(source: Dossier, tmp_path: Path) -> None:
    path = tmp_path / "a.dta"
    dta_file(source, path, order="content")
    frame, about = pyreadstat.read_dta(path, user_missing=True)
    assert sorted(map(str, frame["q"])) == ["1.0", "b", "c", "e"]
    assert about.missing_user_values["q"] == ["b", "c", "e"]
    assert dict(about.variable_value_labels["q"].items()).get("e") == "Z 拒答"  # type: ignore[call-overload]
    assert str(about.creation_time)[:10] == source.day
    assert pandas.read_stata(path, convert_categoricals=False)["q"].dropna().tolist() == [1]


@pytest.mark.parametrize("make", [sav_file, dta_file, parquet_file])
def test_equal_dossiers_give_equal_bytes(source: Dossier, tmp_path: Path, make: object) -> None:
    paths = tmp_path / "one", tmp_path / "two"
    for path in paths:
        make(source, path, order="content")  # type: ignore[operator]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_long_labels_are_cut_where_one_sees_it(questionnaire: Questionnaire, tmp_path: Path) -> None:
    text = questionnaire.model_dump(mode="json", exclude_none=True)
    text["sections"][0]["items"][1]["text"] = "满" * 1000
    long = Questionnaire.model_validate(text)
    source = made(long, [Given(closed={"q": "A"})])
    sav_file(source, tmp_path / "a.sav")
    dta_file(source, tmp_path / "a.dta")
    spss = str(pyreadstat.read_sav(tmp_path / "a.sav")[1].column_names_to_labels["q"])
    stata = str(pyreadstat.read_dta(tmp_path / "a.dta")[1].column_names_to_labels["q"])
    assert spss.endswith("…（共 1000 字，已截断）")
    assert len(spss.encode()) <= 255
    assert stata == "满" * 79 + "…"


def test_csv_and_parquet_give_the_report_again(questionnaire: Questionnaire, tmp_path: Path) -> None:
    given = [
        Given(closed={"sex": "1", "q": "A", "why": ["A", "B"]}, words={"age": "3"}), Given(closed={"sex": "5", "q": "B"}),
        Given(closed={"sex": "-2", "q": "Y", "why": "-1"}),
    ]  # fmt: skip
    source = made(questionnaire, given)
    (tmp_path / "a.csv").write_bytes(b"".join(csv_file(source)))
    parquet_file(source, tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        rows = read_rows(tmp_path / name, questionnaire)
        assert rows.problems == []
        assert {row.version for row in rows.table.rows} == {VERSION}
        assert as_dict(evaluate(questionnaire, rows.table, Fieldwork())) == as_dict(source.report)


def test_the_order_is_another_every_time_and_by_content_the_same(questionnaire: Questionnaire) -> None:
    source = made(questionnaire, [Given(closed={"sex": "1"}, words={"age": str(n)}) for n in range(40)])
    assert len({b"".join(csv_file(source)) for _ in range(4)}) == 4
    assert len({b"".join(csv_file(source, order="content")) for _ in range(4)}) == 1
