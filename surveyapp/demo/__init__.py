"""The demo: the 芝罘 2022 survey with synthetic answers, served on this machine (`show.run`).

The 56 rows are synthetic: `rows.csv` is drawn by `make_rows.py` from the published marginals with a fixed seed.
"""
