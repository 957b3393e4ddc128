"""What is wrong with a row, in one line that says where, what, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from data.contract import Column, Kind
from data.imports.expressions import FIRST_YEAR, LAST_YEAR, CellSql
from data.imports.masking import is_personal_name, masked
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
        The cell as it stands in the file, but for what may identify a person.
    problem, fix : str
        What is wrong, and what to do.
    code : str
        ``missing``, ``unmapped``, ``not_a_choice``, ``too_small``, ``unparsable``,
        ``contradiction`` or ``broken_line``.
    target : str or None
        Table and column of the contract, as ``leads.created_at``.
    expected : str
        What would be right: the choices, the minimum, or the forms of dates.
    """

    file: str
    place: str
    line: int
    column: str | None
    value: str | None
    problem: str
    fix: str
    code: str
    target: str | None = None
    expected: str = ""

    @property
    def text(self) -> str:
        """The failure in one line."""
        column = f", column {self.column}" if self.column else ""
        return " ".join(f"{self.file} {self.place} {self.line}{column}: {self.problem}; {self.fix}".split())


FAILURE_COLUMNS: Final = ("file", "line", "column", "value", "code", "target", "expected", "problem", "fix", "text")


def failure_frame(failures: Iterable[Failure]) -> pd.DataFrame:
    """Return failures as a frame with the columns `FAILURE_COLUMNS`, in the order of the files' lines."""
    rows = [tuple(getattr(failure, name) for name in FAILURE_COLUMNS) for failure in failures]
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS))


def shown(value: str | None) -> str:
    """Return a value as a message quotes it."""
    text = " ".join((value or "").split())
    return repr(text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is wrong with a cell, for a person, with nothing in it that names one."""

    code: str
    value: str | None
    expected: str
    problem: str
    fix: str


def explain(plan: FeedPlan, cell: CellSql, code: str, value: str | None) -> Explanation:
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
    hidden = masked(value, is_personal=_is_personal(plan, cell))
    problem, fix = _sentences(plan, cell, code, value, shown(hidden))
    return Explanation(code=code, value=hidden, expected=_expected(plan, cell, code), problem=problem, fix=fix)


def _is_personal(plan: FeedPlan, cell: CellSql) -> bool:
    return cell.column.is_personal or cell.cell.is_id or is_personal_name(plan.label(cell))


def _expected(plan: FeedPlan, cell: CellSql, code: str) -> str:
    if code == "not_a_choice":
        return ", ".join(plan.choices(cell))
    if code == "too_small":
        return str(cell.column.minimum)
    return ", ".join(cell.cell.dates) if code == "unparsable" else ""


def _sentences(plan: FeedPlan, cell: CellSql, code: str, value: str | None, text: str) -> tuple[str, str]:
    column = cell.column
    if code == "missing":
        problem = f"{text} means not known" if (value or "").strip() else "is empty"
        return f"{problem}, but {plan.table.name} needs {column.name}", "fill it in, or leave the row out"
    if code == "unmapped":
        return (
            f"{text} is not in the map of {plan.table.name}.{column.name}",
            'add it to the map, or say what others become (others = "keep", "unknown" or { value = "..." })',
        )
    expected = _expected(plan, cell, code)
    if code == "not_a_choice":
        kind = "a stage" if column.name == "stage" else f"a value of {column.name}"
        return f"{text} is not {kind}", f"write one of {expected}, or translate it in a mapping (map = {{ ... }})"
    if code == "too_small":
        return f"{text} is below {expected}", f"{column.name} is at least {expected}; correct it"
    return _unparsable(column, cell, value, text)


def _unparsable(column: Column, cell: CellSql, value: str | None, text: str) -> tuple[str, str]:
    noun = _NOUNS[column.kind]
    if column.kind in (Kind.TIMESTAMP, Kind.DATE) and cell.cell.dates:
        formats = ", ".join(cell.cell.dates)
        return f"{text} is no date of the form {formats}", "correct it, or add its form to dates"
    if cell.cell.values:
        return f"{text} becomes no {noun} by the map", "correct the map of the mapping"
    reading = read_as(value or "", column.kind, cell.cell.time_zone)
    if reading.problem:
        return f"{text} {reading.problem}", reading.fix
    if column.kind in (Kind.TIMESTAMP, Kind.DATE):
        return f"{text} is not between {FIRST_YEAR} and {LAST_YEAR}", "correct it; a year has four digits"
    return f"{text} is no {noun} that can be kept", "correct it; it may be too large"


_NOUNS: Final = {
    Kind.TIMESTAMP: "date",
    Kind.DATE: "date",
    Kind.BOOLEAN: "yes or no",
    Kind.DECIMAL: "number",
    Kind.INTEGER: "whole number",
    Kind.BIGINT: "whole number",
}
