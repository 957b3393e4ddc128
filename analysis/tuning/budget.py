"""How long a search may take, and how it tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, float], bool | None]
"""Called with what is being done and the best mean loss so far; return False to stop."""


@dataclass(slots=True, kw_only=True)
class Budget:
    """Limits of a search. Without `seconds`, the result depends on the input alone.

    Attributes
    ----------
    steps : int or None
        Neighbourhoods to look at.
    seconds : float or None
        Time to take. The best card so far is returned when it is over.
    progress : callable or None
        Called at every step; see `Progress`.
    """

    steps: int | None = None
    seconds: float | None = None
    progress: Progress | None = None
    _n_done: int = field(default=0, init=False)
    _started: float = field(default_factory=time.monotonic, init=False)
    _is_cancelled: bool = field(default=False, init=False)

    @property
    def is_over(self) -> bool:
        """Whether the search must stop."""
        is_late = self.seconds is not None and time.monotonic() - self._started > self.seconds
        return self._is_cancelled or is_late or (self.steps is not None and self._n_done >= self.steps)

    @property
    def was_cancelled(self) -> bool:
        """Whether `progress` asked to stop."""
        return self._is_cancelled

    def step(self, what: str, mean_loss: float) -> bool:
        """Report a step, and return whether there may be another."""
        self._n_done += 1
        if self.progress is not None and self.progress(what, mean_loss) is False:
            self._is_cancelled = True
        return not self.is_over
