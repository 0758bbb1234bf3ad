"""Reads a definition file as text: every scalar stays what its author wrote, and knows its line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from questionnaires.problems import Path, Place, Problem

LARGEST = 300_000
"""Some three thousand items; reading takes two seconds then."""
DEEPEST = 40
_SURROGATE = re.compile("[\ud800-\udfff]")
PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


@dataclass(kw_only=True)
class Source:
    """A file as nested dict, list and str, with the place of every value and of every key."""

    file: str
    data: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[Path] = field(default_factory=set)
    _noted: set[Problem] = field(default_factory=set)

    def place(self, path: Path) -> Place:
        """Return where the value at `path` stands, or its nearest parent's key if it is not there."""
        if path in self.values:
            return self.values[path]
        return self.key_place(path[:-1]) if path else Place(1, 1)

    def key_place(self, path: Path) -> Place:
        """Return where the key that leads to `path` stands."""
        return self.keys.get(path) or self.place(path)

    def report(self, place: Place, rule: str, zh: str, en: str) -> None:
        """Note one problem at a place of this file."""
        problem = Problem(file=self.file, line=place.line, column=place.column, rule=rule, zh=zh, en=en)
        if problem not in self._noted:
            self._noted.add(problem)
            self.problems.append(problem)


def read(content: bytes | str, file: str) -> Source:
    """Read a definition's bytes; what YAML cannot be is noted in `Source.problems`, never raised."""
    source = Source(file=file)
    text = _decode(content, source)
    root = _compose(text, source) if text is not None else None
    if root is not None:
        source.data = _Walk(source).value(root, ())
        if not isinstance(source.data, dict) and not source.problems:
            source.report(
                Place(1, 1),
                "yaml-syntax",
                "文件应是“键: 值”的映射",
                "the file must be a mapping of `key: value`",
            )
    return source


def _decode(content: bytes | str, source: Source) -> str | None:
    if len(content) > LARGEST:
        source.report(
            Place(1, 1),
            "file-size",
            "文件超过 300 KB，请拆成几份问卷",
            "the file is larger than 300 KB; make it several questionnaires",
        )
        return None
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        source.report(
            Place(line, 1),
            "encoding",
            "文件不是 UTF-8 编码，请另存为 UTF-8",
            "the file is not UTF-8; save it as UTF-8",
        )
        return None


HINTS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "这里不能再有冒号；若是文字里的冒号，请给整段文字加引号",
        "a colon cannot stand here; if it belongs to a text, put the text in quotes",
    ),
    ("'\\t'", "不能用制表符（Tab）缩进，请改用空格", "tabs cannot indent; use spaces"),
    (
        "expected a single document",
        "一个文件只能有一份问卷，请删除 ---",
        "a file holds one questionnaire; remove ---",
    ),
    (
        "expected ',' or",
        "花括号或方括号没有写对：缺逗号或右括号；文字若含 , : ? 请加引号",
        "the braces or brackets are wrong: a comma or the closing one is missing; quote a text that has , : or ? in it",
    ),
    (
        "expected <block end>",
        "缩进不齐，同一层的键要对齐",
        "the indentation is uneven; keys of one level must line up",
    ),
    (
        "could not find expected ':'",
        "键后面缺冒号，或上一行的引号没有写完",
        "a key lacks its colon, or the line above lacks its closing quote",
    ),
    (
        "end of stream",
        "文件到此没有写完：缺右引号或右括号",
        "the file ends too soon: a closing quote or bracket is missing",
    ),
    (
        "undefined alias",
        "不支持锚点和别名（*、&）；文字以 * 开头时请加引号",
        "aliases are not read; quote a text that begins with *",
    ),
    (
        "cannot start any token",
        "文字不能以这个符号开头，请加引号",
        "a text cannot begin with this sign; put it in quotes",
    ),
)


def _compose(text: str, source: Source) -> yaml.Node | None:
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        source.report(place, "yaml-syntax", *_yaml_words(str(error.problem or error.context)))
    except yaml.reader.ReaderError as error:
        zh, en = "含有不允许的控制字符，请删除", "a control character is not allowed; remove it"
        source.report(_place_of(text, error.position), "yaml-syntax", zh, en)
    except RecursionError:
        source.report(Place(1, 1), "yaml-syntax", "嵌套过深", "nested too deeply")
    except (ValueError, OverflowError):  # "\UFFFFFFFF": PyYAML passes it to chr() as it is
        zh, en = (
            "引号里有不存在的字符编号（\\U…），请改正",
            "a quoted text names a character that does not exist (\\U…)",
        )
        source.report(Place(1, 1), "yaml-syntax", zh, en)
    else:
        if root is None:
            source.report(Place(1, 1), "yaml-syntax", "文件是空的", "the file is empty")
        return root
    return None


def _yaml_words(problem: str) -> tuple[str, str]:
    for part, zh, en in HINTS:
        if part in problem:
            return zh, en
    return f"YAML 语法错误：{problem}", f"this is not YAML: {problem}"


def _place_of(text: str, position: int) -> Place:
    before = text[:position]
    return Place(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)


class _Walk:
    """Turns YAML nodes into plain data and notes their places; stops at aliases, tags and double keys."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.source.values[path] = _place(node)
        if len(path) > DEEPEST:
            return self._refuse(path, "嵌套过深", "nested too deeply")
        if id(node) in self.seen:
            return self._refuse(
                path, "不支持锚点和别名，请写全", "anchors and aliases are not read; write it out"
            )
        self.seen.add(id(node))
        if node.tag not in PLAIN_TAGS:
            return self._refuse(path, "不支持类型标签（!），请删除", "type tags (!) are not read; remove it")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        if _SURROGATE.search(node.value):
            return self._refuse(
                path, "含有残缺字符，请删除", "half a character (a surrogate) is not text; remove it"
            )
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, place = key_node.value, _place(key_node)
            if not isinstance(key, str):
                self.source.report(place, "yaml-syntax", "键必须是文字", "a key must be plain text")
            elif key in result:
                zh, en = f"键 “{key[:40]}” 重复，请删除一个", f"key '{key[:40]}' stands twice; remove one"
                self.source.report(place, "duplicate-key", zh, en)
            else:
                self.source.keys[(*path, key)] = place
                result[key] = self.value(value_node, (*path, key))
        return result

    def _refuse(self, path: Path, zh: str, en: str) -> None:
        """Note that a value cannot be read; nothing more is said about it."""
        self.source.report(self.source.values[path], "yaml-syntax", zh, en)
        self.source.unread.add(path)


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
