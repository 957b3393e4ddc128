"""Months and the periods made of them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import periods


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-500, 500))
def test_adding_months_can_be_taken_back(day, n_months):
    moved = periods.add_months(day, n_months)
    assert moved.day == 1
    assert periods.add_months(moved, -n_months) == periods.first_of(day)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("3m", (date(2026, 1, 1), date(2026, 4, 1))),
        ("12m", (date(2025, 4, 1), date(2026, 4, 1))),
        ("all", (None, None)),
    ],
)
def test_recent_periods_end_with_the_month_of_the_latest_data(period, expected):
    assert periods.bounds(period, datetime(2026, 3, 31, 9)) == expected


def test_months_are_complete_and_have_codes():
    months = periods.months_between(date(2025, 11, 20), date(2026, 1, 2))
    assert [periods.month_code(month) for month in months] == ["2025-11", "2025-12", "2026-01"]
    assert periods.month_of("2025-11") == months[0]
