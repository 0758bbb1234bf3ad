"""Builds a questionnaire from a definition file; every mistake is a value with its place, all of them at once.

A part that cannot be built is reported and a stand-in takes its place, so that the checks in `rules/` still see the
rest of the file, and a mistake in one item does not hide those in the next.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from questionnaires.draft import Draft
from questionnaires.model import Questionnaire
from questionnaires.problems import DefinitionError, Path, Problem, Words, suggest
from questionnaires.reader import Source, read
from questionnaires.rules import check

__all__ = [
    "Draft",
    "Loaded",
    "content_hash",
    "load",
    "load_good",
    "loads",
    "loads_good",
    "normalised",
]


class Loaded(NamedTuple):
    """What a definition file gives: the questionnaire, or None, and every problem found."""

    questionnaire: Questionnaire | None
    problems: list[Problem]


def load(path: FilePath | str) -> Loaded:
    """Read, build and check a definition file. Raises OSError if it cannot be opened."""
    return loads(FilePath(path).read_bytes(), str(path))


def loads(content: bytes | str, file: str = "<text>") -> Loaded:
    """Build and check a definition given as text; `file` is the name its problems carry."""
    source = read(content, file)
    if source.problems and not isinstance(source.data, dict):
        return Loaded(None, source.problems)
    draft = _build(source)
    if draft is not None:
        check(draft)
    problems = sorted(source.problems)
    if problems or draft is None:
        return Loaded(None, problems)
    draft.questionnaire._version = content_hash(content)
    return Loaded(draft.questionnaire, [])


def load_good(path: FilePath | str) -> Questionnaire:
    """Load a definition that has to be good. Raises DefinitionError with every problem."""
    return _good(load(path))


def loads_good(content: bytes | str, file: str = "<text>") -> Questionnaire:
    """Build a definition that has to be good from its text. Raises DefinitionError with every problem."""
    return _good(loads(content, file))


def _good(loaded: Loaded) -> Questionnaire:
    if loaded.questionnaire is None:
        raise DefinitionError(loaded.problems)
    return loaded.questionnaire


def normalised(content: bytes | str) -> str:
    """Return a definition's text as it is hashed and kept: without byte order mark, with LF line ends."""
    text = content if isinstance(content, str) else content.decode("utf-8-sig")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def content_hash(content: bytes | str) -> str:
    """Return the version of a definition: the SHA-256 of its normalised text, in hex (as `sha256sum` prints it)."""
    return hashlib.sha256(normalised(content).encode()).hexdigest()


# --- building, and mending what cannot be built ----------------------------------------------------------------------

# The parts of a file that can be stood in for, smallest first, each with what it needs to be built.
ANY = object()
CODES = [{"code": "x", "label": "?"}, {"code": "y", "label": "?"}]
UNITS: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    (("sections", ANY, "items", ANY, "options", ANY), {"code": "x", "label": "?"}),
    (("scales", ANY, "options", ANY), {"code": "x", "label": "?"}),
    (("sections", ANY, "items", ANY), {"id": "x", "kind": "text", "text": "?"}),
    (("sections", ANY), {"id": "x", "title": "?", "items": []}),
    (("scales", ANY), {"options": CODES}),
    (("measures", ANY), {"title": "?", "kind": "satisfaction_score", "items": ["x"]}),
    (("validity", ANY), {"rule": "too_fast", "seconds_per_item": "1"}),
    (("indicators", ANY, "parts", ANY, "branches", ANY), {"then": "full"}),
    (("indicators", ANY, "parts", ANY), {"id": "x", "title": "?", "points": "1"}),
    (("indicators", ANY, "veto", ANY), {"id": "x", "text": "?"}),
    (("indicators", ANY, "branches", ANY), {"then": "full"}),
    (("indicators", ANY), {"title": "?", "points": "1"}),
    (
        (),
        {
            "id": "x",
            "title": "?",
            "organiser": "?",
            "purpose": "?",
            "sections": [{"id": "x", "title": "?", "items": []}],
        },
    ),
)
ROUNDS = 12
"""How often mending is tried; every round mends all that the last one found."""
MOST_FOUND = 500
"""A file with more mistakes than this is something else; the rules need not see it."""
COLLECTIONS = {"sections", "scales", "measures", "indicators"}
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")

Found = tuple[ErrorDetails, Path]
"""What pydantic found, and where that stands in the file."""


