"""Runs a feed over its file: every row parsed, checked and given a state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from data.contract import Kind
from data.imports.expressions import CellSql
from data.imports.plan import BAD, BLANK, GOOD, LEFT_OUT, FeedPlan
from data.imports.scratch import Scratch, identifier, literal, parquet
from data.japanese import engine_text, is_unknown

_BATCH = 100_000


@dataclass(slots=True, kw_only=True)
class ParsedFeed:
    """What a feed found in one file.

    Attributes
    ----------
    plan : FeedPlan
        What was run.
    path : Path or None
        Parquet file with the table's columns, ``_state`` and, unless `is_direct`, ``_row``;
        None when the rows went straight into the table, which was empty.
    is_direct : bool
        True when the position in the file is the row number.
    lookups : tuple of int
        Cells with values that the engine could not parse alone.
    counts : dict of int to int
        Rows by state.
    """

    plan: FeedPlan
    path: Path | None
    is_direct: bool
    lookups: tuple[int, ...]
    counts: dict[int, int]

    @property
    def relation(self) -> str:
        """Relation over the parsed rows, with ``_row``."""
        if self.path is None:
            table = identifier(self.plan.table.name)
            row = f"rowid - (SELECT min(rowid) FROM {table})"  # rows were inserted in the order of the file
            return f"(SELECT *, {GOOD} AS _state, {row} AS _row FROM {table})"
        return parquet(self.path) if self.is_direct else f"read_parquet({literal(str(self.path))})"

    @property
    def n_bad(self) -> int:
        """Rows with at least one wrong cell."""
        return self.counts[BAD]


def parse_feed(plan: FeedPlan, scratch: Scratch, *, may_read_directly: bool) -> ParsedFeed:
    """Parse all rows of the plan's file.

    A sound file that only one feed reads goes through the engine once, without
    being staged; everything else is staged as text first.
    """
    if may_read_directly and not plan.feed.joins and plan.source.is_plain:
        parsed = _parse_directly(plan, scratch)
        if parsed is not None and not parsed.n_bad:
            return parsed
    return _parse_staged(plan, scratch)


def _parse_directly(plan: FeedPlan, scratch: Scratch) -> ParsedFeed | None:
    try:
        path = scratch.write(plan.parsed(plan.source.direct(), has_row=False))
    except duckdb.InvalidInputException:
        return None  # not sound: staging finds out why
    parsed = _counted(plan, path, scratch, is_direct=True)
    plan.source.n_known = sum(parsed.counts.values())
    return parsed


def _parse_staged(plan: FeedPlan, scratch: Scratch) -> ParsedFeed:
    relation = plan.source.staged()
    for number in range(len(plan.feed.joins)):
        _stage_join(plan, number, scratch)
    parsed = _counted(plan, scratch.write(plan.parsed(relation, has_row=True)), scratch)
    lookups = _fill_lookups(plan, relation, scratch) if parsed.n_bad else ()
    if not lookups:
        return parsed
    path = scratch.write(plan.parsed(relation, has_row=True, lookups=lookups))
    return _counted(plan, path, scratch, lookups=lookups)


def join_conflicts(plan: FeedPlan, number: int, scratch: Scratch) -> list[tuple[int, int, int, int, str]]:
    """Return (file, row, first file, first row, key) of rows that repeat a key of join `number` with other contents."""
    keys = [identifier("key " + there) for _, there in plan.feed.joins[number].on]
    columns = [identifier(column) for column in plan.joined_columns(number)]
    if not columns or plan.feed.joins[number].is_unique:
        return []
    window = f"OVER (PARTITION BY {', '.join(keys)} ORDER BY _file, _row)"
    filled = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    return scratch.connection.execute(
        "SELECT _file, _row, first_file, first_row, key FROM ("
        f"SELECT _file, _row, first_value(_file) {window} AS first_file, first_value(_row) {window} AS first_row, "
        f"first_value(contents) {window} AS first_contents, contents, concat_ws(' ', {', '.join(keys)}) AS key "
        f"FROM (SELECT *, hash({', '.join(columns)}) AS contents FROM ({plan.joined(number)}) WHERE {filled})) "
        "WHERE contents <> first_contents ORDER BY _file, _row"
    ).fetchall()


def _stage_join(plan: FeedPlan, number: int, scratch: Scratch) -> None:
    """Stage the joined file with one row per key; `join_conflicts` reports the others."""
    join = plan.feed.joins[number]
    keys = ", ".join(identifier("key " + there) for _, there in join.on)
    order = (
        f"count(*) OVER (PARTITION BY {keys})"
        if join.is_unique
        else (f"row_number() OVER (PARTITION BY {keys} ORDER BY _file, _row)")
    )
    scratch.connection.execute(
        f"CREATE OR REPLACE TABLE {plan.joined_name(number)} AS SELECT * FROM ({plan.joined(number)}) "
        f"QUALIFY {order} = 1"
    )


def _fill_lookups(plan: FeedPlan, relation: str, scratch: Scratch) -> tuple[int, ...]:
    """Parse in Python what the engine could not; return the cells for which that helped."""
    helped = []
    for cell in plan.cells:
        if cell.column.kind is not Kind.TEXT:
            name = plan.lookup_name(cell.number)
            scratch.connection.execute(
                f"CREATE OR REPLACE TABLE {name} (text VARCHAR, parsed VARCHAR, is_unknown BOOLEAN)"
            )
            if _fill_lookup(plan.texts(relation, cell), name, cell, scratch):
                helped.append(cell.number)
    return tuple(helped)


def _fill_lookup(texts_sql: str, name: str, cell: CellSql, scratch: Scratch) -> bool:
    reader = scratch.connection.cursor()
    has_any = False
    reader.execute(texts_sql)
    while batch := reader.fetchmany(_BATCH):
        parsed = [(text, _engine_text(text, cell), is_unknown(text)) for (text,) in batch]
        known = [row for row in parsed if row[1] is not None or row[2]]
        if known:
            texts, values, unknown = zip(*known, strict=True)
            frame = pa.table({"text": texts, "parsed": pa.array(values, pa.string()), "is_unknown": unknown})
            scratch.connection.register("parsed_texts", frame)
            scratch.connection.execute(f"INSERT INTO {name} SELECT * FROM parsed_texts")
            scratch.connection.unregister("parsed_texts")
            has_any = True
    reader.close()
    return has_any


def _engine_text(text: str, cell: CellSql) -> str | None:
    """Return what the engine casts; where a mapping gives the forms of dates, they alone decide."""
    if cell.cell.dates and cell.column.kind in (Kind.TIMESTAMP, Kind.DATE):
        return None
    return engine_text(text, cell.column.kind, cell.cell.time_zone)


def _counted(
    plan: FeedPlan, path: Path, scratch: Scratch, *, is_direct: bool = False, lookups: tuple[int, ...] = ()
) -> ParsedFeed:
    found = scratch.connection.execute(
        f"SELECT _state, count(*) FROM read_parquet({literal(str(path))}) GROUP BY _state"
    ).fetchall()
    counts = dict.fromkeys((GOOD, BAD, LEFT_OUT, BLANK), 0) | {int(state): int(count) for state, count in found}
    return ParsedFeed(plan=plan, path=path, is_direct=is_direct, lookups=lookups, counts=counts)
