"""100,000 responses of 30 items as a workbook, its coded data, csv and SPSS: CPU seconds and peak memory, against others.

Each contender is a process of its own; its imports, and making its rows, are not counted. The others are given the rows as they
like them best: pandas a data frame, openpyxl plain lists; ours reads stored responses, parses, judges and shuffles them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROWS = 100_000
MOST_MEMORY = 500
LEAST_RATIO = {"pandas to_excel": 1.5, "openpyxl": 2.5}
FIRST_BYTE = 1.0

_MADE = """
import json, random, resource, sys, time
from pathlib import Path
from questionnaires.model import Questionnaire
from surveyapp.store import StoredResponse
rows, out, lines = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
scale = {"options": [{"code": c, "label": l, "value": v} for c, l, v in
    zip("ABCD", ("非常满意", "满意", "一般", "不满意"), ("100", "80", "60", "0"))]}
items = [{"id": f"q{n}", "kind": "single", "text": f"您对第 {n} 项服务是否满意？", "scale": "s"} for n in range(1, 29)]
items += [{"id": "why", "kind": "multiple", "text": "哪些方面要改进？",
        "options": [{"code": c, "label": f"方面{c}"} for c in "ABCDEF"]},
    {"id": "words", "kind": "text", "text": "意见或建议"}]
names = [f"q{n}" for n in range(1, 29)]
questionnaire = Questionnaire.model_validate({"id": "big", "title": "大调查", "organiser": "局", "purpose": "试",
    "scales": {"s": scale}, "sections": [{"id": "a", "title": "一", "items": items}],
    "measures": {"m": {"title": "满意度", "kind": "satisfaction_score", "items": names}}})
questionnaire._version = "v" * 64
pick = random.Random(5)
def response(n):
    answers = {name: "AABBC"[int(pick.random() * 5)] for name in names}
    answers["why"] = [c for c in "ABCDEF" if pick.random() < 0.3] or ["A"]
    words = json.dumps({"words": f"第{n}份：希望再快一些"}, ensure_ascii=False) if pick.random() < 0.3 else ""
    return StoredResponse(id=f"{n:032x}", survey="big", version="v" * 64, channel="link", stratum=None, validity="", flags="",
        answers=json.dumps(answers, separators=(",", ":")), open_text=words, day="2026-09-01")
def responses():
    pick.seed(5)
    return map(response, range(rows))
"""

_END = """
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"cpu": round(taken, 2), "memory": round(memory), **more}))
"""

_ANSWERS = """
from analysis import Pattern, PatternTable
from surveyapp.deliver.rows import Answers
with open(lines, "w") as file:
    file.writelines(json.dumps([r.answers, r.open_text]) + "\\n" for r in responses())
def stored():
    with open(lines) as file:
        for n, line in enumerate(file):
            answers, words = json.loads(line)
            yield StoredResponse(id=f"{n:032x}", survey="big", version="v" * 64, channel="link", stratum=None, validity="",
                flags="", answers=answers, open_text=words, day="2026-09-01")
table = PatternTable.of(Pattern(answers=r.answers, count=1, version=r.version, channel=r.channel) for r in stored())
source = Answers(questionnaire=questionnaire, table=table, responses=stored, day="2026-09-01")
"""

_CODED = """
from surveyapp.deliver import datasheets
from surveyapp.deliver.workbook import _book
from surveyapp.deliver.sheets import Plain
start, more = time.process_time(), {}
with _book(out, "x") as book:
    datasheets.coded_sheet(Plain(book=book, questionnaire=questionnaire), source)
taken = time.process_time() - start
"""

_WORKBOOK = """
from analysis import Fieldwork, evaluate
from surveyapp.deliver.dossier import Dossier
from surveyapp.deliver.workbook import workbook
from surveyapp.store import Survey
start, more = time.process_time(), {}
survey = Survey(slug="big", state="closed", version="v" * 64, opens_on=None, closes_on=None, open_link=True, distributed=None)
report = evaluate(questionnaire, table, Fieldwork(distributed=rows))
more = {"report": round(time.process_time() - start, 2)}
start = time.process_time()
workbook(Dossier(survey=survey, questionnaire=questionnaire, source="", report=report, table=table, responses=stored,
    day="2026-09-01"), out)
