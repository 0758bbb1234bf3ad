"""Speed and memory, measured against the obvious alternative and the limit in one run."""
