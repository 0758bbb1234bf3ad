"""Ten million rows from one parquet file to a report, in CPU seconds and peak memory, against others.

Each contender is a process of its own that reads the same file; its imports and start are not counted. `svy` and R `survey`
are measured if they are installed. Both compute less than the report: means and standard errors of the items and the composite,
overall and by stratum, stratified with finite population correction.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

DEFINITION = "questionnaires/library/zhifu-2022.yaml"
ROWS = 10_000_000
MOST_MEMORY = 1024
LEAST_RATIO = {"svy": 20, "R survey": 100}
SCORED = ("policy_awareness", "notice", "criteria", "procedure", "review", "payment")
PEOPLE = {"A": 11_380_000, "B": 2_620_000}

_END = """
import resource
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"cpu": time.process_time() - start, "memory": memory}))
"""

OURS = """
import json, sys, time
from pathlib import Path
from pyarrow import parquet
from analysis import Fieldwork, evaluate
from questionnaires.build import load_good
from surveyapp import streaming
if sys.argv[3] == "arrow":
    streaming._by_duckdb = lambda *arguments: None
else:
    import duckdb
questionnaire = load_good(sys.argv[2])
start = time.process_time()
report = evaluate(questionnaire, streaming.read_all([Path(sys.argv[1])], questionnaire).table, Fieldwork())
"""

SVY = """
import json, sys, time
import polars as pl, svy
values, people = {"A": 100.0, "B": 80.0, "C": 60.0, "D": 0.0}, json.loads(sys.argv[2])
names = sys.argv[3].split(",")
start = time.process_time()
frame = pl.read_parquet(sys.argv[1])
frame = frame.with_columns([pl.col(n).replace_strict(values, return_dtype=pl.Float64) for n in names])
frame = frame.with_columns(composite=pl.mean_horizontal(names[1:]), n_h=pl.len().over("subsidy"),
    people=pl.col("subsidy").replace_strict(people, return_dtype=pl.Float64))
frame = frame.with_columns(weight=pl.col("people") / pl.col("n_h"))
sample = svy.Sample(data=frame, design=svy.Design(stratum="subsidy", wgt="weight", pop_size="people"))
found = {n: (sample.estimation.mean(y=n), sample.estimation.mean(y=n, by="subsidy")) for n in [*names, "composite"]}
"""

R = """
suppressPackageStartupMessages({library(survey); library(arrow); library(jsonlite)})
args <- commandArgs(TRUE); start <- sum(proc.time()[1:2])
d <- as.data.frame(read_parquet(args[1])); names <- strsplit(args[3], ",")[[1]]
values <- c(A=100, B=80, C=60, D=0); people <- unlist(fromJSON(args[2]))
for (n in names) d[[n]] <- values[d[[n]]]
d$composite <- rowMeans(d[, names[-1]]); d$people <- people[d$subsidy]
s <- svydesign(ids=~1, strata=~subsidy, fpc=~people, data=d)
f <- as.formula(paste("~", paste(c(names, "composite"), collapse="+")))
m <- svymean(f, s); se <- SE(m); g <- svyby(f, ~subsidy, s, svymean)
cat(toJSON(list(cpu=sum(proc.time()[1:2]) - start, memory=0), auto_unbox=TRUE))
"""


def main() -> int:
    """Measure, print, and return 1 if it takes too much memory or a peer that is there is not left behind far enough."""
    if importlib.util.find_spec("pyarrow") is None:
        print("grouping: not measured; needs pip install 'surveyapp[parquet]'")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        _write(path)
        print(f"{ROWS:,} rows from parquet to a report, CPU seconds and peak MB, imports excluded")
        measured = {name: _run(command) for name, command in _contenders(path).items()}
    found = {name: one for name, one in measured.items() if one is not None}
    for name, one in found.items():
        print(f"  {name:<16} {one['cpu']:8.2f} s {one['memory']:8.0f} MB")
    missing = [name for name in LEAST_RATIO if name not in found]
    for name in missing:
        print(f"  {name:<16} not measured")
    return _judged(found)


def _judged(found: Mapping[str, Mapping[str, float]]) -> int:
    own = [one for name, one in found.items() if name.startswith("surveyapp")]
    if not own:
        return 1
    best, memory = min(one["cpu"] for one in own), max(one["memory"] for one in own)
    bad = memory >= MOST_MEMORY
    print(f"less than {MOST_MEMORY} MB: {'no' if bad else 'yes'}")
    for name, least in LEAST_RATIO.items():
        if name in found:
            ratio = found[name]["cpu"] / best
            bad |= ratio < least
            print(
                f"{name}: {ratio:.0f} times as many CPU seconds (at least {least}: {'yes' if ratio >= least else 'no'})"
            )
    return 1 if bad else 0


def _contenders(path: Path) -> dict[str, list[str]]:
    python, rest = sys.executable, [json.dumps(PEOPLE), ",".join(SCORED)]
    ours = [python, "-c", OURS + _END, str(path), DEFINITION]
    found = {"surveyapp": [*ours, "arrow"]}
    if importlib.util.find_spec("duckdb") is not None:
        found["surveyapp, duckdb"] = [*ours, "duckdb"]
    if svy := _python_with_svy():
        found["svy"] = [svy, "-c", SVY + _END, str(path), *rest]
    if _has_r():
        found["R survey"] = ["Rscript", "-e", R, "--args", str(path), *rest]
    return found


def _python_with_svy() -> str | None:
    """Return a Python that has svy: this one, or the one SVY_PYTHON names (svy brings 600 MB, so it is not in the lock)."""
    return os.environ.get("SVY_PYTHON") or (sys.executable if importlib.util.find_spec("svy") else None)


def _has_r() -> bool:
    rscript = shutil.which("Rscript")
    if rscript is None:
        return False
    there = "q(status = !all(sapply(c('survey', 'arrow', 'jsonlite'), requireNamespace, quietly = TRUE)))"
    return subprocess.run([rscript, "-e", there], capture_output=True, check=False).returncode == 0


def _run(command: list[str]) -> dict[str, float] | None:
    """Return what a contender measured, or None with its last words printed if it failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  failed: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        return None
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _write(path: Path) -> None:
    """Write rows at random, a million at a time."""
    import pyarrow
    from pyarrow import parquet

    pick = random.Random(2022)
    writer = None
    for _ in range(10):
        size = ROWS // 10
        columns = {"subsidy": pick.choices("AB", (8, 2), k=size)}
        columns |= {item: pick.choices("ABCD", (3, 4, 2, 1), k=size) for item in SCORED}
        table = pyarrow.table(columns)
        writer = writer or parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


if __name__ == "__main__":
    sys.exit(main())
