"""The clock of the office against `business_hours`, and deadlines in office hours."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.business_hours import business_hours
from analysis.handoffs.office import office, office_deadline

MOMENTS = st.datetimes(datetime(2024, 12, 20), datetime(2025, 5, 20))


@settings(max_examples=30)
@given(st.lists(st.tuples(MOMENTS, MOMENTS), min_size=1, max_size=6), st.sampled_from(["JP", "US"]))
def test_is_the_hours_between_moments(pairs, country):
    start, end = (np.array(part, dtype="datetime64[us]") for part in zip(*pairs, strict=True))
    found = office([start, end], country).hours(start, end)
    np.testing.assert_allclose(found, business_hours(start, end, country), atol=1 / 3600 + 1e-9)


def test_a_missing_moment_is_unknown():
    moments = np.array(["2025-01-06T00:00", "NaT"], dtype="datetime64[us]")
    found = office([moments]).hours(moments[:1], moments)
    assert found[0] == 0
    assert np.isnan(found[1])


def test_nothing_but_missing_moments():
    nothing = np.array(["NaT"], dtype="datetime64[us]")
    assert np.isnan(office([nothing]).hours(nothing, nothing)).all()


@pytest.mark.parametrize(
    ("agreed", "left"), [(4, 4), (9, 9), (12, 9), (24, 9), (36, 18), (48, 18), (50, 20), (72, 27), (0.5, 0.5)]
)
def test_24_hours_are_one_day_of_work(agreed, left):
    assert office_deadline(agreed) == left


def test_a_deadline_of_a_day_ends_at_the_same_time_of_the_next_working_day():
    friday = np.array(
        [datetime(2025, 1, 10, 7)], dtype="datetime64[us]"
    )  # 16:00 in Tokyo; Monday 13 January is a holiday
    due = friday + np.timedelta64(int(timedelta(days=4).total_seconds()), "s")
    assert office([friday, due]).hours(friday, due)[0] == pytest.approx(office_deadline(24))
