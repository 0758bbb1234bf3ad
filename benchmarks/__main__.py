"""`make bench`: every measurement of this project, one after another; exit status 1 if one misses its mark."""

import sys

from benchmarks import evaluating, exporting, grouping, serving

failures = [one.__name__ for one in (serving, evaluating, grouping, exporting) if one.main()]
if failures:
    sys.exit(f"missed its mark: {', '.join(failures)}")
