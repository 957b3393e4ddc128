"""Words that several pages of a report need: text without markup, tables, numbers with what they rest on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import pandas as pd

from dashboard.masking import mask_contacts
from dashboard.reporting.blocks import Table
from dashboard.reporting.findings import Findings
from dashboard.tables import Twin
from dashboard.texts import Speaker
from dashboard.texts.numbers import DASH, is_unknown

_MARKUP: Final = re.compile(r"\\([\\`*_\[\]<>#$:~|])|\*\*|</?[bi]>|(<br>)")
_NUMBER: Final = re.compile(r"(?:[+\-−–¥]?\d[\d.,]*(?:%|[^\W\d_]{1,2})?(?: ?[–～] ?−?[\d.,]+%?)?|[–−]|)")


def unmarked(text: str) -> str:
    """Return a text of the pages without its markup."""
    return _MARKUP.sub(lambda found: found[1] or (" " if found[2] else ""), text)


def masked(text: str) -> str:
    """Return what people wrote, on one line and without addresses and telephone numbers."""
    return mask_contacts(" ".join(text.split()))


def table(twin: Twin, *, heading: str = "", columns: Sequence[int] = (), most: int = 0) -> Table:
    """Return the shown form of a table.

    Parameters
    ----------
    twin : Twin
        What to show.
    heading : str
        Stands above.
    columns : sequence of int
        Which columns, by place; empty takes all.
    most : int
        Rows to keep; 0 keeps all.
    """
    shown = twin.shown.iloc[:, list(columns)] if columns else twin.shown
    rows = [tuple(unmarked(str(cell)) for cell in row) for row in shown.itertuples(index=False)]
    return rows_table(tuple(map(unmarked, map(str, shown.columns))), rows, heading=heading, most=most)


def rows_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, heading: str = "", most: int = 0) -> Table:
    """Return a table of texts; columns in which every cell is a number are set flush right."""
    kept = tuple(rows[:most] if most else rows)
    left_out = len(rows) - len(kept)
    return Table(
        head=head,
        rows=kept,
        is_number=tuple(all(_NUMBER.fullmatch(row[place]) for row in kept) for place in range(len(head))),
        heading=heading,
        n_more=left_out,
    )


def rate(value: float, low: float, high: float, n: float, say: Speaker, *, is_enough: bool) -> str:
    """Return a share with its interval and n, or that there is too little to say one."""
    if not is_enough or is_unknown(value):
        return say("report.rate_few", n=say.count(n))
    return say("report.rate", rate=say.percent(value), low_high=say.interval(low, high), n=say.count(n))


def known(value: Any) -> float | None:
    """Return a number, or None where there is none."""
    return None if value is None or pd.isna(value) else float(value)


def whole(value: float) -> str:
    """Return a number of losses or wins without decimals, with a real minus sign."""
    return DASH if is_unknown(value) else f"{round(value) + 0:,}".replace("-", "−")


def signed(value: float) -> str:
    """Return a difference without decimals, with its sign."""
    text = f"{value:+,.0f}".replace("-", "−")
    return "0" if text in ("+0", "−0") else text


def points(value: float | None) -> str:
    """Return points with one decimal; a dash where nothing can be said."""
    # Minus nothing is nothing.
    return DASH if value is None or is_unknown(value) else f"{round(value, 1) + 0.0:.1f}".replace("-", "−")


def listed(parts: Sequence[str], say: Speaker) -> str:
    """Join parts of a sentence."""
    return say("format.comma").join(parts)


def joined(lines: Sequence[str], say: Speaker) -> str:
    """Put sentences one after the other; empty ones are left out."""
    kept = [line for line in lines if line]
    text = kept[0] if kept else ""
    for line in kept[1:]:
        text = say("format.sentences", first=text, second=line)
    return text


def period(found: Findings, say: Speaker) -> str:
    """Return the period as its first and last day."""
    chosen = found.selection
    last = chosen.as_of.date() if chosen.end is None else chosen.end - timedelta(days=1)
    first = chosen.start or found.first_on
    return say("report.cover.whole_history", first=say.date(first), last=say.date(min(last, chosen.as_of.date())))


def sources(found: Findings, say: Speaker) -> str:
    """Return the chosen sources by name."""
    names = [say.source(source) for source in found.selection.sources]
    return listed(names, say) if names else say("filter.sources_all")
