"""One file of an import: all-text cells with their row, whatever the file's format and faults.

A sound CSV file is read by the engine alone. When the engine refuses it, the
encoding is judged over the whole file, and if that is not the reason, the file is
read line by line in Python, which finds out exactly which lines are broken.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import InputError
from data.imports import limits
from data.imports.csv_text import Header, Record, read_header, read_records, record_lines
from data.imports.encodings import CHUNK, Encoding, decode_to_utf8, find_encoding, quick_encoding, require_encoding
from data.imports.mapping import FileSpec
from data.imports.scratch import Scratch, literal, parquet
from data.imports.workbooks import WORKBOOK_SUFFIXES, Sheet, open_sheet

CSV_SUFFIXES: Final = (".csv", ".tsv", ".txt")
PARQUET_SUFFIXES: Final = (".parquet", ".pq")

REASON_COLUMN: Final = "leadcal_reason"
"""Added to rejected rows; a file that has it was written by us and had formulas neutralised."""

REJECTS_SUFFIX: Final = ".rejects"
"""What the name of a file of rejected rows has before its last dot."""

_BATCH: Final = 50_000
_BEGINNING: Final = 10_000


class Source:
    """A file under import.

    Attributes
    ----------
    path : Path
        The file as it was given.
    names : tuple of str
        Its column names; cell number `i` of the relations is called ``c<i>``.
    is_parquet, is_workbook : bool
        True for Parquet and for Excel, whose places are rows rather than lines.
    sheet : Sheet or None
        Which sheet of a workbook is read.
    encoding : Encoding or None
        None for Parquet and workbooks.
    n_known : int or None
        Number of its records, when the engine has read it without staging.
    broken : list of Record
        Records whose cells could not be told apart; known once the file was read.
    """

    def __init__(self, path: Path, spec: FileSpec, scratch: Scratch) -> None:
        self.path = path
        self.spec = _settings(path, spec)
        self.scratch = scratch
        self.is_parquet = path.suffix.lower() in PARQUET_SUFFIXES
        self.is_workbook = path.suffix.lower() in WORKBOOK_SUFFIXES
        self.sheet: Sheet | None = None
        self.encoding: Encoding | None = None
        self.broken: list[Record] = []
        self.n_known: int | None = None
        self._text_path = path
        self._raw: Path | None = None
        self._is_slow = False
        self._header: Header | None = None
        self.names = self._open()

    @property
    def name(self) -> str:
        """Name of the file in messages."""
        return self.path.name

    @property
    def place(self) -> str:
        """What a place in the file is called."""
        return "row" if self.is_typed else "line"

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    @property
    def header_place(self) -> str:
        """Where the column names stand, for messages."""
        return f"{self.name} {self.place} {self.sheet.header_row if self.sheet else self.spec.header_line}"

    @property
    def is_typed(self) -> bool:
        """True when dates and numbers in it are such, not texts somebody formatted."""
        return self.is_parquet or self.is_workbook

    @property
    def delimiter(self) -> str | None:
        """Sign between cells; None for Parquet and workbooks."""
        return self._header.delimiter if self._header else None

    @property
    def is_plain(self) -> bool:
        """True when the engine may read the file directly: no staging needed."""
        return self._raw is None and not self.is_typed and self._fast_possible() and REASON_COLUMN not in self.names

    def direct(self) -> str:
        """Return a relation that reads the CSV file as it stands, its rows in order but not numbered."""
        header = self._require_header()
        columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(self.names)))
        path = str(self.scratch.readable(self._text_path))
        return (
            f"read_csv({literal(path)}, columns = {{{columns}}}, header = false, skip = {header.n_lines}, "
            f"auto_detect = false, delim = {literal(header.delimiter)}, quote = '\"', escape = '\"', nullstr = '', "
            "strict_mode = true, null_padding = false, compression = 'none')"
        )

    def staged(self) -> str:
        """Return a relation with cells ``c0`` ... and the row number ``_row``, counted from 0."""
        if self.is_parquet:
            return self._parquet_relation()
        if self._raw is None:
            self._stage()
        if self._raw is None:  # pragma: no cover - staging sets it or raises
            raise AssertionError(self.path)
        return parquet(self._raw)

    def beginning(self) -> str:
        """Return a relation like `staged` of some first rows, without staging a file that needs none."""
        if not self.is_plain:
            return f"(SELECT * FROM {self.staged()} ORDER BY _row LIMIT {_BEGINNING})"
        return f"(SELECT *, row_number() OVER () - 1 AS _row FROM (SELECT * FROM {self.direct()} LIMIT {_BEGINNING}))"

    def judge_encoding(self) -> bool:
        """Judge the encoding over the whole file; True when that changes how it is read."""
        if self._text_path != self.path or self.is_typed:
            return False
        if self.spec.encoding is not None:
            return False  # it was verified when the file was opened
        encoding = find_encoding(self.path)
        self.encoding = encoding
        if encoding.is_utf8:
            return False
        self._read_as(encoding)
        return True

    def restage_line_by_line(self) -> None:
        """Read the file again line by line: the engine refused it, or counts its lines otherwise."""
        self._is_slow = True
        self._stage()

    def line_numbers(self, rows: Sequence[int]) -> list[int] | None:
        """Return where `rows` (ascending) stand: physical lines, rows of the sheet, or rows from 1 for Parquet.

        None means that the line structure is unclear: restage line by line, and ask again.
        """
        if self.is_parquet:
            return [row + 1 for row in rows]
        if self._is_slow:
            return self._slow_lines(rows)
        header = self._require_header()
        n_rows = self.n_records()
        if _n_lines(self._text_path) == header.n_lines + n_rows:
            return [header.n_lines + row + 1 for row in rows]
        wanted = iter(itertools.chain(rows, [-1]))
        found, next_row, n_seen = [], next(wanted), 0
        for number, line in enumerate(record_lines(self._text_path, header)):
            n_seen += 1
            while number == next_row:
                found.append(line)
                next_row = next(wanted)
        return found if n_seen == n_rows else None

    def n_records(self) -> int:
        """Count the sound records, including blank ones."""
        if self.n_known is not None and not self._is_slow:
            return self.n_known
        return self.scratch.value(f"SELECT count(*) FROM {self.staged()}")

    def _open(self) -> tuple[str, ...]:
        if self.is_workbook:
            return self._open_workbook()
        limits.require_size(self.path, limits.MAX_FILE_MEGABYTES, "LEADCAL_MAX_FILE_MEGABYTES")
        return self._parquet_names() if self.is_parquet else self._open_text()

    def _open_workbook(self) -> tuple[str, ...]:
        self.sheet = open_sheet(self.path, self.spec)
        self._is_slow = True
        self._raw, self.broken = _stage_records(
            self.sheet.records(self.scratch.tell), len(self.sheet.names), self.scratch
        )
        self._unguard(self.sheet.names)
        return self.sheet.names

    def _open_text(self) -> tuple[str, ...]:
        if self.path.suffix.lower() not in CSV_SUFFIXES:
            kinds = ", ".join((*CSV_SUFFIXES, *WORKBOOK_SUFFIXES, *PARQUET_SUFFIXES))
            raise InputError(f"{self.path.name}: is of a kind that is not read; give one of {kinds}")
        encoding = Encoding(name=self.spec.encoding) if self.spec.encoding else quick_encoding(self.path)
        if encoding is not None and self.spec.encoding and encoding.is_utf8:
            require_encoding(self.path, encoding.name)
        self._read_as(encoding or find_encoding(self.path))
        return self._require_header().names

    def _read_as(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self._raw = None
        if not encoding.is_utf8:
            self._text_path = self.scratch.path(".csv")
            decode_to_utf8(self.path, encoding.name, self._text_path, self.scratch.tell)
        self._header = read_header(self._text_path, self.spec.delimiter, self.spec.header_line)

    def _require_header(self) -> Header:
        if self._header is None:
            raise InputError(f"{self.path.name}: has no header line")
        return self._header

    def _fast_possible(self) -> bool:
        # A header over several lines, or columns without any delimiter, leave the
        # engine in doubt about what a blank line is.
        return not self._is_slow and self._require_header().is_one_line and len(self.names) > 1

    def _stage(self) -> None:
        if not self._fast_possible() or not self._stage_at_once():
            self._is_slow = True
            self._stage_slowly()

    def _stage_at_once(self) -> bool:
        """Let the engine read the file; False when it refuses, whatever the encoding."""
        try:
            self._raw = self.scratch.write(f"SELECT {_cells(self.names)} FROM {self.direct()}")
        except duckdb.InvalidInputException:
            return self.judge_encoding() and self._stage_at_once()
        return True

    def _stage_slowly(self) -> None:
        self.judge_encoding()
        header = self._require_header()
        self._raw, self.broken = _stage_records(
            read_records(self._text_path, header, self.scratch.tell), len(header.names), self.scratch
        )
        self._unguard(header.names)

    def _unguard(self, names: Sequence[str]) -> None:
        """Take off what `write_rejects` added to staged cells."""
        if REASON_COLUMN in names:
            relation = f"read_parquet({literal(str(self._raw))})"
            self._raw = self.scratch.write(f"SELECT {_cells(names)}, _line FROM {relation}")

    def _slow_lines(self, rows: Sequence[int]) -> list[int]:
        wanted = pa.table({"wanted": pa.array(rows, pa.int64())})
        self.scratch.connection.register("wanted_rows", wanted)
        found = self.scratch.connection.execute(
            f"SELECT _line FROM {self.staged()} JOIN wanted_rows ON _row = wanted ORDER BY wanted"
        ).fetchall()
        self.scratch.connection.unregister("wanted_rows")
        return [line for (line,) in found]

    def _parquet_names(self) -> tuple[str, ...]:
        try:
            return tuple(pq.read_schema(self.path).names)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self.path.name}: is no readable Parquet file ({error}); export it again") from error

    def _parquet_relation(self) -> str:
        cells = ", ".join(
            f'"{name.replace(chr(34), chr(34) * 2)}"::VARCHAR AS c{number}' for number, name in enumerate(self.names)
        )
        return (
            f"(SELECT {cells}, file_row_number AS _row "
            f"FROM read_parquet({literal(str(self.scratch.readable(self.path)))}, file_row_number = true))"
        )


def _settings(path: Path, spec: FileSpec) -> FileSpec:
    """Return how to read a file; what `write_rejects` wrote has a form of its own."""
    if path.suffix.lower() != ".csv" or not path.stem.endswith(REJECTS_SUFFIX):
        return spec
    with path.open("rb") as file:
        is_ours = REASON_COLUMN.encode() in file.read(CHUNK).partition(b"\n")[0]
    return replace(spec, encoding=None, delimiter=None, header_line=1) if is_ours else spec


def unguarded(cell: str) -> str:
    """Return the expression that takes the apostrophe off a cell that `write_rejects` neutralised."""
    return (
        f"CASE WHEN starts_with({cell}, '''') AND ord(substr({cell}, 2)) IN (9, 13, 43, 45, 61, 64) "
        f"THEN substr({cell}, 2) ELSE {cell} END"
    )


def _cells(names: Sequence[str]) -> str:
    cells = [f"c{number}" for number in range(len(names))]
    if REASON_COLUMN in names:
        cells = [f"{unguarded(cell)} AS {cell}" for cell in cells]
    return ", ".join(cells)


def _stage_records(records: Iterator[Record], n_columns: int, scratch: Scratch) -> tuple[Path, list[Record]]:
    names = [f"c{number}" for number in range(n_columns)]
    schema = pa.schema([*((name, pa.string()) for name in names), ("_line", pa.int64())])
    target = scratch.path(".parquet")
    broken: list[Record] = []
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        for batch in _batches(_sound(records, broken), _BATCH):
            columns = zip(*(record.cells for record in batch), strict=True)
            arrays = [pa.array([cell or None for cell in column], pa.string()) for column in columns]
            lines = pa.array([record.line for record in batch], pa.int64())
            writer.write_table(pa.Table.from_arrays([*arrays, lines], schema=schema))
    return target, broken


def _sound(records: Iterator[Record], broken: list[Record]) -> Iterator[Record]:
    for record in records:
        if record.problem:
            broken.append(record)
        else:
            yield record


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _n_lines(path: Path) -> int:
    """Count physical lines, a last one without line end included."""
    n_lines, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            n_lines += chunk.count(b"\n")
            last = chunk[-1:]
    return n_lines + (last != b"\n")
