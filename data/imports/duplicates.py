"""Rows of one import that share a key: the same again is counted, a contradiction is a failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.contract import TABLES, Table
from data.imports.parsing import ParsedFeed
from data.imports.plan import GOOD
from data.imports.scratch import Scratch, identifier, literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """What shares a key in one table.

    Attributes
    ----------
    conflicts : Path or None
        Parquet file (_feed, _row, first_feed, first_row, key): rows whose key an
        earlier row has, with other contents.
    repeats : Path or None
        Parquet file (_feed, _row): rows that say the same again, or that their feed
        leaves out because it keeps the first of a key.
    """

    conflicts: Path | None = None
    repeats: Path | None = None


def good_rows(table: Table, feeds: Sequence[ParsedFeed], bad: Path | None) -> str:
    """Return a relation of the rows of `table` that have passed so far, with ``_feed`` and ``_row``.

    `bad` is a Parquet file of (file, row) that are rejected whatever the feed says:
    a row of a file comes in whole or not at all.
    """
    provided = {name for feed in feeds for name in feed.plan.provided}
    parts = []
    for feed in feeds:
        has = feed.plan.provided
        columns = ", ".join(
            identifier(column.name)
            if column.name in has
            else f"CAST(NULL AS {column.kind.value}) AS {identifier(column.name)}"
            for column in table.columns
            if column.name in provided
        )
        left_out = ""
        if bad is not None:
            file = literal(str(feed.plan.source.path))
            left_out = f" AND _row NOT IN (SELECT row FROM read_parquet({literal(str(bad))}) WHERE file = {file})"
        parts.append(
            f"SELECT {columns}, {feed.plan.number} AS _feed, _row FROM {feed.relation} WHERE _state = {GOOD}{left_out}"
        )
    return "(" + " UNION ALL ".join(parts) + ")"


def find_duplicates(table_name: str, feeds: Sequence[ParsedFeed], bad: Path | None, scratch: Scratch) -> Duplicates:
    """Compare rows that share a key; the first in the order of the files stays."""
    table = TABLES[table_name]
    rows = good_rows(table, feeds, bad)
    key = ", ".join(identifier(name) for name in table.key)
    scratch.connection.execute(
        "CREATE OR REPLACE TABLE repeated AS "
        f"SELECT h FROM (SELECT hash({key}) AS h FROM {rows}) GROUP BY h HAVING count(*) > 1"
    )
    if not scratch.value("SELECT count(*) FROM repeated"):
        return Duplicates()
    provided = {name for feed in feeds for name in feed.plan.provided}
    contents = ", ".join(identifier(name) for name in table.column_names if name in provided)
    first_kept = ", ".join(["-1", *(str(feed.plan.number) for feed in feeds if feed.plan.feed.is_first_kept)])
    window = f"OVER (PARTITION BY {key} ORDER BY _feed, _row)"
    compared = scratch.write(
        f"SELECT _feed, _row, first_value(_feed) {window} AS first_feed, first_value(_row) {window} AS first_row, "
        f"_feed IN ({first_kept}) OR hash({contents}) = first_value(hash({contents})) {window} AS is_same, "
        f"concat_ws(' ', {key}) AS key "
        f"FROM {rows} WHERE hash({key}) IN (SELECT h FROM repeated)"
    )
    return _split(compared, scratch)


def _split(compared: Path, scratch: Scratch) -> Duplicates:
    later = f"read_parquet({literal(str(compared))}) WHERE (_feed <> first_feed OR _row <> first_row)"
    n_conflicts = scratch.value(f"SELECT count(*) FROM {later} AND NOT is_same")
    n_repeats = scratch.value(f"SELECT count(*) FROM {later} AND is_same")
    return Duplicates(
        conflicts=scratch.write(f"SELECT * EXCLUDE is_same FROM {later} AND NOT is_same") if n_conflicts else None,
        repeats=scratch.write(f"SELECT _feed, _row FROM {later} AND is_same") if n_repeats else None,
    )
