"""Reads a respondent's page as a browser without scripts would: its fields in order, its labels, its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br"})


@dataclass(kw_only=True)
class Field:
    """One field of the form."""

    name: str
    kind: str
    value: str
    id: str
    is_checked: bool
    attributes: dict[str, str]


@dataclass(kw_only=True)
class Page:
    """A page that was read."""

    source: str
    fields: list[Field] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    legends: list[str] = field(default_factory=list)
    boxes: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    language: str = ""
    text: str = ""
    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """Return the value of a field that stands there once."""
        (found,) = [one for one in self.fields if one.name == name]
        return found.value

    def values(self, name: str) -> list[str]:
        """Return all values a group of options can take."""
        return [one.value for one in self.fields if one.name == name]

    def checked(self, name: str) -> list[str]:
        """Return the values that are ticked."""
        return [one.value for one in self.fields if one.name == name and one.is_checked]

    @property
    def names(self) -> list[str]:
        """Return the names of the fields, each once, in order."""
        return list(dict.fromkeys(one.name for one in self.fields))


class _Reader(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.page = Page(source=source)
        self.open: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        page = self.page
        if "id" in given:
            page.ids.append(given["id"])
        if tag == "html":
            page.language = given["lang"]
        if tag == "a":
            page.links.append(given["href"])
        if "data-item" in given:
            page.boxes[given["data-item"]] = given | {"tag": tag}
        if tag in ("input", "textarea"):
            page.fields.append(
                Field(
                    name=given["name"],
                    kind=given.get("type", tag),
                    value=given.get("value", ""),
                    id=given.get("id", ""),
                    is_checked="checked" in given,
                    attributes=given,
                )
            )
        if tag not in VOID:
            self.open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        assert [name for name, _ in self.open][-1:] == [tag], f"</{tag}> closes nothing"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        page, tag = self.page, (self.open[-1][0] if self.open else "")
        inside = [name for name, _ in self.open]
        if tag == "script":
            page.scripts.append(data)
        elif tag == "style":
            page.styles.append(data)
        elif tag == "textarea":
            page.fields[-1].value += data.removeprefix("\r\n").removeprefix("\n")
        else:
            page.text += data
        if "legend" in inside:
            page.legends.append(data)
        for name, attributes in self.open:
            if name == "label":
                page.labels[attributes["for"]] = (page.labels.get(attributes["for"], "") + data).strip()


def read(source: str) -> Page:
    """Read a page; fails if its tags are not closed in order."""
    reader = _Reader(source)
    reader.feed(source)
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    return reader.page
