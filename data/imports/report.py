"""What an import did, or would do: for the terminal, for the page, and for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file.

    Attributes
    ----------
    file : str
        Its name.
    encoding, delimiter : str or None
        As found or as told; None for Parquet and workbooks.
    sheet : str or None
        Sheet of a workbook that was read.
    n_rows : int
        Records below the header, blank ones included.
    n_rejected : int
        Records that do not come in.
    unused_columns : tuple of str
        Columns that no table takes.
    """

    file: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    n_rows: int
    n_rejected: int
    unused_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something odd that does not keep rows out.

    Attributes
    ----------
    code : str
        ``won_before_created``, ``won_before_contact``, ``unknown_leads``, ``encoding_doubt``, ``unread_sheets`` ...
    n_rows : int
        How many rows it concerns.
    text : str
        One line, with the first rows by file and line.
    """

    code: str
    n_rows: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.

    Attributes
    ----------
    is_imported : bool
        True when something was changed.
    snapshot : int or None
        Number of the snapshot it made; None when nothing was changed.
    mapping : str
        Name of the mapping, or "contract" for files in the contract's own columns.
    files : tuple of FileReport
        In the order in which they were read.
    feeds : DataFrame
        Per file and table: file, table, n_rows, n_blank, n_left_out (by only_where),
        n_rejected, n_repeats (the same row again, or a key that the feed keeps the
        first of), n_accepted; the last five add up
        to n_rows.
    tables : DataFrame
        Per table: table, n_accepted, n_new, n_updated, n_unchanged; the last three
        add up to n_accepted. When nothing was merged (see `is_merged`), what would be.
    is_merged : bool
        False for a preview, and when failures stopped the import.
    failures : DataFrame
        The first 100,000: file, line, column, value, code, target (table.column),
        expected, problem, fix, text. Mail addresses, telephone numbers, and cells of
        columns that may identify a person are masked; `rejects` has them in full.
    n_failures : int
        All of them.
    rejects : mapping of str to DataFrame
        By file: the rejected rows in the file's own columns, with leadcal_line and
        leadcal_reason.
    warnings : tuple of Oddity
        What is odd; when nothing was merged, what would be.
    sample : DataFrame
        For a look before the import, empty after one: the first 20 rows of each feed,
        cell by cell: file, table, line, column (of the table), source (the column or
        columns of the file), raw (as it stands there), parsed (the value as text, None
        when unknown). In full: what shows it masks it.
    duration_seconds : float
        Wall-clock time.
    """

    is_imported: bool
    snapshot: int | None
    mapping: str
    files: tuple[FileReport, ...]
    feeds: pd.DataFrame
    tables: pd.DataFrame
    is_merged: bool
    failures: pd.DataFrame
    n_failures: int
    rejects: Mapping[str, pd.DataFrame]
    warnings: tuple[Oddity, ...]
    sample: pd.DataFrame
    duration_seconds: float

    @property
    def n_rows(self) -> int:
        """Records in all files."""
        return sum(file.n_rows for file in self.files)

    @property
    def n_rejected(self) -> int:
        """Records that do not come in, in all files."""
        return sum(file.n_rejected for file in self.files)

    @property
    def n_changed(self) -> int:
        """Rows that are new or were updated, in all tables."""
        return int(self.tables["n_new"].sum() + self.tables["n_updated"].sum())

    @property
    def summary(self) -> str:
        """The outcome in one line."""
        if self.n_failures and not self.is_merged:
            return (
                f"{self.n_failures:,} failure(s) in {self.n_rejected:,} of {self.n_rows:,} rows: nothing was imported; "
                "correct the file, or import the good rows only"
            )
        if not self.is_merged:
            return f"{self.n_rows:,} rows read, none rejected; nothing was imported yet"
        rejected = f", {self.n_rejected:,} rejected" if self.n_rejected else ""
        if not self.is_imported:
            return f"{self.n_rows:,} rows read{rejected}: all of it is in the history already; nothing was changed"
        new, updated = int(self.tables["n_new"].sum()), int(self.tables["n_updated"].sum())
        return f"{self.n_rows:,} rows read{rejected}: {new:,} new, {updated:,} updated"
