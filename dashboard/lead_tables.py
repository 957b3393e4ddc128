"""Lists of leads as tables and files, with what they were filtered by on top.

Names are masked unless somebody asked for them, in files as on the screen.
"""

from __future__ import annotations

import csv as csv_format
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

import pandas as pd

from analysis.lead_list import LeadList
from analysis.selection import Selection
from dashboard import wording
from dashboard.loading import Snapshot
from dashboard.masking import mask_text
from dashboard.tables import Builder, Twin, without_formula
from dashboard.texts import Speaker

_MAX_SOURCES = 12


def filter_lines(
    label: str, selection: Selection, n_leads: int, filters: Sequence[str], current: Snapshot, say: Speaker
) -> list[str]:
    """Say what a list holds and was filtered by, one line each; the first is what was counted."""
    names = [say.source(source) for source in selection.sources]
    chosen = say("format.comma").join(names[:_MAX_SOURCES]) if names else say("filter.sources_all")
    return [
        label,
        say("leads.filter_period", period=_period(selection, say)),
        say("leads.filter_sources", sources=chosen),
        *filters,
        say("leads.filter_data", date=say.date(selection.as_of), snapshot=current.number, n=say.count(n_leads)),
    ]


def leads_table(rows: pd.DataFrame, say: Speaker, *, is_revealed: bool) -> Twin:
    """Return leads in both forms; personal columns are masked unless revealed."""
    table = Builder(say, "leads.table")
    table.column("lead_id", _texts(rows["lead_id"]))
    table.column("company", _personal(rows["company"], is_revealed))
    table.column("stage", [say.word("stages", stage) for stage in _texts(rows["stage"])])
    table.column("reached_at", _days(rows["reached_at"]))
    table.column("source", [say.source(source) for source in _texts(rows["source"])])
    table.column("campaign", [wording.value("campaign", code, say) for code in _texts(rows["campaign"])])
    table.column("industry", [wording.value("industry", code, say) for code in _texts(rows["industry"])])
    table.column("region", [say.word("regions", region) for region in _texts(rows["region"])])
    table.column("owner", _personal(rows["owner"], is_revealed))
    table.column("created_at", _days(rows["created_at"]))
    table.column("amount", rows["amount"].astype("float64"), lambda yen: "" if pd.isna(yen) else say.count(yen))
    return table.twin()


def csv(lines: Sequence[str], found: LeadList, say: Speaker, *, is_revealed: bool) -> bytes:
    """Return a list as CSV: the filters, an empty line, the leads; opens in a Japanese Excel, holds no formula."""
    table = leads_table(found.rows, say, is_revealed=is_revealed).exported
    text = StringIO()
    writer = csv_format.writer(text, lineterminator="\r\n")
    writer.writerows([[without_formula(line)] for line in (*lines, *_cut(found, say))])
    writer.writerow([])
    writer.writerow([without_formula(name) for name in table.columns])
    writer.writerows([["" if pd.isna(value) else without_formula(value) for value in row] for row in table.to_numpy()])
    return text.getvalue().encode("utf-8-sig")


def xlsx(lines: Sequence[str], found: LeadList, say: Speaker, *, is_revealed: bool) -> bytes:
    """Return a list as an Excel workbook: the filters above, the leads below under a fixed, filterable heading."""
    # Takes a tenth of a second to import, and most visitors never export.
    import xlsxwriter

    table = leads_table(found.rows, say, is_revealed=is_revealed).exported
    top = [*lines, *_cut(found, say)]
    stream = BytesIO()
    # Texts that look like formulas, links or numbers stay texts: what a lead typed is data.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {"in_memory": True, **plain}) as book:
        sheet = book.add_worksheet(say("leads.sheet"))
        bold = book.add_format({"bold": True})
        for number, line in enumerate(top):
            sheet.write_string(number, 0, line, bold if number == 0 else None)
        head = len(top) + 1
        for place, name in enumerate(table.columns):
            sheet.write_string(head, place, name, bold)
            sheet.set_column(place, place, 18)
        for number, row in enumerate(table.to_numpy(), start=head + 1):
            _write_row(sheet, number, row)
        sheet.freeze_panes(head + 1, 1)
        sheet.autofilter(head, 0, head + len(table), len(table.columns) - 1)
    return stream.getvalue()


def _write_row(sheet: Any, number: int, row: Sequence[Any]) -> None:
    for place, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(number, place, value)
        elif not pd.isna(value):
            sheet.write_number(number, place, value)


def _cut(found: LeadList, say: Speaker) -> list[str]:
    """Say when a file does not hold everything."""
    if found.n_leads <= len(found.rows):
        return []
    return [say("leads.more", shown=say.count(len(found.rows)), n=say.count(found.n_leads))]


def _period(selection: Selection, say: Speaker) -> str:
    first = say.date(selection.start) if selection.start else say("leads.beginning")
    last = selection.as_of.date() if selection.end is None else min(_day_before(selection), selection.as_of.date())
    return say("leads.from_to", first=first, last=say.date(last))


def _day_before(selection: Selection) -> Any:
    return (pd.Timestamp(selection.end) - pd.Timedelta(days=1)).date()


def _texts(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in values]


def _personal(values: pd.Series, is_revealed: bool) -> list[str]:
    return _texts(values) if is_revealed else [mask_text(text) for text in _texts(values)]


def _days(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else f"{value:%Y-%m-%d}" for value in values]
