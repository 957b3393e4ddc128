"""Work that takes a while, beside the page: it goes on when the page is drawn again, and can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from data.errors import LeadcalError
from data.imports import Progress

Result = TypeVar("Result")


class CancelledError(LeadcalError):
    """The person stopped the work; nothing was changed."""


class Job(Generic[Result]):
    """One piece of work in a thread of its own.

    Parameters
    ----------
    work : callable
        Gets a function to tell its progress to; that function raises `CancelledError`
        once the work is to stop.
    """

    def __init__(self, work: Callable[[Progress], Result]) -> None:
        self._work = work
        self._stop = threading.Event()
        self._result: Result | None = None
        self._error: Exception | None = None
        self.share: float | None = None
        self._thread = threading.Thread(target=self._run, name="leadcal-import", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """Ask it to stop at the next opportunity."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; False when it has not come within `seconds`."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self) -> Result:
        """Return what the work returned, or raise what it raised."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value] - without an error there is a result

    def _run(self) -> None:
        try:
            self._result = self._work(self._tell)
        except Exception as error:  # noqa: BLE001 - raised again by `result`, in the thread of the page
            self._error = error

    def _tell(self, _what: str, share: float | None) -> None:
        if self._stop.is_set():
            raise CancelledError("stopped; nothing was changed")
        self.share = share
