"""The tables of the data page: what is there, what came in, what is doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import streamlit as st

from dashboard.figures.completeness import cell_text
from dashboard.importing import words
from dashboard.importing.drafts import is_personal
from dashboard.masking import mask_contacts, mask_text
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.texts.numbers import DASH
from data.contract import TABLES, Kind
from data.imports import Mapping
from data.imports.mapping import Cell
from data.presets import UnusedColumn

N_SAMPLE_ROWS: Final = 3
"""Rows of each kind that a preview shows."""


def holdings_table(holdings: pd.DataFrame, say: Speaker) -> Twin:
    """Return how much there is of each kind of record, as `analysis.holdings.holdings`."""
    table = Builder(say, "data.table")
    table.column("what", [say.word("tables", name) for name in holdings["table_name"]])
    table.column("n_rows", holdings["n_rows"], say.count)
    table.column("first_at", holdings["first_at"], lambda at: day(at, say))
    table.column("last_at", holdings["last_at"], lambda at: day(at, say))
    return table.twin()


def completeness_table(completeness: pd.DataFrame, say: Speaker) -> Twin:
    """Return the share of known attributes: sources down, attributes across; exported one row per pair."""
    wide = completeness.pivot_table(index="source", columns="attribute", values="known_rate", sort=False)
    n_leads = completeness.groupby("source", sort=False)["n_leads"].first()
    shown = {
        say("data.table.source"): [say.source(source) for source in wide.index],
        say("data.table.n_leads"): [say.count(n_leads[source]) for source in wide.index],
        **{say.word("attribute", name): [f"{cell_text(rate)}%" for rate in wide[name]] for name in wide.columns},
    }
    table = Builder(say, "data.table")
    table.column("source", completeness["source"], say.source)
    table.column("attribute", [say.word("attribute", name) for name in completeness["attribute"]])
    table.column("n_leads", completeness["n_leads"], say.count)
    table.column("n_known", completeness["n_known"], say.count)
    table.column("known_rate", completeness["known_rate"], say.percent)
    return Twin(shown=pd.DataFrame(shown), exported=table.twin().exported)


def freshness_table(freshness: pd.DataFrame, say: Speaker) -> Twin:
    """Return when each source last brought something, as `analysis.completeness.freshness`."""
    table = Builder(say, "data.table")
    table.column("source", freshness["source"], say.source)
    table.column("n_leads", freshness["n_leads"], say.count)
    table.column("last_lead_at", freshness["last_lead_at"], lambda at: day(at, say))
    table.column("days_since", freshness["days_since_lead"], lambda n: say("format.days", n=say.count(n)))
    table.column("last_touch_at", freshness["last_touch_at"], lambda at: day(at, say))
    return table.twin()


def history_table(imports: pd.DataFrame, say: Speaker) -> Twin:
    """Return the imports, newest first, as `analysis.holdings.import_history`."""
    table = Builder(say, "data.table")
    table.column("imported_at", imports["imported_at"], lambda at: moment(at, say))
    table.column("imported_by", [by or DASH for by in imports["imported_by"].fillna("")])
    table.column("files", [say("format.comma").join(files) for files in imports["files"]])
    table.column("n_rows", imports["n_rows"], say.count)
    table.column("n_imported", imports["n_imported"], say.count)
    table.column("n_left_behind", imports["n_rejected"], say.count)
    return table.twin()


def records_table(records: pd.DataFrame, say: Speaker) -> Twin:
    """Return the records a check found; ids that are mail addresses are hidden."""
    table = Builder(say, "data.table")
    table.column("what", [say.word("tables", name) for name in records["table_name"]])
    table.column("record_id", [_id(name, say) for name in records["record_id"]])
    table.column("lead_id", [_id(name, say) for name in records["lead_id"]])
    table.column("happened_at", records["happened_at"], lambda at: moment(at, say))
    table.column("other_at", records["other_at"], lambda at: moment(at, say))
    return table.twin()


def feeds_table(feeds: pd.DataFrame, say: Speaker) -> Twin:
    """Return what would come in per file and table, as in `ImportReport.feeds`."""
    shown = feeds.groupby(["file", "table"], sort=False).sum(numeric_only=True).reset_index()
    table = Builder(say, "data.table")
    table.column("file", shown["file"])
    table.column("what", [say.word("tables", name) for name in shown["table"]])
    for name in ("n_accepted", "n_rejected", "n_left_out", "n_repeats"):
        table.column(name, shown[name], say.count)
    return table.twin()


def merged_table(tables: pd.DataFrame, say: Speaker) -> Twin:
    """Return what an import changed per table, as in `ImportReport.tables`."""
    table = Builder(say, "data.table")
    table.column("what", [say.word("tables", name) for name in tables["table"]])
    for name in ("n_new", "n_updated", "n_unchanged"):
        table.column(name, tables[name], say.count)
    return table.twin()


def mapping_table(mapping: Mapping, say: Speaker) -> Twin:
    """Return which column of which file becomes what."""
    rows = [
        (mapping.files[cell.file or feed.file].pattern, _source(cell), feed.table, name)
        for feed in mapping.feeds
        for name, cell in feed.cells.items()
    ]
    rows = list(dict.fromkeys(rows))
    table = Builder(say, "data.table")
    if len(mapping.files) > 1:
        table.column("file", [row[0] for row in rows])
    table.column("column", [row[1] for row in rows])
    table.column("becomes", [_place(row[2], row[3], say) for row in rows])
    return table.twin()


def unused_table(unused: Sequence[UnusedColumn], say: Speaker) -> Twin:
    """Return the columns that nothing is made of, with the reason."""
    table = Builder(say, "data.table")
    table.column("file", [one.file for one in unused])
    table.column("column", [one.column for one in unused])
    table.column("reason", [words.unused_reason(one.reason, say) for one in unused])
    return table.twin()


def failures_table(failures: pd.DataFrame, say: Speaker) -> Twin:
    """Return failures with what would put them right, in few columns: a phone shows them too."""
    values = [mask_contacts(value) if isinstance(value, str) else "" for value in failures["value"]]
    columns = failures["column"].fillna("")
    sentences = [words.failure(row, say) for _, row in failures.iterrows()]
    table = Builder(say, "data.table")
    if failures["file"].nunique() > 1:
        table.column("file", failures["file"])
    table.column("line", failures["line"], say.count)
    table.column("cell", [_cell_in_words(column, value, say) for column, value in zip(columns, values, strict=True)])
    table.column("problem", [say("import.failure", problem=problem, fix=fix) for problem, fix in sentences])
    return table.twin()


def sample_table(sample: pd.DataFrame, say: Speaker, *, is_shown: bool) -> Twin:
    """Return raw values beside what was understood, of the first rows of each kind.

    What may identify a person is hidden unless `is_shown`.

    Parameters
    ----------
    sample : DataFrame
        As `ImportReport.sample`.
    """
    first = sample.groupby(["file", "table"], sort=False)["line"].transform(lambda lines: pd.factorize(lines)[0])
    rows = sample[(first < N_SAMPLE_ROWS) & (sample["raw"].notna() | sample["parsed"].notna())]
    hides = [_hider(row.table, row.column, is_shown) for row in rows.itertuples()]
    parsed = [_parsed(row, say) for row in rows.itertuples()]
    table = Builder(say, "data.table")
    table.column("line", rows["line"], say.count)
    table.column("column", rows["source"].fillna(""))
    table.column("raw", [hide(str(value)) for hide, value in zip(hides, rows["raw"].fillna(""), strict=True)])
    table.column("becomes", [_place(row.table, row.column, say) for row in rows.itertuples()])
    table.column("parsed", [hide(value) for hide, value in zip(hides, parsed, strict=True)])
    return table.twin()


def _parsed(row: Any, say: Speaker) -> str:
    """Return a value as it was understood; moments as the reader's clock shows them."""
    if pd.isna(row.parsed):
        return DASH
    column = TABLES[row.table].column(row.column)
    return moment(row.parsed, say) if column.kind is Kind.TIMESTAMP else str(row.parsed)


