"""Office hours of many moments at once, and agreed deadlines in them.

`analysis.business_hours` says what an hour of work is. Asking it about every
handoff of a large history is slow; asking it about every half hour of the history
is not, and between two of those the clock of the office runs evenly or stands still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.business_hours import CLOSES_AT_HOUR, OPENS_AT_HOUR, TIME_ZONE, business_hours
from analysis.intervals import Floats

HOURS_PER_DAY: Final = CLOSES_AT_HOUR - OPENS_AT_HOUR

_STEP: Final = 30 * 60 * 1_000_000
"""Half an hour in microseconds: offices open and close on one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The clock of the office between two moments.

    Attributes
    ----------
    starts_at : int
        First knot, microseconds since 1970 (UTC).
    worked : array of shape (n_knots,)
        Office hours from the first knot to each.
    """

    starts_at: int
    worked: Floats

    def hours(self, start: ArrayLike, end: ArrayLike) -> Floats:
        """Return the office hours from each start to each end, as `business_hours`; NaN where either is missing."""
        return self._clock(end) - self._clock(start)

    def _clock(self, moments: ArrayLike) -> Floats:
        given = np.asarray(moments, dtype="datetime64[us]")
        is_known = ~np.isnat(given)
        since = np.where(is_known, given.astype(np.int64) - self.starts_at, 0)
        place = np.clip(since // _STEP, 0, len(self.worked) - 2)
        share = (since - place * _STEP) / _STEP
        clock = self.worked[place] + share * (self.worked[place + 1] - self.worked[place])
        return np.where(is_known, clock, np.nan)


def office(moments: list[NDArray[np.datetime64]], country: str = "JP", time_zone: str = TIME_ZONE) -> Office:
    """Prepare the clock for all given moments.

    Parameters
    ----------
    moments : list of datetime64 arrays
        Naive UTC times; NaT is left out. Later questions must lie between the earliest and the latest.
    country, time_zone : str
        As for `business_hours`.
    """
    known = [part[~np.isnat(part)].astype("datetime64[us]").astype(np.int64) for part in moments]
    known = [part for part in known if len(part)]
    first = min((int(part.min()) for part in known), default=0) // _STEP
    last = max((int(part.max()) for part in known), default=0) // _STEP + 1
    knots = (np.arange(first, last + 1, dtype=np.int64) * _STEP).astype("datetime64[us]")
    return Office(starts_at=first * _STEP, worked=business_hours(knots[:1], knots, country, time_zone=time_zone))


def office_deadline(hours: float) -> float:
    """Return the office hours that an agreed deadline leaves.

    People agree on "within 24 hours" and mean a working day. Each whole 24 hours
    are one day of the office; what remains are its hours, at most one day:
    4 hours stay 4, 24 are 9, 36 are 18, 72 are 27.
    """
    days, rest = divmod(hours, 24)
    return days * HOURS_PER_DAY + min(rest, HOURS_PER_DAY)
