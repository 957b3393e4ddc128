"""By what a promise is judged: a win is certain and late, an earlier stage is soon to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

INFLOW_DAYS: Final = 31
"""Handoffs of so many days are waited for: those of the first day alone say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """An outcome and the days it may take.

    Attributes
    ----------
    outcome : str
        Stage that counts as success.
    horizon_days : int
        Days after the handoff in which it counts.
    """

    outcome: str
    horizon_days: int

    @property
    def code(self) -> str:
        """Stable name."""
        return f"{self.outcome}.{self.horizon_days}"

    def judged_on(self, in_force_from: date) -> date:
        """Return the day on which a month of handoffs has a result."""
        return in_force_from + timedelta(days=self.horizon_days + INFLOW_DAYS)


MEASURES: Final = (
    Measure(outcome="won", horizon_days=180),
    Measure(outcome="sales_qualified", horizon_days=60),
    Measure(outcome="sal", horizon_days=30),
)
"""What is offered, the last word first."""
