"""The table twin holds the same numbers, and its export opens safely in a Japanese Excel."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from analysis.calibration import decision_in_people
from analysis.funnel import funnel, funnel_by_month
from analysis.selection import Selection
from dashboard import tables
from dashboard.texts import speaker
from data.store import open_reader


def test_export_opens_in_excel_with_its_characters():
    data = tables.csv(pd.DataFrame({"獲得施策": ["セミナー"], "件数": [12]}))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == "獲得施策,件数\r\nセミナー,12\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_export_holds_no_formula(start):
    data = tables.csv(pd.DataFrame({f"{start}1+1": [f"{start}cmd|' /C calc'!A0", "plain"], "n": [-1, 2]}))
    frame = pd.read_csv(io.BytesIO(data), encoding="utf-8-sig")
    assert frame.columns[0].startswith("'")
    assert frame.iloc[0, 0].startswith("'")
    assert frame.iloc[1, 0] == "plain"
    assert frame["n"].tolist() == [-1, 2]  # a negative number is a number


@pytest.fixture
def engine(company):
    return open_reader(company)


def test_funnel_table_says_both_shares(engine):
    steps = funnel(engine, Selection(as_of=engine.data_end)).steps
    twin = tables.funnel_table(steps, speaker("ja"))
    assert twin.shown["段階"].tolist() == [speaker("ja").word("stages", stage) for stage in steps["stage"]]
    assert twin.shown["段階"].iloc[[0, -1]].tolist() == ["リード", "受注"]
    assert twin.shown["件数"].iloc[0] == "1,200"
    assert twin.shown["前段階に対する割合"].iloc[0] == "–"
    assert twin.exported["件数"].tolist() == steps["n_leads"].tolist()
    assert twin.exported["全体に対する割合"].iloc[-1] == pytest.approx(steps["total_rate"].iloc[-1], abs=1e-6)


def test_cohort_table_says_what_can_be_judged(engine):
    months = funnel_by_month(engine, Selection(as_of=engine.data_end))
    twin = tables.cohort_table(months[months["stage"] == "won"], "won", speaker("en"))
    states = twin.shown["Can it be judged?"]
    assert states.iloc[0] == "yes"
    assert any(state.startswith("not yet, from ") for state in states)


def test_band_table_gives_no_rate_where_there_are_too_few(good):
    bands = good.bands.assign(is_enough=[True, False, True])
    shown = tables.band_table(bands, speaker("en")).shown
    assert shown["Win rate"].tolist() == ["3.7%", "–", "30.0%"]
    assert shown["Note"].tolist() == ["", "too few to say", ""]


def test_coverage_table_says_why(good):
    shown = tables.coverage_table(good.bands, speaker("en")).shown
    assert shown["Note"].tolist() == ["worked too few to judge", "worked enough to judge", "worked enough to judge"]


def test_never_tried_is_unknown(good):
    people = decision_in_people(good.scores, good.threshold)
    shown = tables.people_table(people, good.threshold, speaker("en")).shown
    assert shown.iloc[:, 0].tolist()[-1] == "never tried = unknown"
    assert shown["20 points or more"].tolist() == ["150", "550", "70", "220"]
    assert shown["Below 20 points"].tolist() == ["11", "289", "20", "4,000"]
