"""Invented people: rosters of any size, whose numbers add up to the published strata of the 芝罘 survey."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter

COLUMNS = ("序号", "姓名", "手机号", "补贴类别", "单位")
STRATA = {"生活补贴": 1138, "购房补贴": 262, "留学费用补贴": 2}
"""The people of the 2022 talent subsidies by kind: 1,402 (tests/references, design §1)."""

_SURNAMES, _NAMES = "赵钱孙李周吴郑王冯陈", "一二三四五六七八九十"


def people(strata: dict[str, int] | None = None) -> Iterator[tuple[str, ...]]:
    """Yield invented people, the strata mixed as on a real list."""
    left = dict(strata or STRATA)
    number = 0
    while any(left.values()):
        for stratum in [name for name, count in left.items() if count]:
            number += 1
            left[stratum] -= 1
            name = _SURNAMES[number % 10] + _NAMES[number // 10 % 10] + _NAMES[number // 100 % 10]
            yield str(number), name, f"139{number:08d}", stratum, f"单位{number % 37}"


def as_csv(
    rows: Iterable[Sequence[str]],
    encoding: str = "utf-8-sig",
    columns: Sequence[str] = COLUMNS,
) -> bytes:
    """Return a roster as csv."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([columns, *rows])
    return text.getvalue().encode(encoding)


def as_xlsx(
    path: Path, rows: Iterable[Sequence[str]], columns: Sequence[str] = COLUMNS, *, title: str = ""
) -> Path:
    """Write a roster as xlsx, with a title above it if there is one."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        above = [[title]] if title else []
        for number, row in enumerate([*above, columns, *rows]):
            sheet.write_row(number, 0, row)
    return path
