"""What is wrong with a row, in one line that says where, what, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from data.contract import Column, Kind
from data.imports.expressions import FIRST_YEAR, LAST_YEAR, CellSql
from data.imports.plan import FeedPlan
from data.japanese import read_as

SHOWN_CHARACTERS: Final = 60
"""How much of a value a message shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing that is wrong.

    Attributes
    ----------
    file : str
        Name of the file.
    place : str
        "line", or "row" for a Parquet file.
    line : int
        Physical line on which the record begins, or row, counted from 1.
    column : str or None
        Column of the file; None when it concerns the whole line.
    value : str or None
        The cell as it stands in the file.
    problem, fix : str
        What is wrong, and what to do.
    """

    file: str
    place: str
    line: int
    column: str | None
    value: str | None
    problem: str
    fix: str

    @property
    def text(self) -> str:
        """The failure in one line."""
        column = f", column {self.column}" if self.column else ""
        return " ".join(f"{self.file} {self.place} {self.line}{column}: {self.problem}; {self.fix}".split())


FAILURE_COLUMNS: Final = ("file", "line", "column", "value", "problem", "fix", "text")


def failure_frame(failures: Iterable[Failure]) -> pd.DataFrame:
    """Return failures as a frame with the columns `FAILURE_COLUMNS`, in the order of the files' lines."""
    rows = [
        (failure.file, failure.line, failure.column, failure.value, failure.problem, failure.fix, failure.text)
        for failure in failures
    ]
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS))


def shown(value: str | None) -> str:
    """Return a value as a message quotes it."""
    text = " ".join((value or "").split())
    return repr(text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…")


def explain(plan: FeedPlan, cell: CellSql, code: str, value: str | None) -> tuple[str, str]:
    """Return what is wrong with a cell and what to do.

    Parameters
    ----------
    plan : FeedPlan
        The feed that read it.
    cell : CellSql
        Which cell.
    code : str
        A code of `CellSql.checks`.
    value : str or None
        The cell as it stands in the file.
    """
    column = cell.column
    if code == "missing":
        is_blank = not (value or "").strip()
        problem = "is empty" if is_blank else f"{shown(value)} means not known"
        return f"{problem}, but {plan.table.name} needs {column.name}", "fill it in, or leave the row out"
    if code == "unmapped":
        return (
            f"{shown(value)} is not in the map of {plan.table.name}.{column.name}",
            'add it to the map, or say what others become (others = "keep", "unknown" or { value = "..." })',
        )
    if code == "not_a_choice":
        kind = "a stage" if column.name == "stage" else f"a value of {column.name}"
        known = ", ".join(plan.choices(cell))
        return f"{shown(value)} is not {kind}", f"write one of {known}, or translate it in a mapping (map = {{ ... }})"
    if code == "too_small":
        return f"{shown(value)} is below {column.minimum}", f"{column.name} is at least {column.minimum}; correct it"
    return _unparsable(column, cell, value)


def _unparsable(column: Column, cell: CellSql, value: str | None) -> tuple[str, str]:
    text = shown(value)
    if column.kind in (Kind.TIMESTAMP, Kind.DATE) and cell.cell.dates:
        formats = ", ".join(cell.cell.dates)
        return f"{text} is no date of the form {formats}", "correct it, or add its form to dates"
    if cell.cell.values:
        return f"{text} becomes no {_NOUNS[column.kind]} by the map", "correct the map of the mapping"
    reading = read_as(value or "", column.kind, cell.cell.time_zone)
    if reading.problem:
        return f"{text} {reading.problem}", reading.fix
    if column.kind in (Kind.TIMESTAMP, Kind.DATE):
        return f"{text} is not between {FIRST_YEAR} and {LAST_YEAR}", "correct it; a year has four digits"
    return f"{text} is no {_NOUNS[column.kind]} that can be kept", "correct it; it may be too large"


_NOUNS: Final = {
    Kind.TIMESTAMP: "date",
    Kind.DATE: "date",
    Kind.BOOLEAN: "yes or no",
    Kind.DECIMAL: "number",
    Kind.INTEGER: "whole number",
    Kind.BIGINT: "whole number",
}
