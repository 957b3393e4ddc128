"""A sheet as it stands after the edits of `st.data_editor`, for the code that runs on a click.

The editor returns the edited sheet where it is drawn; before the script runs there are only
the edits. They belong to one sheet: `key` gives each sheet an editor of its own, so that
the edits of one are never applied to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import state


def key(name: str, sheet: pd.DataFrame) -> str:
    """Return the key of the editor of a sheet: the name, and a number once the sheet has become another."""
    number, before = state.kept(f"sheet-{name}", (0, None))
    if before is None or not before.equals(sheet):
        number += before is not None
        state.keep(f"sheet-{name}", (number, sheet.copy()))
    return f"{name}-{number}" if number else name


def apply(sheet: pd.DataFrame, edits: Mapping[str, Any] | None) -> pd.DataFrame:
    """Return the sheet with the edits applied, in Streamlit's order: cells, deleted rows, added rows.

    Parameters
    ----------
    sheet : DataFrame
        As it was drawn, with an index from 0.
    edits : mapping or None
        `edited_rows` (position -> column -> value), `deleted_rows` (positions) and
        `added_rows` (column -> value), as the session holds them under the editor's key;
        None changes nothing.

    Returns
    -------
    DataFrame
        With the columns and types of the sheet; integers that can be missing become `Int64`.
    """
    edits = edits or {}
    rows = [dict(zip(sheet.columns, row, strict=True)) for row in sheet.itertuples(index=False)]
    for number, cells in edits.get("edited_rows", {}).items():
        rows[int(number)] |= _known(sheet, cells)
    gone = {int(number) for number in edits.get("deleted_rows", ())}
    rows = [row for number, row in enumerate(rows) if number not in gone]
    rows += [_known(sheet, cells) for cells in edits.get("added_rows", ())]
    return pd.DataFrame({name: _column(sheet[name], [row.get(name) for row in rows]) for name in sheet.columns})


def _known(sheet: pd.DataFrame, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of the sheet's columns; an editor also names the index of an added row."""
    return {name: value for name, value in cells.items() if name in sheet.columns}


def _column(before: pd.Series[Any], values: list[Any]) -> pd.Series[Any]:
    is_whole = pd.api.types.is_integer_dtype(before.dtype)
    cells = [None if pd.isna(value) else int(value) if is_whole else value for value in values]
    if is_whole and None in cells:
        return pd.Series(cells, dtype="Int64", name=before.name)
    return pd.Series(cells, dtype=before.dtype, name=before.name)
