"""Parses all feeds of an import and settles which rows come in and which do not.

A row of a file comes in whole or not at all: when one table refuses it, no other
table takes it, so that it can be put right and brought back alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from data.contract import TABLES
from data.imports.duplicates import Duplicates, find_duplicates
from data.imports.failures import Explanation, Failure, explain, shown
from data.imports.mapping_file import MappingError
from data.imports.masking import is_personal_name, masked
from data.imports.parsing import ParsedFeed, join_conflicts, parse_feed
from data.imports.plan import BAD, BLANK, GOOD, LEFT_OUT, FeedPlan
from data.imports.progress import Meter
from data.imports.scratch import Scratch, literal
from data.imports.source import Source

KEPT: Final = 100_000
"""Failures, and rejected rows of a file, that a report holds; all are counted."""


_FIRST: Final = "\0first\0"
"""Stands in a message for the place of the row that is contradicted, until lines are known."""


class LinesUnclearError(Exception):
    """The engine and a reader of lines disagree about `source`: it must be read line by line."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.name)
        self.source = source


@dataclass(slots=True, kw_only=True)
class Checked:
    """All rows of an import, settled.

    Attributes
    ----------
    feeds : list of ParsedFeed
        In the order of the files.
    bad : Path or None
        Parquet file (file, row) of the rejected rows; None when there are none.
    duplicates : dict of str to Duplicates
        By table.
    failures : list of Failure
        The first `KEPT`, in the order of the files' lines.
    n_failures : int
        All of them.
    """

    feeds: list[ParsedFeed]
    bad: Path | None
    duplicates: dict[str, Duplicates]
    failures: list[Failure]
    n_failures: int

    def add(self, feeds: Iterable[ParsedFeed]) -> None:
        """Add feeds that went straight into their tables, where every row is good."""
        for feed in feeds:
            self.feeds.append(feed)
            self.duplicates[feed.plan.table.name] = Duplicates()
        self.feeds.sort(key=lambda feed: feed.plan.number)

    def of_table(self, table: str) -> list[ParsedFeed]:
        """Return the feeds that fill `table`."""
        return [feed for feed in self.feeds if feed.plan.table.name == table]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A failure before its row has a line; `first` is the row it contradicts."""

    source: Source
    row: int
    column: str | None
    why: Explanation
    target: str | None = None
    first: tuple[Source, int] | None = None


def check_constants(plans: Sequence[FeedPlan], mapping_name: str, scratch: Scratch) -> None:
    """Refuse a mapping whose constants the contract does not allow, before every row says so.

    Raises
    ------
    MappingError
        Names the line of the mapping.
    """
    for plan in plans:
        for cell, query in plan.constant_checks():
            code = scratch.connection.execute(query).fetchall()[0][0]
            if code is not None:
                why = explain(plan, cell, code, cell.cell.value)
                raise MappingError(f"{mapping_name} line {cell.cell.line}: {why.problem}; {why.fix}")


def check(plans: Sequence[FeedPlan], scratch: Scratch, meter: Meter) -> Checked:
    """Parse, check and compare all rows.

    Raises
    ------
    LinesUnclearError
        If a file must be read line by line before its failures can be placed.
    """
    n_uses = uses(plans)
    feeds = []
    for plan in plans:
        meter.begin(plan.title, plan.source.size)
        scratch.tell = meter.tell
        feeds.append(parse_feed(plan, scratch, may_read_directly=n_uses[plan.source] == 1))
    meter.say("comparing rows")
    return _settle(feeds, scratch)


def uses(plans: Sequence[FeedPlan]) -> dict[Source, int]:
    """Return how many feeds read or join each file."""
    n_uses: dict[Source, int] = defaultdict(int)
    for plan in plans:
        for source in {plan.source, *(other for join in plan.feed.joins for other in plan.others[join.file])}:
            n_uses[source] += 1
    return n_uses


def _settle(feeds: list[ParsedFeed], scratch: Scratch) -> Checked:
    found, n_found = _wrong_cells(feeds, scratch)
    joined, bad = _join_failures(feeds, scratch)
    found += joined
    bad += [_bad_rows(feed) for feed in feeds if feed.n_bad]
    path = _write_bad(bad, scratch)
    duplicates = _find_all(feeds, path, scratch)
    while any(result.conflicts for result in duplicates.values()):
        conflicts, n_conflicts, rows = _conflicts(feeds, duplicates, scratch)
        found += conflicts
        n_found += n_conflicts
        bad.append(rows)
        path = _write_bad(bad, scratch)
        duplicates = _find_all(feeds, path, scratch)
    broken = [_broken(source) for source in _sources(feeds)]
    failures = _placed(found) + [failure for group in broken for failure in group]
    order = {source.name: number for number, source in enumerate(_sources(feeds))}
    failures.sort(key=lambda failure: (order.get(failure.file, 0), failure.line))
    n_failures = n_found + len(joined) + sum(len(group) for group in broken)
    return Checked(feeds=feeds, bad=path, duplicates=duplicates, failures=failures[:KEPT], n_failures=n_failures)


def _sources(feeds: Sequence[ParsedFeed]) -> list[Source]:
    others = [source for feed in feeds for group in feed.plan.others.values() for source in group]
    return list(dict.fromkeys([*(feed.plan.source for feed in feeds), *others]))


def _bad_rows(feed: ParsedFeed) -> str:
    return (
        f"SELECT {literal(str(feed.plan.source.path))} AS file, _row AS row FROM {feed.relation} WHERE _state = {BAD}"
    )


def _write_bad(queries: list[str], scratch: Scratch) -> Path | None:
    return scratch.write(f"SELECT DISTINCT file, row FROM ({' UNION ALL '.join(queries)})") if queries else None


def _find_all(feeds: list[ParsedFeed], bad: Path | None, scratch: Scratch) -> dict[str, Duplicates]:
    found = {}
    for table in TABLES:
        group = [feed for feed in feeds if feed.plan.table.name == table]
        if group:
            found[table] = find_duplicates(table, group, bad, scratch)
    return found


def _wrong_cells(feeds: Sequence[ParsedFeed], scratch: Scratch) -> tuple[list[_Found], int]:
    """Return the failures of single cells: the first ones, and the number of all.

    A cell that several feeds read is one failure.
    """
    found: dict[tuple[Source, int, str, str], _Found] = {}
    n_left_out = 0
    for feed in feeds:
        if not feed.n_bad:
            continue
        plan = feed.plan
        query = plan.explained(plan.source.staged(), feed.lookups)
        rows = scratch.connection.execute(f"{query} ORDER BY _row, cell LIMIT {KEPT}").fetchall()
        n_left_out += scratch.value(f"SELECT count(*) FROM ({query})") - len(rows) if len(rows) == KEPT else 0
        for row, number, code, raw in rows:
            cell = plan.cells[number]
            label = plan.label(cell)
            why = explain(plan, cell, code, raw)
            target = f"{plan.table.name}.{cell.column.name}"
            item = _Found(source=plan.source, row=row, column=label, why=why, target=target)
            found.setdefault((plan.source, row, label, code), item)
    return list(found.values()), len(found) + n_left_out


def _join_failures(feeds: Sequence[ParsedFeed], scratch: Scratch) -> tuple[list[_Found], list[str]]:
    found: dict[tuple[Source, int], _Found] = {}
    for feed in feeds:
        for number, join in enumerate(feed.plan.feed.joins):
            sources = feed.plan.others[join.file]
            column = " + ".join(there for _, there in join.on)
            for file, row, first_file, first_row, key in join_conflicts(feed.plan, number, scratch):
                item = _contradiction(sources[file], row, sources[first_file], first_row, column, key)
                found.setdefault((sources[file], row), item)
    bad = [f"SELECT {literal(str(source.path))} AS file, {row}::BIGINT AS row" for source, row in found]
    return list(found.values()), bad


def _contradiction(source: Source, row: int, first: Source, first_row: int, column: str, key: str) -> _Found:
    hidden = masked(key, is_personal=is_personal_name(column))
    why = Explanation(
        code="contradiction",
        value=hidden,
        expected="",
        problem=f"{shown(hidden)} is already on {_FIRST} with other contents",
        fix="keep one of the two",
    )
    return _Found(source=source, row=row, column=column, why=why, first=(first, first_row))


def _conflicts(
    feeds: Sequence[ParsedFeed], duplicates: dict[str, Duplicates], scratch: Scratch
) -> tuple[list[_Found], int, str]:
    """Return what to say about contradicting rows, how many there are, and the query that yields them."""
    found: list[_Found] = []
    n_found = 0
    queries = []
    files = ", ".join(f"({feed.plan.number}, {literal(str(feed.plan.source.path))})" for feed in feeds)
    by_number = {feed.plan.number: feed.plan for feed in feeds}
    for result in duplicates.values():
        if result.conflicts is None:
            continue
        relation = f"read_parquet({literal(str(result.conflicts))})"
        n_found += scratch.value(f"SELECT count(*) FROM {relation}")
        queries.append(
            f"SELECT file, _row AS row FROM {relation} JOIN (VALUES {files}) AS f(feed, file) ON feed = _feed"
        )
        rows = scratch.connection.execute(
            f"SELECT _feed, _row, first_feed, first_row, key FROM {relation} ORDER BY _feed, _row LIMIT {KEPT}"
        ).fetchall()
        for feed, row, first_feed, first_row, key in rows:
            plan, first = by_number[feed], by_number[first_feed]
            found.append(_contradiction(plan.source, row, first.source, first_row, _key_label(plan), key))
    return found, n_found, " UNION ALL ".join(queries)


def _key_label(plan: FeedPlan) -> str:
    labels = {cell.column.name: plan.label(cell) for cell in plan.cells if cell.cell.value is None}
    return " + ".join(labels[name] for name in plan.table.key if name in labels) or plan.table.key[0]


def _placed(found: list[_Found]) -> list[Failure]:
    """Give each failure its line."""
    wanted: dict[Source, set[int]] = defaultdict(set)
    for item in found:
        wanted[item.source].add(item.row)
        if item.first:
            wanted[item.first[0]].add(item.first[1])
    lines = {(source, row): line for source, rows in wanted.items() for row, line in _lines(source, rows).items()}
    return [_failure(item, lines) for item in found]


def _lines(source: Source, rows: set[int]) -> dict[int, int]:
    ordered = sorted(rows)
    lines = source.line_numbers(ordered)
    if lines is None:
        raise LinesUnclearError(source)
    return dict(zip(ordered, lines, strict=True))


def _failure(item: _Found, lines: dict[tuple[Source, int], int]) -> Failure:
    problem, expected = item.why.problem, item.why.expected
    if item.first:
        first, row = item.first
        where = "" if first is item.source else f" of {first.name}"
        expected = f"{first.place} {lines[first, row]}{where}"
        problem = problem.replace(_FIRST, expected)
    return Failure(
        file=item.source.name,
        place=item.source.place,
        line=lines[item.source, item.row],
        column=item.column,
        value=item.why.value,
        problem=problem,
        fix=item.why.fix,
        code=item.why.code,
        target=item.target,
        expected=expected,
    )


def _broken(source: Source) -> list[Failure]:
    return [
        Failure(
            file=source.name,
            place=source.place,
            line=record.line,
            column=None,
            value=masked(record.text),
            problem=record.problem,
            fix=record.fix,
            code="broken_line",
        )
        for record in source.broken
    ]


def feed_counts(checked: Checked, scratch: Scratch) -> pd.DataFrame:
    """Return per feed what became of its rows.

    Columns: file, table, n_rows = n_blank + n_left_out + n_rejected + n_repeats + n_accepted.
    """
    return pd.DataFrame([_feed_count(feed, checked, scratch) for feed in checked.feeds])


def _feed_count(feed: ParsedFeed, checked: Checked, scratch: Scratch) -> dict[str, object]:
    plan = feed.plan
    n_broken = len(plan.source.broken)
    n_bad = 0 if feed.path is None else _n_bad_in(feed, checked, scratch)
    repeats = checked.duplicates[plan.table.name].repeats
    n_repeats = (
        scratch.value(f"SELECT count(*) FROM read_parquet({literal(str(repeats))}) WHERE _feed = {plan.number}")
        if repeats
        else 0
    )
    n_parsed = sum(feed.counts.values())
    n_aside = feed.counts[BLANK] + feed.counts[LEFT_OUT]
    return {
        "file": plan.source.name,
        "table": plan.table.name,
        "n_rows": n_parsed + n_broken,
        "n_blank": feed.counts[BLANK],
        "n_left_out": feed.counts[LEFT_OUT],
        "n_rejected": n_bad + n_broken,
        "n_repeats": n_repeats,
        "n_accepted": n_parsed - n_aside - n_bad - n_repeats,
    }


def n_rejected(checked: Checked, source: Source, scratch: Scratch) -> int:
    """Count the rows of a file that are rejected, broken lines not among them."""
    if checked.bad is None:
        return 0
    return scratch.value(f"SELECT count(*) FROM ({_bad_of(checked.bad, source)})")


def _n_bad_in(feed: ParsedFeed, checked: Checked, scratch: Scratch) -> int:
    if checked.bad is None:
        return 0
    return scratch.value(
        f"SELECT count(*) FROM {feed.relation} WHERE _state IN ({GOOD}, {BAD}) "
        f"AND _row IN ({_bad_of(checked.bad, feed.plan.source)})"
    )


def _bad_of(bad: Path, source: Source) -> str:
    return f"SELECT row FROM read_parquet({literal(str(bad))}) WHERE file = {literal(str(source.path))}"
