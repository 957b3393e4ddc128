"""Excel workbooks: the cells of one sheet as text, without loss, and where they stand.

What a cell shows is read, never what it would compute: a formula is the value that
was saved with it, a link is its text, and nothing is followed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from data.errors import InputError
from data.imports import limits
from data.imports.csv_text import TOLD_EVERY, Record, numbered
from data.imports.mapping import FileSpec
from data.imports.progress import Tell
from data.imports.workbook_safety import require_cells, require_safe

WORKBOOK_SUFFIXES: Final = (".xlsx", ".xlsm", ".xls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook.

    Attributes
    ----------
    name : str
        Its name.
    others : tuple of str
        Sheets of the workbook with contents that are not read.
    names : tuple of str
        The column names.
    header_row : int
        Row that holds them, counted from 1.
    """

    name: str
    others: tuple[str, ...]
    names: tuple[str, ...]
    header_row: int
    _sheet: CalamineSheet

    def records(self, tell: Tell | None = None) -> Iterator[Record]:
        """Yield the rows below the header, sound or broken; empty rows are passed over."""
        n_columns = len(self.names)
        for number, cells in _rows(self._sheet):
            if tell and number % TOLD_EVERY == 0:
                tell(number / self._sheet.total_height)
            if number <= self.header_row or not any(cells):
                continue
            while len(cells) > n_columns and not cells[-1]:
                cells.pop()
            if len(cells) <= n_columns:
                yield Record(line=number, cells=cells + [""] * (n_columns - len(cells)))
            else:
                yield Record(
                    line=number,
                    cells=[],
                    problem=f"has a cell in column {len(cells)}, where the header names {n_columns}",
                    fix="name the column in the header, or empty the cell",
                    text=" ".join(cells),
                )


def open_sheet(path: Path, spec: FileSpec) -> Sheet:
    """Open the sheet that `spec` names, or the first visible one with a header.

    Raises
    ------
    InputError
        If the workbook is refused (see `require_safe`), cannot be read, or has no such sheet.
    """
    require_safe(path)
    try:
        with path.open("rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
            return _chosen(path, workbook, spec)
    except python_calamine.PasswordError as error:
        raise InputError(
            f"{path.name}: is protected by a password; save it without one, or save the sheet as CSV"
        ) from error
    except python_calamine.CalamineError as error:
        raise _unreadable(path, error) from error
    except BaseException as error:  # a panic of the reader is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(path, "its parts contradict each other") from error


def _unreadable(path: Path, reason: object) -> InputError:
    return InputError(
        f"{path.name}: cannot be read as a workbook ({reason}); open it in Excel and save it again, or save the sheet as CSV"
    )


def _chosen(path: Path, workbook: CalamineWorkbook, spec: FileSpec) -> Sheet:
    names = workbook.sheet_names
    if spec.sheet is not None and spec.sheet not in names:
        raise InputError(f"{path.name}: has no sheet {spec.sheet!r}; its sheets are {', '.join(names)}")
    visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    found: Sheet | None = None
    others = []
    for name in [spec.sheet] if spec.sheet is not None else visible:
        sheet = workbook.get_sheet_by_name(name)
        require_cells(path, math.prod(end + 1 for end in sheet.end or ()))
        header = _header(sheet, spec.header_line)
        if found is None and header is not None:
            row, columns = header
            limits.require_columns(path.name, len(columns))
            found = Sheet(name=name, others=(), names=numbered(columns), header_row=row, _sheet=sheet)
        elif header is not None:
            others.append(name)
    if found is None:
        where = f"sheet {spec.sheet!r}" if spec.sheet is not None else "none of its sheets"
        raise InputError(f"{path.name}: {where} has a header row; the first row must name the columns")
    return replace(found, others=tuple(others))


def _header(sheet: CalamineSheet, header_line: int) -> tuple[int, list[str]] | None:
    """Return the first row from `header_line` on that is not empty, and its cells."""
    for number, cells in _rows(sheet):
        if number >= header_line and any(cells):
            while not cells[-1]:
                cells.pop()
            return number, cells
    return None


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    if sheet.start is None:
        return
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, [as_text(cell) for cell in row]


def as_text(cell: Any) -> str:
    """Return a cell as the text that parses to the same value."""
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
        case datetime():
            is_day = cell.time() == time()
            return cell.date().isoformat() if is_day else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            minutes, seconds = divmod(int(cell.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return str(cell)
