"""Telling how far an import is, and letting whoever listens stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Final

import duckdb

Progress = Callable[[str, float | None], None]
"""Called with what is being done and the share of it that is done, None when unknown.

An error it raises cancels the import, and nothing is changed.
"""

Tell = Callable[[float | None], None]
"""Called with the share of one step that is done."""

POLL_SECONDS: Final = 0.2
"""How often a statement of the engine is asked how far it is."""


class Meter:
    """Turns the shares of steps into one share of the whole that never falls.

    Parameters
    ----------
    progress : callable or None
        Whom to tell; None for nobody.
    """

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._total = 1.0
        self._done = self._weight = self._share = 0.0
        self._what = ""

    def weigh(self, total: float) -> None:
        """Set what all steps weigh, once that is known."""
        self._total = max(total, 1)

    @property
    def tell(self) -> Tell | None:
        """What to hand to a step; None when nobody listens."""
        return self._tell if self._progress else None

    def begin(self, what: str, weight: float) -> None:
        """Begin the next step."""
        self._done += self._weight
        self._what, self._weight = what, weight
        self._tell(0.0)

    def say(self, what: str) -> None:
        """Begin a step of unknown length."""
        self._what, self._weight = what, 0.0
        self._tell(None)

    def _tell(self, share: float | None) -> None:
        if self._progress is None:
            return
        if share is None or not self._weight:
            self._progress(self._what, None)
            return
        now = (self._done + self._weight * min(max(share, 0.0), 1.0)) / self._total
        self._share = max(self._share, min(now, 1.0))
        self._progress(self._what, self._share)


def progress_settings() -> Iterator[str]:
    """Yield the settings that let a connection say how far it is, without printing it."""
    yield "enable_progress_bar = true"
    yield "enable_progress_bar_print = false"
    yield "progress_bar_time = 0"


def execute(connection: duckdb.DuckDBPyConnection, sql: str, tell: Tell | None) -> list[tuple[object, ...]]:
    """Run a statement and return its rows; `tell` hears how far it is, and may raise to stop it.

    The statement runs in a thread of its own, so that `tell` is called in this one.
    """
    if tell is None:
        return connection.execute(sql).fetchall()
    rows: list[tuple[object, ...]] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            rows.extend(connection.execute(sql).fetchall())
        except BaseException as error:  # noqa: BLE001 - it is raised again below, in the thread that asked
            errors.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    try:
        while True:
            worker.join(POLL_SECONDS)
            if not worker.is_alive():
                break
            tell(connection.query_progress() / 100)
    except BaseException:
        while worker.is_alive():  # the first call may come before the statement has begun
            connection.interrupt()
            worker.join(POLL_SECONDS)
        raise
    if errors:
        raise errors[0]
    return rows
