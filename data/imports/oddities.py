"""What is odd about rows that came in, without being wrong: reported by file and line, never swallowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from data.contract import TABLES
from data.imports.checking import Checked
from data.imports.merging import accepted_rows
from data.imports.parsing import ParsedFeed
from data.imports.report import Oddity
from data.imports.source import Source

Query = Callable[[str], list[tuple[Any, ...]]]

_EXAMPLES = 3


def file_doubts(checked: Checked) -> list[Oddity]:
    """Warn of files whose bytes fit two encodings, and of sheets that are not read."""
    sources = list(dict.fromkeys(feed.plan.source for feed in checked.feeds))
    return [*_encoding_doubts(sources), *_unread_sheets(sources)]


def _unread_sheets(sources: Sequence[Source]) -> list[Oddity]:
    return [
        Oddity(
            code="unread_sheets",
            n_rows=0,
            text=(
                f"{source.name}: sheet {source.sheet.name} was read, and not {', '.join(source.sheet.others)}; "
                "name the sheet in a mapping if that is wrong (sheet = ...)"
            ),
        )
        for source in sources
        if source.sheet and source.sheet.others
    ]


def _encoding_doubts(sources: Sequence[Source]) -> list[Oddity]:
    return [
        Oddity(
            code="encoding_doubt",
            n_rows=0,
            text=(
                f"{source.name}: was read as {source.encoding.name}, but could be {source.encoding.doubt}; "
                "look at a few rows, and name its encoding in a mapping if they are wrong (encoding = ...)"
            ),
        )
        for source in sources
        if source.encoding and source.encoding.doubt
    ]


def oddities(query: Query, checked: Checked, merged: Callable[[str], str]) -> list[Oddity]:
    """Compare what comes in with the history it is merged into.

    Parameters
    ----------
    query : callable
        Runs a query over the history and the rows of the import.
    checked : Checked
        The rows of the import.
    merged : callable
        Gives the relation that stands for a table after the merge.
    """
    return [*_won_too_early(query, checked, merged), *_unknown_leads(query, checked, merged)]


def _won_too_early(query: Query, checked: Checked, merged: Callable[[str], str]) -> Iterator[Oddity]:
    if not checked.of_table("deals") or "closed_at" not in _provided(checked, "deals"):
        return
    deals = f"(SELECT * FROM {accepted_rows(TABLES['deals'], checked)} WHERE outcome = 'won')"
    leads, handoffs = merged("leads"), merged("handoffs")
    before_created = (
        f"SELECT d._feed, d._row FROM {deals} AS d JOIN {leads} AS l USING (lead_id) WHERE d.closed_at < l.created_at"
    )
    yield from _warning(query, checked, "won_before_created", before_created, "won before the lead was created")
    before_contact = (
        f"SELECT d._feed, d._row FROM {deals} AS d JOIN {leads} AS l USING (lead_id) JOIN "
        f"(SELECT lead_id, min(first_contact_at) AS first_contact_at FROM {handoffs} AS p GROUP BY lead_id) AS h "
        "USING (lead_id) WHERE d.closed_at >= l.created_at AND d.closed_at < h.first_contact_at"
    )
    yield from _warning(query, checked, "won_before_contact", before_contact, "won before the first contact")


def _unknown_leads(query: Query, checked: Checked, merged: Callable[[str], str]) -> Iterator[Oddity]:
    for table in TABLES.values():
        if table.name == "leads" or "lead_id" not in table.column_names or not checked.of_table(table.name):
            continue
        rows = (
            f"SELECT _feed, _row FROM {accepted_rows(table, checked)} ANTI JOIN {merged('leads')} AS l USING (lead_id)"
        )
        yield from _warning(
            query,
            checked,
            "unknown_leads",
            rows,
            f"of {table.name} refers to a lead that the history does not have",
        )


def _provided(checked: Checked, table: str) -> set[str]:
    return {name for feed in checked.of_table(table) for name in feed.plan.provided}


def _warning(query: Query, checked: Checked, code: str, rows: str, what: str) -> Iterator[Oddity]:
    n_rows = int(query(f"SELECT count(*) AS n FROM ({rows})")[0][0])
    if not n_rows:
        return
    first = query(f"{rows} ORDER BY _feed, _row LIMIT {_EXAMPLES}")
    places = ", ".join(_place(checked.feeds, feed, row) for feed, row in first)
    more = f" and {n_rows - len(first):,} more" if n_rows > len(first) else ""
    text = f"{n_rows:,} row{'s' if n_rows > 1 else ''} {what}: {places}{more}"
    yield Oddity(code=code, n_rows=n_rows, text=text)


def _place(feeds: Sequence[ParsedFeed], number: int, row: int) -> str:
    source = next(feed.plan.source for feed in feeds if feed.plan.number == number)
    lines = source.line_numbers([row])
    return f"{source.name} {source.place} {lines[0]}" if lines else f"{source.name} record {row + 1}"