def _build(source: Source) -> Draft | None:
    """Build the model; where the file does not allow it, mend the smallest part around a mistake and try again."""
    data = copy.deepcopy(source.data)
    repair = _Repair(data)
    for _ in range(ROUNDS):
        try:
            model = Questionnaire.model_validate(data)
        except ValidationError as error:
            errors = error.errors()[:MOST_FOUND]
            found = [(details, _own_path(details["loc"], data)) for details in errors]
            _tell(source, found, repair.broken | source.unread)
            if len(errors) == MOST_FOUND:
                return None
            repair.mend(found)
        else:
            return Draft(
                questionnaire=model, source=source, broken=repair.broken | source.unread, lost=repair.lost
            )
    return None


def _own_path(loc: tuple[int | str, ...], data: Any) -> Path:
    """Turn pydantic's location into a path in the file: without union tags, and no deeper than the file goes."""
    path: list[int | str] = []
    for part in loc:
        if isinstance(part, str) and (part.startswith("kind:") or part == "[key]"):
            continue
        if not isinstance(data, dict | list):
            break
        path.append(part)
        inside = part in data if isinstance(data, dict) else isinstance(part, int) and part < len(data)
        data = data[part] if inside else None  # type: ignore[index]
    return tuple(path)


def _tell(source: Source, found: Sequence[Found], broken: set[Path]) -> None:
    """Report what was found, but not what only follows from a mistake reported anyway."""
    for details, path in found:
        known = any(path[: len(bad)] == bad for bad in broken)
        if not known and not _counts_only(details, path, found) and not _is_misspelt(details, path, found):
            _report(source, details, path)


def _counts_only(details: ErrorDetails, path: Path, found: Sequence[Found]) -> bool:
    """Say whether a list is called too short only because its bad entries were not counted."""
    inside = any(len(other) > len(path) and other[: len(path)] == path for _, other in found)
    return details["type"] == "too_short" and inside


def _is_misspelt(details: ErrorDetails, path: Path, found: Sequence[Found]) -> bool:
    """Say whether a missing key stands beside an unknown one that looks like it."""
    if details["type"] != "missing":
        return False
    beside = [str(p[-1]) for d, p in found if d["type"] == "extra_forbidden" and p[:-1] == path[:-1]]
    return any(suggest(name, [str(path[-1])]).en for name in beside)


@dataclass
class _Repair:
    """Puts stand-ins where the file is wrong, so that the rest can still be checked.

    `broken` are the places mended; `lost` names the collections of which some ids are unknown now, so that a
    reference into them is not called a mistake too.
    """

    data: Any
    broken: set[Path] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def mend(self, found: Sequence[Found]) -> None:
        """Mend the smallest part around each mistake."""
        before = frozenset(self.broken)
        for details, path in found:
            if "[key]" in details["loc"]:
                self._drop(path)
            elif not _counts_only(details, path, found):
                self._around(path, before)

    def _around(self, path: Path, before: frozenset[Path]) -> None:
        """Mend the unit's own key that leads to a path; had that been done, the unit; then what is around it."""
        unit, stand_in = _unit(path)
        if not isinstance(self._at(unit[:-1]), dict | list):
            return  # mended away already
        if len(path) > len(unit) and path[: len(unit) + 1] not in before:
            self._key((*unit, path[len(unit)]), stand_in)
        elif unit and unit not in before:
            self._put(unit, {**copy.deepcopy(stand_in), **self._kept(unit, stand_in)})
        elif unit:
            self._around(unit[:-1], before)

    def _key(self, path: Path, stand_in: Mapping[str, Any]) -> None:
        key = str(path[-1])
        if key in ("id", "code") and len(path) > 1:
            self._put(path, self._new_name(path))
        elif key in stand_in:
            self._put(path, copy.deepcopy(stand_in[key]))
        else:
            self._drop(path)

    def _kept(self, unit: Path, stand_in: Mapping[str, Any]) -> dict[str, str]:
        """Return the id or code its author wrote, which other parts may name, or a new one."""
        old = self._at(unit)
        for name, good in (("id", _ID), ("code", _CODE)):
            if name in stand_in:
                written = old.get(name) if isinstance(old, dict) else None
                if isinstance(written, str) and good.fullmatch(written):
                    return {name: written}
                return {name: self._new_name(unit)}
        return {}

    def _new_name(self, path: Path) -> str:
        if path[0] == "sections" and len(path) in (4, 5):  # an item, or an item's id
            self.lost.add("sections")
        return f"stand_in_{len(self.broken)}"

    def _at(self, path: Path) -> Any:
        value = self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _put(self, path: Path, value: Any) -> None:
        parent = self._at(path[:-1])
        with suppress(IndexError, TypeError):  # mended away already
            parent[path[-1]] = value
        self.broken.add(path)
        if path[0] == "sections" and (len(path) <= 2 or path[2:] == ("items",)):  # with all the items in it
            self.lost.add("sections")

    def _drop(self, path: Path) -> None:
        parent = self._at(path[:-1])
        if isinstance(parent, dict):
            parent.pop(path[-1], None)
        self.broken.add(path)
        if len(path) == 1:  # `measurs` may have been meant to be `measures`
            self.lost |= {name for name in COLLECTIONS if name == path[0] or suggest(str(path[0]), [name]).en}
        elif len(path) == 2 and path[0] in COLLECTIONS:
            self.lost.add(str(path[0]))


