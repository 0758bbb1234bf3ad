"""Serves the bare application as `surveyapp serve` serves its own: granian, one process, the same number of threads."""

import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces

from surveyapp.config import Config

if __name__ == "__main__":
    Granian(
        "benchmarks.bare:application",
        factory=True,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=Config.threads,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    ).serve()
