"""Rejected rows as files: original columns plus the reason, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Final

import pandas as pd

from data.imports.checking import KEPT, Checked
from data.imports.report import ImportReport
from data.imports.scratch import Scratch, literal
from data.imports.source import REASON_COLUMN, REJECTS_SUFFIX, Source

LINE_COLUMN: Final = "leadcal_line"
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def collect_rejects(checked: Checked, sources: list[Source], scratch: Scratch) -> dict[str, pd.DataFrame]:
    """Return the rejected rows of each file in its own columns, with their line and the reason."""
    rejects = {}
    reasons = _reasons(checked)
    for source in sources:
        frame = _rejected_rows(checked, source, scratch)
        if source.broken:
            frame = pd.concat([frame, _broken_rows(source, list(frame.columns))], ignore_index=True)
        if len(frame):
            found = [reasons.get((source.name, line), "see the report") for line in frame[LINE_COLUMN]]
            rejects[source.name] = frame.assign(**{REASON_COLUMN: found}).sort_values(LINE_COLUMN, ignore_index=True)
    return rejects


def write_rejects(report: ImportReport, path: Path) -> list[Path]:
    """Write the rejected rows as CSV in UTF-8, and return the files written.

    Cells that a spreadsheet would run as a formula get an apostrophe in front; it
    is taken off again when the file is brought back.

    Parameters
    ----------
    report : ImportReport
        Of an import with rejected rows; without any, nothing is written.
    path : Path
        A file when one file has rejects, else a folder for one file each, called
        ``<name>.rejects.csv``. A path that ends in ``.csv`` is a file.
    """
    if len(report.rejects) == 1 and path.suffix.lower() == ".csv":
        targets = {path: next(iter(report.rejects.values()))}
    else:
        targets = {path / f"{Path(name).stem}{REJECTS_SUFFIX}.csv": frame for name, frame in report.rejects.items()}
    for target, frame in targets.items():
        _write(frame, target)
    return list(targets)


def neutralised(cell: object) -> str:
    """Return a cell as text that no spreadsheet takes for a formula."""
    text = "" if cell is None or cell is pd.NA or cell != cell else str(cell)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _rejected_rows(checked: Checked, source: Source, scratch: Scratch) -> pd.DataFrame:
    names = [name for name in source.names if name not in (LINE_COLUMN, REASON_COLUMN)]
    cells = [f"c{source.names.index(name)}" for name in names]
    if checked.bad is None:
        return pd.DataFrame(columns=[*names, LINE_COLUMN])
    wanted = f"SELECT row FROM read_parquet({literal(str(checked.bad))}) WHERE file = {literal(str(source.path))}"
    rows = scratch.connection.execute(
        f"SELECT {', '.join([*cells, '_row'])} FROM {source.staged()} WHERE _row IN ({wanted}) ORDER BY _row LIMIT {KEPT}"
    ).fetchall()
    lines = source.line_numbers([row[-1] for row in rows]) or [row[-1] + 1 for row in rows]
    return pd.DataFrame(
        [(*row[:-1], line) for row, line in zip(rows, lines, strict=True)], columns=[*names, LINE_COLUMN], dtype=object
    )


def _broken_rows(source: Source, columns: list[str]) -> pd.DataFrame:
    """Return broken lines with all their text in the first column: their cells cannot be told apart."""
    rows = [[record.text, *[None] * (len(columns) - 2), record.line] for record in source.broken[:KEPT]]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _reasons(checked: Checked) -> dict[tuple[str, int], str]:
    reasons: dict[tuple[str, int], str] = {}
    for failure in checked.failures:
        place = (failure.file, failure.line)
        text = f"{failure.column or 'line'}: {failure.problem}; {failure.fix}"
        reasons[place] = f"{reasons[place]} | {text}" if place in reasons else text
    return reasons


def _write(frame: pd.DataFrame, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([neutralised(name) for name in frame.columns])
        for row in frame.itertuples(index=False):
            writer.writerow([neutralised(cell) for cell in row])
    temporary.replace(target)
