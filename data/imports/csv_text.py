"""Reading CSV text line by line: the header, and files the engine refuses.

The engine reads a sound file far faster than this; here is what is needed to
say exactly what is wrong with an unsound one, and on which line.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.imports.limits import require_columns
from data.imports.progress import Tell

MAX_BROKEN_LINES: Final = 10_000
"""A file with more broken lines than this is not taken for CSV."""

TOLD_EVERY: Final = 10_000
"""Records between two times that somebody is told how far the reading is."""

_DELIMITERS: Final = ",;\t|"
_HEADER_LINES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The column names, and how many physical lines they and all above them take."""

    names: tuple[str, ...]
    delimiter: str
    n_lines: int
    is_one_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: its cells, or what is wrong with it.

    `line` is the physical line it begins on, counted from 1; `text` is the line as
    it stands, for a record that is broken.
    """

    line: int
    cells: list[str]
    problem: str = ""
    fix: str = ""
    text: str = ""


def read_header(path: Path, delimiter: str | None, header_line: int) -> Header:
    """Read the header of the UTF-8 file at `path`.

    Raises
    ------
    InputError
        If there is none.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = [line for _, line in zip(range(header_line + _HEADER_LINES), file, strict=False)]
    start = header_line - 1
    while start < len(lines) and not lines[start].strip():
        start += 1
    if start >= len(lines):
        raise InputError(f"{path.name}: has no header line; the first line must name the columns")
    chosen = delimiter or max(_DELIMITERS, key=lambda sign: len(_first_record(lines[start:], sign)[0]))
    names, n_taken = _first_record(lines[start:], chosen)
    require_columns(path.name, len(names))
    return Header(names=numbered(names), delimiter=chosen, n_lines=start + n_taken, is_one_line=n_taken == 1)


def read_records(path: Path, header: Header, tell: Tell | None = None) -> Iterator[Record]:
    """Yield the records below the header, sound or broken; blank lines are passed over.

    `tell` hears now and then which share of the bytes is read.

    Raises
    ------
    InputError
        If so many lines are broken that the file is no CSV.
    """
    n_broken = 0
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
        for number, record in enumerate(_checked(_Lines(file, header.n_lines), header)):
            if tell and number % TOLD_EVERY == 0:
                tell(raw.tell() / path.stat().st_size)
            n_broken += bool(record.problem)
            if n_broken > MAX_BROKEN_LINES:
                raise InputError(
                    f"{path.name} line {record.line}: more than {MAX_BROKEN_LINES:,} lines are broken up to here; "
                    "check that this is a CSV file, and name its delimiter in a mapping (delimiter = ...)"
                )
            yield record


def record_lines(path: Path, header: Header) -> Iterator[int]:
    """Yield the physical line on which each record begins."""
    for record in read_records(path, header):
        yield record.line


class _Lines:
    """Physical lines with their numbers; the lines of a record that failed can be given back."""

    def __init__(self, file: Iterator[str], n_skipped: int) -> None:
        for _ in zip(range(n_skipped), file, strict=False):
            pass
        self.file = file
        self.number = n_skipped
        self.returned: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.returned.popleft() if self.returned else next(self.file)
        self.number += 1
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """Forget the lines taken so far, and return the number of the next."""
        self.taken.clear()
        return self.number + 1

    def give_back_all_but_first(self) -> str:
        first, *rest = self.taken
        self.number -= len(rest)
        self.returned.extendleft(reversed(rest))
        return first


def _checked(lines: _Lines, header: Header) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    n_columns = len(header.names)
    while True:
        line = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            text = lines.give_back_all_but_first()
            reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
            yield Record(line=line, cells=[], problem=_QUOTE_PROBLEM, fix=_QUOTE_FIX, text=text.rstrip("\r\n"))
            continue
        if not cells:
            continue
        yield _fitted(Record(line=line, cells=cells), n_columns, lines.taken)


_QUOTE_PROBLEM: Final = "a quotation mark is not closed, or text follows the closing one"
_QUOTE_FIX: Final = 'write a quotation mark inside a cell twice ("")'


def _fitted(record: Record, n_columns: int, taken: list[str]) -> Record:
    cells = record.cells
    while len(cells) > n_columns and not cells[-1]:
        cells.pop()
    if len(cells) == n_columns:
        return record
    return Record(
        line=record.line,
        cells=[],
        problem=f"has {len(cells)} cells where the header has {n_columns}",
        fix="add the missing cells, or put a cell that holds the delimiter in quotation marks",
        text="".join(taken).rstrip("\r\n"),
    )


def _first_record(lines: list[str], delimiter: str) -> tuple[list[str], int]:
    reader = csv.reader(iter(lines), delimiter=delimiter)
    try:
        names = next(reader)
    except (csv.Error, StopIteration):
        return [], 1
    return names, reader.line_num


def numbered(names: list[str]) -> tuple[str, ...]:
    """Return clean names; a second column of one name is called ``name (2)``."""
    seen: dict[str, int] = {}
    clean = []
    for name in chain(names):
        text = name.strip().strip("\ufeff")
        seen[text] = seen.get(text, 0) + 1
        clean.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return tuple(clean)
