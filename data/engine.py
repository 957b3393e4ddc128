"""The port through which `analysis` asks its questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

import pandas as pd
from numpy.typing import NDArray


class Engine(Protocol):
    """Anything that answers a SQL question about one snapshot with a small table."""

    @property
    def snapshot(self) -> int:
        """Number of the snapshot that is asked."""
        ...

    @property
    def data_end(self) -> datetime | None:
        """UTC time of the latest recorded event; None when the history is empty."""
        ...

    def query(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
    ) -> pd.DataFrame:
        """Run one statement; `$name` takes its value from `params`.

        `tables` are visible to the statement under their names, and to nobody else.
        """
        ...

    def stream(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
    ) -> Iterator[dict[str, NDArray[Any]]]:
        """Run one statement whose answer is long, and yield it part by part: arrays by column.

        For numbers without NULL; the memory in use does not grow with the answer.
        """
        ...
