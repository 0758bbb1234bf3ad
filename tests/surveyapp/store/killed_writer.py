"""Submits with codes from eight threads and prints the id of each after it was acknowledged, until killed.

Run as `python -m tests.surveyapp.store.killed_writer URL ROUND`.
"""

import os
import sys
import threading

from surveyapp.store import Store
from tests.surveyapp.store.samples import code_hash, submission


def write_forever(store: Store, name: str) -> None:
    number = 0
    while True:
        ids = [f"{name}-{number + step}" for step in range(500)]
        number += 500
        codes = [code_hash(id_) for id_ in ids]
        store.issue_codes("water", codes, purpose="main", channel="code", stratum=None, day="2026-05-01")
        for id_, code in zip(ids, codes, strict=True):
            outcome = store.submit(submission(id=id_, answers=f'{{"q1":"{id_}"}}', code_hash=code))
            # One write of a whole line: the parent never reads half an id.
            os.write(1, f"{id_} {outcome}\n".encode())


def main(url: str, name: str) -> None:
    store = Store.open(url)
    for thread in range(8):
        threading.Thread(target=write_forever, args=(store, f"{name}-{thread}")).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
