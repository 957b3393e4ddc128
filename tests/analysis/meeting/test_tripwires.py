"""Tripwires fire on judged months only, and count what a table of handoffs says."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from analysis.meeting.model import DecisionError
from analysis.meeting.tripwires import (
    METRICS,
    USUAL,
    Tripwire,
    load_tripwires,
    read_tripwires,
    reading_of,
    series_of,
    tripwires_text,
)
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace

SAL = Tripwire(metric="acceptance_rate", limit=0.3, is_below=True, months=2)


def series(*pairs):
    months = pd.date_range("2026-01-01", periods=len(pairs), freq="MS")
    return pd.DataFrame({"month": months, "n": [n for _, n in pairs], "n_yes": [yes for yes, _ in pairs]})


@pytest.mark.parametrize(
    ("pairs", "state", "is_certain"),
    [
        (((50, 100), (25, 100), (20, 100)), "fired", True),
        (((50, 100), (29, 100), (29, 100)), "fired", False),
        (((25, 100), (50, 100), (25, 100)), "near", False),
        (((25, 100), (25, 100), (50, 100)), "quiet", False),
        (((25, 100), (25, 100), (0, 5)), "unknown", False),
        (((0, 5), (20, 100)), "near", False),
        (((20, 100),), "unknown", False),
        ((), "unknown", False),
    ],
)
def test_it_fires_when_every_month_is_beyond_the_limit(pairs, state, is_certain):
    reading = reading_of(SAL, series(*pairs))
    assert (reading.state, reading.is_certain) == (state, is_certain)


def test_the_intervals_are_those_of_wilson():
    months = reading_of(SAL, series((12, 60), (40, 90))).months
    for row, (yes, n) in zip(months.itertuples(), ((12, 60), (40, 90)), strict=True):
        found = binomtest(yes, n).proportion_ci(method="wilson")
        assert (row.low, row.high) == pytest.approx((found.low, found.high))


def test_numbers_fire_above_a_limit_without_any_doubt():
    wire = Tripwire(metric="handoffs", limit=100, is_below=False, months=2)
    assert reading_of(wire, series((0, 120), (0, 101))).is_certain
    assert reading_of(wire, series((0, 120), (0, 100))).state == "quiet"


def test_files_are_read_as_they_are_written(tmp_path):
    wires = (*USUAL, Tripwire(metric="handoffs", limit=250, is_below=False, months=3))
    path = tmp_path / "tripwires.toml"
    assert load_tripwires(path) == ()
    path.write_text(tripwires_text(wires), encoding="utf-8")
    assert load_tripwires(path) == wires


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[tripwire]]\nmetric = "sal"\nbelow = 0.3', "line 2: metric"),
        ('[[tripwire]]\nmetric = "win_rate"\nbelow = 30', "line 3: below = 30"),
        ('[[tripwire]]\nmetric = "win_rate"', "either below or above"),
        ('[[tripwire]]\nmetric = "win_rate"\nbelow = 0.1\nabove = 0.2', "either below or above"),
        ('[[tripwire]]\nmetric = "win_rate"\nbelow = 0.1\nmonth = 2', "unknown key month"),
        ('[[tripwire]]\nmetric = "win_rate"\nbelow = 0.1\nmonths = 0', "line 4: months = 0"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path, text, words):
    path = tmp_path / "tripwires.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DecisionError, match=words):
        load_tripwires(path)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6), st.integers(1, 4))
def test_a_firing_tripwire_has_enough_in_every_month(pairs, months):
    wire = Tripwire(metric="acceptance_rate", limit=0.3, is_below=True, months=months)
    reading = reading_of(wire, series(*((min(pair), max(pair)) for pair in pairs)))
    if reading.state == "fired":
        assert len(reading.months) == months
        assert (reading.months["n"] >= 20).all()
        assert (reading.months["value"] < 0.3).all()


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("tripwires"))
    build_company(workspace, n_leads=1500, seed=1)
    return open_reader(workspace)


@pytest.mark.parametrize("as_of", [datetime(2026, 3, 31, 9), datetime(2025, 11, 20, 12)])
def test_the_months_are_those_of_the_rows(reader, as_of):
    handoffs = reader.query("SELECT * FROM handoffs")
    handoffs = handoffs[handoffs["handed_off_at"] <= as_of]
    month = handoffs["handed_off_at"].dt.to_period("M").dt.to_timestamp()
    answered = handoffs["response"].notna() & (handoffs["responded_at"].fillna(handoffs["handed_off_at"]) <= as_of)
    rows = pd.DataFrame({"answered": answered, "accepted": answered & (handoffs["response"] == "accepted")})
    by_month = rows.groupby(month).sum()
    wires = [Tripwire(metric=metric, limit=0.5, is_below=True, months=12) for metric in METRICS]
    readings = {r.tripwire.metric: r.months for r in read_tripwires(reader, Selection(as_of=as_of), wires)}
    for metric, wait in (
        ("acceptance_rate", 14),
        ("win_rate", 180),
        ("contact_rate", 3),
        ("handoffs", 0),
        ("leads", 0),
    ):
        last = readings[metric]["month"].iloc[-1]
        assert last + pd.offsets.MonthBegin(1) + timedelta(days=wait) <= pd.Timestamp(as_of)
        assert last + pd.offsets.MonthBegin(2) + timedelta(days=wait) > pd.Timestamp(as_of)
    found = readings["acceptance_rate"].set_index("month")
    assert found["n"].tolist() == by_month.loc[found.index, "answered"].tolist()
    assert (found["value"] * found["n"]).round().tolist() == by_month.loc[found.index, "accepted"].tolist()
    contacted = (handoffs["first_contact_at"] - handoffs["handed_off_at"]) <= timedelta(hours=72)
    found = readings["contact_rate"].set_index("month")
    assert (found["value"] * found["n"]).round().tolist() == contacted.groupby(month).sum().loc[found.index].tolist()
    assert (
        readings["handoffs"].set_index("month")["n"].eq(month.value_counts()).loc[readings["handoffs"]["month"]].all()
    )


def test_a_month_of_silence_is_a_month_of_none():
    months = pd.DataFrame({"month": pd.to_datetime(["2026-01-01", "2026-03-01"]), "n_leads": [5, 7]})
    selection = Selection(as_of=datetime(2026, 4, 1))
    assert series_of("leads", months, None, selection)["n"].tolist() == [5, 0, 7]
    assert date(2026, 2, 1) in [month.date() for month in series_of("leads", months, None, selection)["month"]]
