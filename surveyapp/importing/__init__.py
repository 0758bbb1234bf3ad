"""Answers from elsewhere: exports of survey services and plain sheets are mapped, shown, judged, and stored whole."""

from surveyapp.importing.commit import Committed, commit, rejected_workbook
from surveyapp.importing.judge import Judged, Order, RowProblem, as_read, is_channel, judge_rows
from surveyapp.importing.mapping import (
    Column,
    ColumnMapping,
    UnfitMappingError,
    as_yaml,
    corrected,
    mapped,
    propose,
    read_yaml,
    remarks,
)
from surveyapp.importing.sources import SOURCES
from surveyapp.importing.table import Table, UnfitFileError, read_table

__all__ = [
    "SOURCES", "Column", "ColumnMapping", "Committed", "Judged", "Order", "RowProblem", "Table", "UnfitFileError",
    "UnfitMappingError", "as_read", "as_yaml", "commit", "corrected", "is_channel", "judge_rows", "mapped", "propose",
    "read_table", "read_yaml", "rejected_workbook", "remarks",
]  # fmt: skip
