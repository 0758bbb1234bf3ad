"""The page's script and style keep to what Chrome 70 and iOS 12 know: parsed as ES2015, and by lists of what may be used."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable

from surveyapp.respond.pages import DONE, SCRIPT, STYLE
from surveyapp.respond.shrink import shrink

# Playwright brings Node, and Node brings acorn, a parser that can be told which ECMAScript it shall know.
PARSER = """
var acorn = require("internal/deps/acorn/acorn/dist/acorn");
var source = require("fs").readFileSync(0, "utf8");
try { console.log(JSON.stringify(acorn.parse(source, {ecmaVersion: 6, sourceType: "script"}))); }
catch (error) { console.log(JSON.stringify({error: error.message})); }
"""

GLOBALS = {
    *("Array", "Date", "Infinity", "JSON", "Math", "NaN", "Number", "Object", "String", "undefined"),
    *("clearTimeout", "decodeURIComponent", "encodeURIComponent", "isNaN", "setTimeout"),
    *("HTMLFormElement", "XMLHttpRequest", "document", "history", "localStorage", "location", "window"),
}
"""The names the scripts may take from the browser; those that can be missing or switched off are tried first."""

NEWER = {
    *("at", "allSettled", "any", "findLast", "flat", "flatMap", "fromEntries", "groupBy", "hasOwn", "matchAll"),
    *("padEnd", "padStart", "replaceAll", "toReversed", "toSorted", "trimEnd", "trimStart", "values", "finally", "description"),
    *("checkVisibility", "isConnected", "replaceChildren", "requestSubmit", "scrollIntoViewIfNeeded", "toggleAttribute"),
    *("randomUUID", "sendBeacon", "showModal", "inert", "isSecureContext", "userAgentData", "visualViewport", "subtle"),
}  # fmt: skip
"""Members that browsers learnt after 2018, or that want https."""

PROPERTIES = {
    *("-webkit-appearance", "-webkit-text-size-adjust", "appearance", "background", "border", "border-bottom"),
    *("border-color", "border-left", "border-radius", "bottom", "box-shadow", "box-sizing", "clip", "color", "content"),
    *("cursor", "display", "flex", "flex-wrap", "font", "font-size", "font-style", "font-variant-numeric", "font-weight"),
    *("height", "justify-content", "left", "letter-spacing", "line-height", "list-style", "margin", "margin-left"),
    *("margin-top", "max-width", "min-height", "min-width", "outline", "outline-offset", "overflow", "overflow-wrap"),
    *("padding", "padding-left", "padding-top", "position", "right", "text-align", "text-size-adjust", "top"),
    *("white-space", "width", "word-wrap", "z-index"),
}  # fmt: skip

OPTIONAL = {"accent-color", "scroll-padding-top"}
"""Properties that old browsers skip and nobody misses."""

PSEUDO = {":root", ":checked", ":focus", ":not", "::after"}
AT_RULES = {"(prefers-color-scheme:dark)", "(forced-colors:active)", "print"}
FUNCTIONS = {"calc", "rect", "var"}
UNITS = {"", "%", "em", "px", "rem"}
KEYWORDS = {
    "position": {"absolute", "relative", "-webkit-sticky", "sticky"},
    "display": {"block", "inline-block", "flex", "none"},
}


def parsed(source: str) -> dict[str, Any]:
    """Return the syntax tree of an ES2015 script, or {"error": …}."""
    node, _ = compute_driver_executable()
    done = subprocess.run(
        [node, "--expose-internals", "-e", PARSER], input=source, capture_output=True, encoding="utf-8", timeout=60, check=True
    )  # fmt: skip
    tree: dict[str, Any] = json.loads(done.stdout)
    return tree


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every node of a syntax tree."""
    if isinstance(tree, list):
        for part in tree:
            yield from nodes(part)
    elif isinstance(tree, dict):
        if "type" in tree:
            yield tree
        for part in tree.values():
            yield from nodes(part)