def day(at: Any, say: Speaker) -> str:
    """Return the day of a moment (UTC), where the reader is; a dash when there is none."""
    return DASH if pd.isna(at) else say.short_date(_local(at))


def moment(at: Any, say: Speaker) -> str:
    """Return a moment (UTC) to the minute, as the clock shows where the reader is; a dash when there is none."""
    return DASH if pd.isna(at) else f"{say.short_date(_local(at))} {_local(at):%H:%M}"


def _local(at: Any) -> datetime:
    """Return a moment in the zone of the reader's browser: a file of 1 April must not show as 31 March."""
    when = pd.Timestamp(at).to_pydatetime().replace(tzinfo=UTC)
    try:
        return when.astimezone(ZoneInfo(st.context.timezone or "UTC"))
    except (ValueError, ZoneInfoNotFoundError):
        return when


def _cell_in_words(column: str, value: str, say: Speaker) -> str:
    return say("import.cell", column=column, value=value) if column and value else column or value


def _place(table: str, column: str, say: Speaker) -> str:
    return say("import.place", table=say.word("tables", table), column=say.word("column", column))


def _hider(table: str, column: str, is_shown: bool) -> Any:
    if is_shown:
        return str
    known = table in TABLES and column in TABLES[table].column_names
    return mask_text if known and is_personal(f"{table}.{column}") else mask_contacts


def _id(name: Any, say: Speaker) -> str:
    return DASH if name is None or pd.isna(name) else mask_contacts(say.word("stages", str(name)))


def _source(cell: Cell) -> str:
    if cell.value is not None:
        return f"= {cell.value}"
    return cell.template or " / ".join(cell.columns)
