"""A writer killed at any moment loses nothing that it had acknowledged."""

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from surveyapp.store import Store
from tests.surveyapp.store.samples import query

KILLS = int(os.environ.get("SURVEYAPP_KILLS", "5"))
ROOT = Path(__file__).parents[3]


def run_and_kill(url: str, name: str, seconds: float) -> list[str]:
    """Let a writer write for so long after its first answer, kill it, and return what it had acknowledged."""
    command = [sys.executable, "-m", "tests.surveyapp.store.killed_writer", url, name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        lines += process.stdout.readlines()
        timer.join()
    assert process.returncode != 0
    return [line.split()[0] for line in lines if line.endswith(" stored\n")]


@pytest.mark.slow
@pytest.mark.kill
def test_a_killed_writer_loses_nothing_it_acknowledged(store_url: str) -> None:
    with Store.open(store_url) as store:
        store.publish("water", "v1", "id: water", day="2026-05-01", open_link=True)
    chance = random.Random(20260501)
    acknowledged: set[str] = set()
    for round_ in range(KILLS):
        acknowledged.update(run_and_kill(store_url, str(round_), chance.uniform(0, 0.2)))
    # A server process may still be at work on what a killed client had sent.
    time.sleep(0.5)
    with Store.open(store_url) as store:
        kept = {row.id: row.answers for row in store.responses("water", live=True)}
        used = sum(row.used for row in store.ledger("water"))
        if store_url.startswith("sqlite"):
            assert query(store, "PRAGMA integrity_check") == [("ok",)]
    assert len(acknowledged) >= KILLS
    assert acknowledged <= kept.keys()
    assert all(answers == f'{{"q1":"{id_}"}}' for id_, answers in kept.items())
    assert used == len(kept)
