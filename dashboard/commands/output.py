"""Print a result as a table for people, or as CSV or JSON for programs."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click
import numpy as np
import pandas as pd


def print_result(
    output_format: str,
    *,
    headline: Sequence[str],
    facts: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    main_table: str,
) -> None:
    """Print one result.

    Parameters
    ----------
    output_format : {"table", "csv", "json"}
        JSON holds everything; CSV holds the main table; table is for reading.
    headline : sequence of str
        What is shown, in words; only in `table`.
    facts : mapping
        Single values, for example `n_leads` and `as_of`; only in `json`.
    tables : mapping of str to DataFrame
        The tables of the result by name.
    main_table : str
        Which table is the answer.
    """
    if output_format == "json":
        document = {**facts, **{name: table.to_dict(orient="records") for name, table in tables.items()}}
        click.echo(json.dumps(plain(document), ensure_ascii=False, indent=2))
    elif output_format == "csv":
        click.echo(tables[main_table].to_csv(index=False, lineterminator="\n"), nl=False)
    else:
        for line in headline:
            click.echo(line)
        click.echo()
        click.echo(text_table(tables[main_table]))


def plain(value: Any) -> Any:
    """Turn `value` into what JSON can say: unknown and infinite numbers become null."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, datetime | date):
        return None if value is pd.NaT else value.isoformat()
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return None if value is pd.NA else value


def text_table(table: pd.DataFrame) -> str:
    """Lay a table out in columns; rates (`*_rate`, `*_low`, `*_high`, `coverage`) become per cent."""
    cells = {name: [cell_text(name, value) for value in table[name]] for name in table.columns}
    widths = {name: max([width(name), *(width(text) for text in texts)]) for name, texts in cells.items()}
    is_number = {name: pd.api.types.is_numeric_dtype(table[name]) for name in table.columns}
    rows = [{name: name for name in cells}, *({name: cells[name][row] for name in cells} for row in range(len(table)))]
    lines = ["  ".join(_pad(row[name], widths[name], right=is_number[name]) for name in cells) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def cell_text(name: str, value: Any) -> str:
    """Write one value for people, by the meaning its column's name gives it."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        if _is_rate(name):
            return f"{value:.1%}"
        return f"{value:,.0f}" if _is_whole(name) else f"{value:,.2f}"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    return str(value)


def width(text: str) -> int:
    """Columns a terminal needs for `text`; Japanese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _is_rate(name: str) -> bool:
    return name.endswith(("_rate", "_low", "_high", "_share")) or name == "coverage"


def _is_whole(name: str) -> bool:
    """Days and money: nobody reads their decimals."""
    return name.endswith("_days") or name.startswith("cost") or name == "amount"


def _pad(text: str, size: int, *, right: bool) -> str:
    space = " " * (size - width(text))
    return space + text if right else text + space
