"""Numbers: answers in, report out.

    from analysis import Fieldwork, Pattern, PatternTable, evaluate
    from questionnaires.build import load_good

    questionnaire = load_good("questionnaires/library/zhifu-2022.yaml")
    report = evaluate(questionnaire, table, Fieldwork(distributed=60))
    report.measures["satisfaction"].exact     # a Fraction of 1
    report.indicators["satisfaction"].score   # points, a Fraction

No Flask, no database, no clock, no locale, no rounding.
"""

from analysis.evaluation import evaluate
from analysis.patterns import Pattern, PatternTable
from analysis.rates import Fieldwork
from analysis.report import Estimate, Report
from analysis.tallies import Tallies
from analysis.validity import judge

__all__ = ["Estimate", "Fieldwork", "Pattern", "PatternTable", "Report", "Tallies", "evaluate", "judge"]
