"""Large clean files go straight into an empty table: read once, written once.

An import of twenty million rows spends most of its time on writing them. When a
table is empty there is nothing to merge with, so the rows are parsed into it, in the
transaction of the writer. The first row that is not good, or any doubt about a key,
ends the attempt, and the import goes its usual way, which explains everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb
import numpy as np

from data.imports.checking import uses
from data.imports.parsing import ParsedFeed
from data.imports.plan import BAD, BLANK, GOOD, LEFT_OUT, FeedPlan
from data.imports.progress import Meter, execute
from data.imports.scratch import identifier

MIN_BYTES: Final = 16_000_000
"""Smaller files are read as fast the usual way."""

_HASHES: Final = 1 << 25
"""Hashes of keys that are compared at a time; 8 bytes each."""


class NotStraightError(Exception):
    """A row is not good, or keys may repeat: the usual way must be gone."""


def straight_plans(plans: Sequence[FeedPlan], empty_tables: set[str]) -> list[FeedPlan]:
    """Return the plans that may go straight in: alone in filling an empty table, alone in reading a large plain file."""
    n_uses = uses(plans)
    tables = [plan.table.name for plan in plans]
    return [
        plan
        for plan in plans
        if plan.table.name in empty_tables
        and tables.count(plan.table.name) == 1
        and n_uses[plan.source] == 1
        and not plan.feed.joins
        and plan.source.is_plain
        and plan.source.size >= MIN_BYTES
    ]


def insert_straight(connection: duckdb.DuckDBPyConnection, plan: FeedPlan, meter: Meter) -> ParsedFeed:
    """Parse the plan's file into its table.

    Raises
    ------
    NotStraightError
        If that does not do; the transaction is of no use any more.
    """
    table = identifier(plan.table.name)
    if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall():  # filled by somebody else meanwhile
        raise NotStraightError(plan.title)
    meter.begin(plan.title, plan.source.size)
    columns = ", ".join(identifier(name) for name in plan.provided)
    rows = plan.parsed(plan.source.direct(), has_row=False)
    only_good = f"CASE WHEN _state = {GOOD} THEN true ELSE error('not good') END"
    statement = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({rows}) WHERE {only_good}"
    try:
        n_rows = int(str(execute(connection, statement, meter.tell)[0][0]))
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.ConstraintException) as error:
        raise NotStraightError(plan.title) from error
    meter.say("comparing rows")
    if _may_repeat(connection, plan, n_rows):
        raise NotStraightError(plan.title)
    plan.source.n_known = n_rows
    counts = {GOOD: n_rows, BAD: 0, LEFT_OUT: 0, BLANK: 0}
    return ParsedFeed(plan=plan, path=None, is_direct=True, lookups=(), counts=counts)


def _may_repeat(connection: duckdb.DuckDBPyConnection, plan: FeedPlan, n_rows: int) -> bool:
    """True when two keys have the same hash; sorting bare hashes is far cheaper than grouping keys."""
    key = ", ".join(identifier(name) for name in plan.table.key)
    n_parts = 1 + n_rows // _HASHES
    for part in range(n_parts):
        of_part = f" WHERE hash({key}) % {n_parts} = {part}" if n_parts > 1 else ""
        found = connection.execute(f"SELECT hash({key}) AS h FROM {identifier(plan.table.name)}{of_part}").fetchnumpy()
        hashes = np.sort(np.asarray(found["h"]))
        if bool((hashes[1:] == hashes[:-1]).any()):
            return True
    return False