taken = time.process_time() - start
"""

_CSV = """
from surveyapp.deliver.datafiles import csv_file
start, clock = time.process_time(), time.perf_counter()
with open(out, "wb") as file:
    chunks = csv_file(source)
    file.write(next(chunks))
    head = time.perf_counter() - clock
    file.write(next(chunks))
    more = {"header": round(head, 2), "rows": round(time.perf_counter() - clock, 2)}
    file.writelines(chunks)
taken = time.process_time() - start
"""

_SAV = """
from surveyapp.deliver.datafiles import sav_file
start, more = time.process_time(), {}
sav_file(source, out)
taken = time.process_time() - start
"""

_LISTS = """
more = {}
def cells(r):
    answers, words = json.loads(r.answers), json.loads(r.open_text) if r.open_text else {}
    several = [int(c in answers["why"]) for c in "ABCDEF"]
    return [*(answers[n] for n in names), *several, words.get("words"), None, "link", r.version, None, None]
head = [*names, *(f"why.{c}" for c in "ABCDEF"), "words", "_stratum", "_channel", "_version", "_invalid", "_flags"]
data = [cells(r) for r in responses()]
"""

_PANDAS = """
import pandas
frame = pandas.DataFrame(data, columns=head)
del data
start = time.process_time()
frame.to_excel(out, index=False)
taken = time.process_time() - start
"""

_OPENPYXL = """
from openpyxl import Workbook
start = time.process_time()
book = Workbook(write_only={only})
page = book.create_sheet() if {only} else book.active
page.append(head)
for row in data:
    page.append(row)
book.save(out)
taken = time.process_time() - start
"""

CONTENDERS = {
    "coded data, ours": (_MADE, _ANSWERS, _CODED),
    "pandas to_excel": (_MADE, _LISTS, _PANDAS),
    "openpyxl": (_MADE, _LISTS, _OPENPYXL.replace("{only}", "False")),
    "openpyxl write-only": (_MADE, _LISTS, _OPENPYXL.replace("{only}", "True")),
    "workbook, ours": (_MADE, _ANSWERS, _WORKBOOK),
    "csv, ours": (_MADE, _ANSWERS, _CSV),
    "sav, ours": (_MADE, _ANSWERS, _SAV),
}


def main(rows: int = ROWS) -> int:
    """Measure, print, and return 1 if a ratio, the memory or the first byte misses its mark."""
    print(
        f"{rows:,} responses × 30 items, CPU seconds and peak memory of the process, imports and making the rows excluded"
    )
    found = {name: _measured(name, rows) for name in CONTENDERS}
    ours = found["coded data, ours"]["cpu"]
    missed = []
    for name, least in LEAST_RATIO.items():
        ratio = found[name]["cpu"] / ours
        print(f"  coded data against {name}: {ratio:.1f} times faster (mark {least})")
        missed += [name] if ratio < least else []
    print(
        f"  coded data against openpyxl write-only: {found['openpyxl write-only']['cpu'] / ours:.1f} times faster"
    )
    missed += ["memory"] if found["workbook, ours"]["memory"] >= MOST_MEMORY else []
    missed += ["first byte"] if found["csv, ours"]["header"] >= FIRST_BYTE else []
    print(
        f"  workbook below {MOST_MEMORY} MiB, csv's first byte within {FIRST_BYTE} s: {', '.join(missed) or 'all within'}"
    )
    return 1 if missed else 0


def _measured(name: str, rows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        ending = {"csv, ours": "csv", "sav, ours": "sav"}.get(name, "xlsx")
        path = Path(folder, f"out.{ending}")
        found = _run(
            "".join((*CONTENDERS[name], _END)), [str(rows), str(path), str(Path(folder, "rows.jsonl"))]
        )
        found["size"] = round(path.stat().st_size / 2**20, 1)
    print(f"  {name:<20} " + "  ".join(f"{key} {value}" for key, value in found.items()))
    return found


def _run(program: str, arguments: Sequence[str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
