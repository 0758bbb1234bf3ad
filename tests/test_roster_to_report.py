"""A roster of 1,402 invented people becomes 60 printed slips; one is scanned from the picture and answered; the books agree."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pypdfium2
import zxingcpp

from surveyapp.fieldwork.codes import hash_code
from surveyapp.store import Store, sqlite_url
from tests.fixtures_server import Installed
from tests.respondents import Respondent
from tests.surveyapp.fieldwork.people import STRATA, as_csv, people

SLUG = "zhifu-2022"
CODES = {"生活补贴": "A", "购房补贴": "B", "留学费用补贴": "C"}
DPI = 300


def scanned(slips: Path) -> list[str]:
    """Return every link that a phone reads from the printed sheets."""
    document = pypdfium2.PdfDocument(slips)
    images = [page.render(scale=DPI / 72).to_pil() for page in document]
    document.close()
    return [found.text for image in images for found in zxingcpp.read_barcodes(image)]


def table(path: Path) -> list[list[str]]:
    rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def test_a_roster_becomes_slips_and_one_of_them_an_answer_in_the_report(
    installed: Callable[..., Installed], tmp_path: Path
) -> None:
    roster, slips, drawn, again = (
        tmp_path / name for name in ("roster.csv", "slips.pdf", "drawn.xlsx", "again.xlsx")
    )
    roster.write_bytes(as_csv(people()))
    assert sum(STRATA.values()) == 1402
    office = installed()
    office.run("publish", "questionnaires/library/zhifu-2022.yaml")
    office.start()
    office.run(
        "draw", SLUG, str(roster), "--n", "60", "--minimum", "2", "--stratum-column", "补贴类别", "--channel", "slip",
        "--seed", "2022", "--slips", str(slips), "--out", str(drawn),
    )  # fmt: skip

    header, *rows = table(drawn)
    links = scanned(slips)
    assert len(links) == len(rows) == 60
    assert sorted(links) == sorted(row[header.index("链接")] for row in rows)

    chosen = next(row for row in rows if row[header.index("补贴类别")] == "购房补贴")
    link = next(one for one in links if one == chosen[header.index("链接")])
    respondent = Respondent(port=office.port, path=urlsplit(link).path)
    assert respondent.fetch() == 200
    status, page = respondent.submit(subsidy=CODES["购房补贴"])
    assert status == 200, page
    assert "谢谢" in page
    assert Respondent(port=office.port, path=urlsplit(link).path).fetch() == 410  # a slip is answered once

    office.run("state", SLUG, "closed")
    assert office.stop() == 0
    report = json.loads(office.run("report", SLUG, "--format", "json"))
    # 60 handed out, one returned and valid
    assert [report["fieldwork"][key] for key in ("distributed", "returned", "valid")] == [60, 1, 1]
    assert report["fieldwork"]["channels"]["slip"]["returned"] == 1
    with Store.open(sqlite_url(office.instance / "survey.db")) as store:
        ledger = {row.stratum: (row.channel, row.issued, row.used) for row in store.ledger(SLUG)}
        # 60 by people, at least two of each: 58 × 1138 ÷ 1400 = 47.1 and 58 × 262 ÷ 1400 = 10.9 beside the two
        assert ledger == {"A": ("slip", 47, 0), "B": ("slip", 11, 1), "C": ("slip", 2, 0)}
        code = store.code(SLUG, hash_code(link.rpartition("/")[2]))
        assert code is not None
        assert (code.state, code.stratum) == ("used", "B")
        (pattern,) = store.patterns(SLUG)
        assert (pattern.stratum, pattern.channel, pattern.count) == ("B", "slip", 1)
        (record,) = store.draws(SLUG)

    office.run("draw", SLUG, str(roster), "--repeat", record.id, "--out", str(again))
    assert table(again) == [row[: len(header) - 4] for row in (header, *rows)]
