"""How large a file may be: an upload is not trusted, and a clear refusal is better than a full memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from data.errors import InputError

MEGABYTE: Final = 1_000_000

MAX_FILE_MEGABYTES: Final = int(os.environ.get("LEADCAL_MAX_FILE_MEGABYTES", "20000"))
"""Largest CSV or Parquet file; these are read in streams, so memory does not limit them."""

MAX_WORKBOOK_MEGABYTES: Final = int(os.environ.get("LEADCAL_MAX_WORKBOOK_MEGABYTES", "100"))
"""Largest Excel workbook; it is held in memory."""

MAX_UNPACKED_MEGABYTES: Final = int(os.environ.get("LEADCAL_MAX_UNPACKED_MEGABYTES", "2000"))
"""Largest sum of what the parts of a workbook unpack to."""

MAX_CELLS: Final = int(os.environ.get("LEADCAL_MAX_CELLS", "10000000"))
"""Most cells of a sheet, empty ones between others included."""

MAX_COLUMNS: Final = int(os.environ.get("LEADCAL_MAX_COLUMNS", "5000"))
"""Most columns of a file; the widest exports have some hundreds."""


def require_size(path: Path, megabytes: int, setting: str) -> None:
    """Refuse a file of more than `megabytes`, and name the `setting` that says so.

    Raises
    ------
    InputError
        If it is larger.
    """
    size = path.stat().st_size
    if size > megabytes * MEGABYTE:
        raise InputError(
            f"{path.name}: has {size / MEGABYTE:,.0f} MB, and at most {megabytes:,} MB are read; "
            f"split it, or set {setting} higher"
        )


def require_columns(file: str, n_columns: int) -> None:
    """Refuse a file with more than `MAX_COLUMNS` columns, with an InputError."""
    if n_columns > MAX_COLUMNS:
        raise InputError(
            f"{file}: has {n_columns:,} columns, and at most {MAX_COLUMNS:,} are read; check its delimiter, "
            "export fewer columns, or set LEADCAL_MAX_COLUMNS higher"
        )
