"""Hours of work, against counting minute by minute."""

from datetime import datetime, timedelta

import holidays
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.business_hours import business_hours

HOLIDAYS = pd.DatetimeIndex(
    sorted(holidays.country_holidays("JP", years=range(2023, 2028), categories=("public", "bank")))
)
MOMENTS = st.integers(0, 60 * 24 * 40).map(lambda minutes: datetime(2024, 12, 10) + timedelta(minutes=minutes))


def minute_by_minute(start: datetime, end: datetime) -> float:
    """Count the minutes in which the office is open, one after the other."""
    minutes = pd.date_range(start, end, freq="min", inclusive="left") + pd.Timedelta(hours=9)
    is_open = (minutes.hour >= 9) & (minutes.hour < 18) & (minutes.day_of_week < 5)
    is_holiday = minutes.normalize().isin(HOLIDAYS)
    return float((is_open & ~is_holiday).sum()) / 60


@settings(max_examples=30)
@given(a=MOMENTS, b=MOMENTS)
def test_it_is_the_number_of_open_minutes_over_the_turn_of_the_year(a, b):
    start, end = min(a, b), max(a, b)
    assert business_hours([start], [end])[0] == pytest.approx(minute_by_minute(start, end))
    assert business_hours([end], [start])[0] == pytest.approx(-minute_by_minute(start, end))


@given(moments=st.lists(MOMENTS, min_size=3, max_size=3))
def test_hours_add_up(moments):
    a, b, c = sorted(moments)
    parts = business_hours([a, b], [b, c])
    assert parts.sum() == pytest.approx(business_hours([a], [c])[0])


def test_known_spans_of_japan():
    # Tokyo is nine hours ahead. 3 May to 6 May 2025 are holidays; 1 and 2 May are Thursday and Friday.
    start = ["2025-05-01T08:00", "2025-05-02T08:00", "2025-05-02T10:00", "2025-12-30T08:30"]
    end = ["2025-05-02T01:00", "2025-05-07T01:00", "2025-05-06T08:00", "2026-01-05T00:30"]
    assert business_hours(np.array(start, "datetime64[s]"), np.array(end, "datetime64[s]")).tolist() == [2, 2, 0, 1]


def test_a_missing_moment_gives_no_hours_and_one_start_serves_many_ends():
    ends = pd.Series(pd.to_datetime(["2025-06-02T01:00", None, "2025-06-03T01:00"]))
    found = business_hours(np.datetime64("2025-06-02T00:00"), ends)
    assert found.tolist()[::2] == [1, 10]
    assert np.isnan(found[1])
    assert np.isnan(business_hours([np.datetime64("NaT")], [np.datetime64("NaT")])).all()


def test_another_country_has_other_holidays():
    start, end = np.datetime64("2025-07-04T10:00"), np.datetime64("2025-07-04T12:00")
    assert business_hours(start, end, "GB", time_zone="Europe/London").tolist() == [2]
    assert business_hours(start, end, "US", time_zone="Europe/London").tolist() == [0]
    with pytest.raises(ValueError, match="XX"):
        business_hours(start, end, "XX")
