"""The manual and the schema are up to date, complete, and true."""

import ast
import inspect
import json
import re
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
import yaml

import questionnaires
from analysis.scoring import score
from questionnaires import build, manual, rules
from questionnaires.build import load, loads
from questionnaires.model import Branch, Indicator
from questionnaires.schema import schema

PACKAGE = Path(questionnaires.__file__).parent
TESTS = Path(__file__).parent
SHIPPED = [*sorted((PACKAGE / "library").glob("*.yaml")), PACKAGE / "example.yaml"]
IDS = [rule.ID for rule in rules.RULES]


# --- the manual -----------------------------------------------------------------------------------------------------


def test_manual_and_schema_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert manual.main(["--check"]) == 0, "run: python -m questionnaires.manual"
    assert capsys.readouterr().err == ""


def test_a_stale_manual_is_noticed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(manual, "MANUAL", tmp_path / "docs" / "language.md")
    assert manual.main(["--check"]) == 1
    assert "language.md is out of date" in capsys.readouterr().err
    assert manual.main([]) == 0
    assert manual.main(["--check"]) == 0


def test_the_example_loads() -> None:
    assert load(PACKAGE / "example.yaml").problems == []


def test_the_manual_names_every_key_and_explains_every_rule() -> None:
    text = manual.manual_text()
    for cls, _, _ in manual.MODELS:
        assert all(f"| `{name}` |" in text for name in cls.model_fields)
    for rule in [*IDS, *(rule for rule, _, _ in manual.READING)]:
        assert f"`{rule}`" in text


def test_the_worked_examples_are_what_analysis_scores() -> None:
    for _, _, points, text, values in manual.ACTIONS:
        branches = tuple(Branch.model_validate(branch) for branch in yaml.load(text, Loader=yaml.BaseLoader))
        data = {"title": "例", "points": points, "entered": {}, "range": {"at_most": "none"}}
        indicator = Indicator.model_validate(data).model_copy(update={"branches": branches})
        for value in map(Fraction, values):
            assert manual.worked(branches, Fraction(points), value) == score(indicator, value)


def test_every_link_inside_the_manual_leads_somewhere() -> None:
    text = manual.manual_text()
    anchors = re.findall(r'<a id="([^"]+)">', text)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(anchors)


def test_every_key_is_described_in_both_languages() -> None:
    for cls, _, _ in manual.MODELS:
        for info in cls.model_fields.values():
            assert isinstance(info.json_schema_extra, dict)
            assert info.json_schema_extra["zh"]
            assert info.description


def test_every_rule_met_while_reading_is_in_the_catalogue() -> None:
    """Rule ids are the first argument of `mistake`, the first of a row of `WORDS`, or reported by the reader."""
    sources = [(PACKAGE / name).read_text(encoding="utf-8") for name in ("model.py", "reader.py")]
    made = {
        m for text in sources for m in re.findall(r'(?:mistake\(|source\.report\([^"]*?)\s*"([a-z-]+)"', text)
    }
    worded = {rule for rule, _, _ in build.WORDS.values()}
    assert {"not-a-number", "duplicate-key", "yaml-syntax"} <= made
    assert {rule for rule, _, _ in manual.READING} == made | worded


# --- the rules ------------------------------------------------------------------------------------------------------


def test_every_rule_is_run_once_under_its_own_id() -> None:
    files = {path.stem for path in (PACKAGE / "rules").glob("*.py")} - {"__init__"}
    assert {rule.__name__.rpartition(".")[2] for rule in rules.RULES} == files
    assert len(set(IDS)) == len(IDS)
    assert {rule.ID.replace("-", "_") for rule in rules.RULES} == files


@pytest.mark.parametrize("rule", rules.RULES, ids=IDS)
def test_a_rule_has_its_test_file_and_its_section(rule: ModuleType) -> None:
    test = TESTS / "rules" / f"test_{rule.__name__.rpartition('.')[2]}.py"
    assert f'"{rule.ID}"' in test.read_text(encoding="utf-8")
    words, wrong, right = manual._split(inspect.getdoc(rule) or "")
    assert re.match(r"[A-Z].*[.:]", words[0])
    assert any(re.search(r"[\u4e00-\u9fff]{4}.*。", part) for part in words)
    assert yaml.load(wrong, Loader=yaml.BaseLoader) != yaml.load(right, Loader=yaml.BaseLoader)


def test_no_rule_imports_another() -> None:
    for rule in rules.RULES:
        tree = ast.parse(inspect.getsource(rule))
        modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not any(str(module).startswith("questionnaires.rules") for module in modules)


# --- the schema -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("loader", [yaml.BaseLoader, yaml.SafeLoader])
def test_the_schema_takes_the_shipped_definitions(path: Path, loader: type[yaml.SafeLoader]) -> None:
    """As text, as this project reads them, and as an editor does, with numbers and truth values."""
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    jsonschema.validate(data, schema(), jsonschema.Draft202012Validator)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minutes: 2", "minuts: 2"),
        ("minutes: 2", "minutes: two"),
        ("kind: multiple", "kind: many"),
        ("value: 100", "value: all"),
        ("then: full", "then: half"),
        ("then: full", "then: {share: 80, points: 8}"),
        ("code: A, ", ""),
        ("purpose:", "purposes:"),
        ("items: [speed, attitude]\n\nval", "items: []\n\nval"),
        ("shown_if: {speed:", "shown_if: {Speed:"),
    ],
)
def test_the_schema_refuses_what_is_not_the_form(old: str, new: str) -> None:
    text = (PACKAGE / "example.yaml").read_text(encoding="utf-8")
    assert old in text
    spoilt = text.replace(old, new, 1)
    validator = jsonschema.Draft202012Validator(schema())
    assert list(validator.iter_errors(yaml.load(spoilt, Loader=yaml.BaseLoader)))
    assert loads(spoilt).problems


def test_the_schema_describes_every_key_in_both_languages() -> None:
    for name, part in schema()["$defs"].items():
        for key, value in part.get("properties", {}).items():
            assert "\n" in value["description"], (name, key)


def test_the_schema_file_is_json() -> None:
    assert json.loads(manual.SCHEMA.read_text(encoding="utf-8")) == schema()
