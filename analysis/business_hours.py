"""Hours of work between two moments: evenings, weekends and public holidays do not count.

A lead handed over on Friday evening and called on Monday at ten waited one hour,
not sixty-four. Days off are the country's public holidays and, where the country
has them, those of its banks: in Japan the turn of the year from 31 December to
3 January.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import holidays
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.intervals import Floats

OPENS_AT_HOUR: Final = 9
CLOSES_AT_HOUR: Final = 18
"""Of the local clock, Monday to Friday."""

TIME_ZONE: Final = "Asia/Tokyo"

_EPOCH: Final = np.datetime64("1970-01-01", "D")


def business_hours(start: ArrayLike, end: ArrayLike, country: str = "JP", *, time_zone: str = TIME_ZONE) -> Floats:
    """Count the hours of work from each start to each end.

    Parameters
    ----------
    start, end : array-like of datetime64, shape (n,)
        Naive UTC times; a single one is held against all of the other.
    country : str
        Whose holidays are days off, such as "JP" or "US".
    time_zone : str
        Whose clock opens and closes the office; of the country.

    Returns
    -------
    array of shape (n,)
        Hours; below 0 where the end comes first, NaN where either is missing.

    Raises
    ------
    ValueError
        If nothing is known of the country's holidays.
    """
    first, last = np.broadcast_arrays(_local(start, time_zone), _local(end, time_zone))
    days = np.concatenate([first[~np.isnat(first)], last[~np.isnat(last)]]).astype("datetime64[D]")
    if not len(days):
        return np.full(first.shape, np.nan)
    years = (int(str(days.min())[:4]), int(str(days.max())[:4]))
    calendar = np.busdaycalendar(holidays=_days_off(country, *years))
    return (_worked(last, calendar) - _worked(first, calendar)) / 3600


@lru_cache(maxsize=32)
def _days_off(country: str, first_year: int, last_year: int) -> NDArray[np.datetime64]:
    try:
        known = holidays.country_holidays(country).supported_categories
        categories = tuple(name for name in ("public", "bank") if name in known)
        found = holidays.country_holidays(country, years=range(first_year, last_year + 1), categories=categories)
    except NotImplementedError as error:
        raise ValueError(f"No holidays are known for the country {country!r}; use a code such as 'JP'.") from error
    return np.array(sorted(found), dtype="datetime64[D]")


def _local(moments: ArrayLike, time_zone: str) -> NDArray[np.datetime64]:
    """Return what the clock on the wall showed, whole seconds."""
    index = pd.DatetimeIndex(np.atleast_1d(np.asarray(moments, dtype="datetime64[us]")))
    local = index.tz_localize("UTC").tz_convert(time_zone).tz_localize(None)
    return np.asarray(local.to_numpy(), dtype="datetime64[s]")


def _worked(local: NDArray[np.datetime64], calendar: np.busdaycalendar) -> Floats:
    """Return the seconds of work from 1970 to each moment: whole days before it, and its own day so far."""
    is_known = ~np.isnat(local)
    moments = np.where(is_known, local, _EPOCH.astype("datetime64[s]"))
    days = moments.astype("datetime64[D]")
    seconds = (moments - days).astype(np.int64)
    today = np.clip(seconds, OPENS_AT_HOUR * 3600, CLOSES_AT_HOUR * 3600) - OPENS_AT_HOUR * 3600
    length = (CLOSES_AT_HOUR - OPENS_AT_HOUR) * 3600
    # Days off before the first year asked for cancel out between start and end.
    before = np.busday_count(_EPOCH, days, busdaycal=calendar) * length
    worked = before + np.where(np.is_busday(days, busdaycal=calendar), today, 0)
    return np.where(is_known, worked.astype(np.float64), np.nan)
