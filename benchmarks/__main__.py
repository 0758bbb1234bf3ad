"""`make bench`: every measurement of this project, one after another; exit status 1 if one misses its mark."""

import sys

from benchmarks import serving

sys.exit(serving.main())