def names(tree: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Return the names a script takes from outside, and the members it uses."""
    everything = list(nodes(tree))
    members = {
        id(one["property"]): one["property"]["name"]
        for one in everything
        if one["type"] == "MemberExpression" and not one["computed"]
    }
    keys = {id(one["key"]) for one in everything if one["type"] == "Property" and not one["computed"]}
    declared = {
        one["id"]["name"]
        for one in everything
        if one["type"] in ("VariableDeclarator", "FunctionDeclaration", "FunctionExpression") and one["id"]
    }
    declared |= {
        param["name"] for one in everything if one["type"].startswith("Function") for param in one["params"]
    }
    declared |= {one["param"]["name"] for one in everything if one["type"] == "CatchClause"}
    used = {
        one["name"]
        for one in everything
        if one["type"] == "Identifier" and id(one) not in members.keys() | keys
    }
    return used - declared, set(members.values())  # fmt: skip


@pytest.mark.parametrize("script", [SCRIPT, DONE], ids=["page", "done"])
def test_the_script_is_es2015_and_knows_old_browsers_only(script: str) -> None:
    tree = parsed(script)
    assert "error" not in tree
    outside, members = names(tree)
    assert outside - GLOBALS == set()
    assert members & NEWER == set()


@pytest.mark.parametrize(
    "newer", ["a?.b", "a ?? b", "a **= 2", "async function f() {}", "x = {...y}", "try {} catch {}", "a ||= b"]
)  # fmt: skip
def test_a_script_in_a_newer_language_would_be_found(newer: str) -> None:
    assert "error" in parsed(newer)
    assert "error" not in parsed("let a = (b) => `c${b}`;")  # 2015 itself is let through


def test_a_newer_name_would_be_found() -> None:
    outside, members = names(parsed("structuredClone(a.replaceAll('b', c)); var a, c;"))
    assert outside == {"structuredClone"}
    assert "replaceAll" in members


def rules(style: str) -> Iterator[tuple[str, str, str]]:
    """Yield the at-rule, the selector and the declarations of each rule; fails on nesting."""
    around, at = "", 0
    for found in re.finditer(r"([^{}]*)([{}])", style):
        text, end = found[1].strip(), found[2]
        if end == "{":
            if text.startswith("@"):
                assert around == "", f"nested: {text}"
                around = text
            else:
                assert at == 0, f"nested: {text}"
                selector, at = text, 1
        elif at:
            at = 0
            yield around, selector, text
        else:
            around = ""


def test_the_style_keeps_to_what_old_browsers_know() -> None:
    unknown = []
    for around, selector, declarations in rules(STYLE):
        if around and around.removeprefix("@media ") not in AT_RULES:
            unknown.append(around)
        if ":not(:focus-visible)" in selector:
            # An old browser drops the whole rule: it may take away a ring for those who point, and nothing else.
            assert declarations == "outline:0"
            continue
        unknown += [pseudo for pseudo in re.findall(r"::?[a-z-]+", selector) if pseudo not in PSEUDO]
        unknown += re.findall(r":not\(([^)]*[ ,>~+][^)]*)\)", selector)  # more than one simple selector
        unknown += list(_unknown(declarations))
    assert unknown == []


def _unknown(declarations: str) -> Iterator[str]:
    words = re.sub(r'"[^"]*"', "", declarations)
    for declaration in words.split(";"):
        name, _, value = declaration.partition(":")
        if not name.startswith("--") and name not in PROPERTIES | OPTIONAL:
            yield name
        if value.replace("!important", "") not in KEYWORDS.get(name, {value}):
            yield declaration
        yield from (function for function in re.findall(r"([a-z-]+)\(", value) if function not in FUNCTIONS)
        numbers = re.findall(r"(?<![\w#.-])-?\d*\.?\d+([a-z%]*)", re.sub(r"#[0-9a-f]+|--[a-z]+", "", value))
        yield from (unit for unit in numbers if unit not in UNITS)
    if "position:sticky" in words and "position:-webkit-sticky;position:sticky" not in words:
        yield "position:sticky"


@pytest.mark.parametrize(
    "newer",
    [
        ".a{display:flex;gap:1rem}", ".a{display:grid}", ".a{inset:0}", ".a{aspect-ratio:1}", ".a{height:100dvh}",
        ".a{width:min(1px,2px)}", ".a{color:color-mix(in srgb,red,blue)}", ".a{padding-inline:1px}", ".a{position:sticky}",
    ],
)  # fmt: skip
def test_a_newer_style_would_be_found(newer: str) -> None:
    ((_, _, declarations),) = rules(newer)
    assert list(_unknown(declarations))


FOLDER = Path(__file__).parents[3] / "surveyapp" / "respond"


def shape(tree: Any, names: list[str]) -> Any:
    """Return a syntax tree without places and with names numbered as they come, members and keys by themselves."""
    if isinstance(tree, list):
        return [shape(part, names) for part in tree]
    if not isinstance(tree, dict):
        return tree
    kept = {key: part for key, part in tree.items() if key not in ("start", "end", "raw")}
    fixed = {"MemberExpression": "property", "Property": "key"}.get(tree.get("type", ""), "")
    if fixed and not tree["computed"]:
        kept[fixed] = [tree[fixed].get("name"), tree[fixed].get("value")]
    if tree.get("type") == "Identifier":
        names.append(tree["name"])
        return ["Identifier", "outside" if tree["name"] in GLOBALS else names.index(tree["name"])]
    return {key: shape(part, names) for key, part in kept.items()}


@pytest.mark.parametrize("name", ["page.js", "done.js"])
def test_the_shrunken_script_is_the_same_program(name: str) -> None:
    source = (FOLDER / name).read_text("utf-8")
    long, short = parsed(source), parsed(shrink(source))
    written: list[str] = []
    got: list[str] = []
    assert shape(long, written) == shape(short, got)
    assert len(set(written)) == len(set(got))
    assert names(long) == names(short)
    assert len(shrink(source)) < 0.7 * len(source)


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("var long = 1; // why\nlong++;", "var a=1;a++;"),
        ("function one(two) { return two + +two - -two; }", "function b(a){return a+ +a- -a;}"),
        ('var text = \'"\'; var url = "a // b";', 'var a=\'"\';var b="a // b";'),
        (
            'var a = {key: key, b: 1}, key = 2; a.key = /[/"]x/g.test(key);',
            'var c={key:a,b:1},a=2;c.key=/[/"]x/g.test(a);',
        ),
        ("for (var one in two) { var i = 4 / 2 / one; }", "for(var a in two){var b=4/2/a;}"),
        ("try { it(); } catch (ignored) { /* off */ }", "try{it();}catch(a){}"),
        ("var long = yes ? no : long;", "var a=yes?no:a;"),
    ],
)
def test_scripts_are_shrunk(written: str, short: str) -> None:
    assert shrink(written.replace("'\"'", '"\\""')) == short.replace("'\"'", '"\\""')


def test_both_files_are_what_the_page_holds() -> None:
    assert sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".js", ".css")) == [
        "done.js",
        "page.css",
        "page.js",
    ]