def _unit(path: Path) -> tuple[Path, dict[str, Any]]:
    """Return the smallest part around a path that has a stand-in, and the stand-in."""
    for pattern, stand_in in UNITS:
        if len(path) >= len(pattern) and all(p is ANY or p == q for p, q in zip(pattern, path, strict=False)):
            return path[: len(pattern)], stand_in
    raise AssertionError("the last unit is the whole file")


# --- wording pydantic's findings -----------------------------------------------------------------------------------


def _report(source: Source, details: ErrorDetails, path: Path) -> None:
    rule, zh, en = _words(details, path)
    if details["type"] == "missing":
        place = source.key_place(path[:-1])
    elif details["type"] == "extra_forbidden" or "[key]" in details["loc"]:
        place = source.key_place(path)
    elif details["type"] == "union_tag_invalid" and isinstance(details["input"], dict):
        place = source.place((*path, _tag_key(details)) if rule != "missing-key" else path)
    else:
        place = source.place(path)
    source.report(place, rule, zh, en)


def _words(details: ErrorDetails, path: Path) -> tuple[str, str, str]:
    kind, context = details["type"], details.get("ctx", {})
    name = _shown(path[-1]) if path and not isinstance(path[-1], int) else _entry_name(path)
    if "zh" in context and "en" in context:
        return kind, f"{name}：{context['zh']}", f"{name}: {context['en']}"
    if kind == "union_tag_invalid":
        kind, name = _tag_mistake(details, name)
    elif details["input"] == "" and kind != "missing" and "[key]" not in details["loc"]:
        kind = "string_too_short"
    rule, zh, en = WORDS.get(kind, WORDS["other"])
    near = suggest(name, keys_at(details["loc"])) if kind == "extra_forbidden" else Words("", "")
    fields = {"name": name, "value": _shown(details["input"]), "msg": details["msg"]} | _context(context)
    return rule, zh.format_map(fields | {"near": near.zh}), en.format_map(fields | {"near": near.en})


def _entry_name(path: Path) -> str:
    """Name a list's entry by the list: `items 3` for the third."""
    return f"{path[-2]} {int(path[-1]) + 1}" if len(path) > 1 else ""


def _tag_key(details: ErrorDetails) -> str:
    return "rule" if "validity" in str(details["ctx"]["discriminator"]) else "kind"


def _tag_mistake(details: ErrorDetails, name: str) -> tuple[str, str]:
    """Tell apart an entry that is no mapping, one without its kind, and one of an unknown kind."""
    if not isinstance(details["input"], dict):
        return "model_type", name
    key = _tag_key(details)
    return ("union_tag_invalid" if key in details["input"] else "missing"), key


def _context(context: Mapping[str, Any]) -> dict[str, str]:
    fields = {name: str(value).replace("kind:", "").replace("'", "") for name, value in context.items()}
    expected = fields.get("expected") or fields.get("expected_tags", "")
    pattern = NAMES.get(fields.get("pattern", ""), Words(*[fields.get("pattern", "")] * 2))
    return fields | {
        "expected": expected,
        "expected_zh": expected.replace(" or ", "、").replace(", ", "、"),
        "pattern": pattern.en,
        "pattern_zh": pattern.zh,
    }


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return text if len(text) <= 40 else text[:40] + "…"


def keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand where pydantic found an unknown one."""
    kinds: list[Any] = [Questionnaire]
    for part in loc[:-1]:
        kinds = [inner for kind in kinds for inner in _step(kind, part)]
    return [name for kind in kinds if _is_model(kind) for name in kind.model_fields]


def _step(kind: Any, part: int | str) -> list[Any]:
    """Return the types that a part of a location leads to."""
    if isinstance(part, str) and part.startswith("kind:"):
        return [kind] if part in _tags(kind) else []
    if _is_model(kind):
        field_info = kind.model_fields.get(part)
        return _flat(field_info.annotation) if field_info else []
    arguments = get_args(kind)
    return _flat(arguments[1] if get_origin(kind) is dict else arguments[0]) if arguments else []


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _tags(kind: Any) -> set[str]:
    named = [
        kind.model_fields[name] for name in ("kind", "rule") if _is_model(kind) and name in kind.model_fields
    ]
    return {f"kind:{value}" for info in named for value in get_args(info.annotation)} | {"kind:between"}


def _flat(kind: Any) -> list[Any]:
    """Take a type apart: what an annotation wraps, every member of a union."""
    if get_origin(kind) is Annotated:
        return _flat(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [inner for member in get_args(kind) for inner in _flat(member)]
    return [kind]


NAMES = {
    "^[a-z][a-z0-9_]{0,39}$": Words(
        "小写字母开头，只含小写字母、数字和下划线，最多 40 个",
        "begin with a lower-case letter; only a-z, digits and _; at most 40",
    ),
    "^[a-z][a-z0-9_-]{0,59}$": Words(
        "小写字母开头，只含小写字母、数字、下划线和连字符，最多 60 个",
        "begin with a lower-case letter; only a-z, digits, _ and -; at most 60",
    ),
    "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$": Words(
        "字母或数字开头，只含字母、数字、下划线和连字符，最多 32 个",
        "begin with a letter or digit; only letters, digits, _ and -; at most 32",
    ),
    "^[a-z]{2,3}(-[A-Za-z]{2,8})?$": Words("zh、en 这样的语言代码", "a language such as zh or en"),
}
WORDS: dict[str, tuple[str, str, str]] = {
    "missing": ("missing-key", "缺少键 “{name}”，请补上", "key '{name}' is missing; add it"),
    "extra_forbidden": (
        "unknown-key",
        "不认识的键 “{name}”，请改正或删除{near}",
        "unknown key '{name}'; correct or remove it{near}",
    ),
    "string_pattern_mismatch": (
        "bad-name",
        "{name}：“{value}” 不能作名字：{pattern_zh}",
        "{name}: '{value}' cannot be a name here: {pattern}",
    ),
    "string_type": ("wrong-type", "{name}：应为文字", "{name}: must be plain text"),
    "string_too_short": (
        "empty-text",
        "{name}：不能为空，请写上内容",
        "{name}: must not be empty; write something",
    ),
    "string_too_long": (
        "long-text",
        "{name}：太长，最多 {max_length} 字",
        "{name}: too long; at most {max_length} characters",
    ),
    "literal_error": (
        "not-a-choice",
        "{name}：“{value}” 不在可选值中，应为 {expected_zh}",
        "{name}: '{value}' is not one of {expected}",
    ),
    "union_tag_invalid": (
        "not-a-choice",
        "{name}：“{tag}” 不在可选值中，应为 {expected_zh}",
        "{name}: '{tag}' is not one of {expected}",
    ),
    "int_parsing": ("not-a-number", "{name}：“{value}” 不是整数", "{name}: '{value}' is not a whole number"),
    "int_type": ("not-a-number", "{name}：应为整数", "{name}: must be a whole number"),
    "greater_than_equal": ("too-small", "{name}：不能小于 {ge}", "{name}: must be at least {ge}"),
    "less_than_equal": ("too-large", "{name}：不能大于 {le}", "{name}: must be at most {le}"),
    "tuple_type": (
        "wrong-type",
        "{name}：应为列表（每项以 - 开头）",
        "{name}: must be a list (each entry begins with -)",
    ),
    "too_short": (
        "empty-list",
        "{name}：至少要有 {min_length} 项",
        "{name}: needs at least {min_length} entries",
    ),
    "dict_type": ("wrong-type", "{name}：应为“键: 值”的映射", "{name}: must be a mapping of key: value"),
    "model_type": ("wrong-type", "{name}：应为“键: 值”的映射", "{name}: must be a mapping of key: value"),
    "model_attributes_type": (
        "wrong-type",
        "{name}：应为“键: 值”的映射",
        "{name}: must be a mapping of key: value",
    ),
    "int_parsing_size": ("not-a-number", "{name}：“{value}” 太大", "{name}: '{value}' is too large"),
    "int_from_float": (
        "not-a-number",
        "{name}：“{value}” 不是整数",
        "{name}: '{value}' is not a whole number",
    ),
    "other": ("wrong-type", "{name}：不符合要求（{msg}）", "{name}: {msg}"),
}
