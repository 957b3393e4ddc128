"""The figures of the funnel, comparison, sources and targets pages draw what the tables hold."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.decomposition import Decomposition
from analysis.lead_list import LeadList
from dashboard.figures.pace import pace_figure
from dashboard.figures.portfolio import label_places, portfolio_figure
from dashboard.figures.rows import rows_figure
from dashboard.figures.shortfall import shortfall_figure
from dashboard.figures.stock import stock_figure
from dashboard.figures.times import times_figure
from dashboard.figures.touches import touches_figure
from dashboard.figures.waterfall import waterfall_figure
from dashboard.lead_tables import csv, leads_table, xlsx
from dashboard.texts import LANGUAGES, speaker

EN = speaker("en")


def labels(figure):
    return [annotation.text for annotation in figure.layout.annotations]


@pytest.mark.parametrize("steps", [[5, -3, -9], [-12, 2, 0], []])
def test_each_step_of_a_waterfall_begins_where_the_one_above_ended(steps):
    change = Decomposition(
        effects=pd.DataFrame({"n_effect": steps}, dtype="int64"),
        n_before=20,
        n_after=20 + sum(steps),
        n_change=sum(steps),
    )
    codes = ["before", *(f"rate{n}" for n in range(len(steps))), "after"]
    names = [f"cause {n}" for n in range(len(steps))]
    figure = waterfall_figure(change, names, ("Target 20", "Now"), codes, EN)
    (bars,) = figure.data
    level = 20
    for step, base, length in zip(steps, bars.base[1:-1], bars.x[1:-1], strict=True):
        assert {base, base + length} == {level, level + step}
        level += step
    assert (bars.x[0], bars.x[-1]) == (20, level)
    assert labels(figure)[0] == "Target 20"
    assert len(labels(figure)) == len(steps) + 2
    assert list(bars.customdata) == codes


def test_overdue_stock_is_hatched_and_opens_its_own_leads():
    stages = pd.DataFrame(
        {
            "stage": ["mql", "sal"],
            "n_stock": [100, 40],
            "n_overdue": [62, 0],
            "p80_days": [8.0, 30.0],
            "is_enough": [True, False],
        }
    )
    figure = stock_figure(stages, EN)
    in_time, overdue = figure.data
    assert (list(in_time.x), list(overdue.x)) == ([38, 40], [62, 0])
    assert overdue.marker.pattern.shape == "/"
    assert list(overdue.customdata) == ["mql.over", "sal.over"]
    assert "62 for over 8 days" in labels(figure)[0]
    assert "too few moves" in labels(figure)[1]


def test_times_of_too_few_have_no_marks():
    times = pd.DataFrame(
        {
            "lag_p50_days": [10.0, 3.0],
            "lag_p75_days": [20.0, 4.0],
            "lag_p90_days": [40.0, 5.0],
            "n_reached": [50, 2],
            "is_enough": [True, False],
        }
    )
    figure = times_figure(times, ["Web", "Golf"], ["web.reached", "golf.reached"], EN)
    assert [list(trace.x) for trace in figure.data if trace.mode == "markers"] == [[10.0], [20.0], [40.0]]
    assert {tuple(trace.customdata) for trace in figure.data if trace.mode == "markers"} == {("web.reached",)}
    assert "too few" in labels(figure)[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_bubbles_of_few_leads_are_hollow_and_unknown_times_left_out(language):
    table = pd.DataFrame(
        {
            "code": ["web", "golf", "new"],
            "n_leads": [400, 10, 30],
            "win_days": [60.0, 30.0, float("nan")],
            "shrunken_rate": [0.05, 0.03, 0.02],
            "win_rate": [0.05, 0.5, 0.0],
            "win_low": [0.03, 0.1, 0.0],
            "win_high": [0.08, 0.9, 0.1],
            "cost_per_win": [1000.0, float("nan"), float("nan")],
            "is_enough": [True, False, True],
        }
    )
    enough, few = portfolio_figure(table, ["A", "B", "C"], speaker(language)).data
    assert (list(enough.text), list(few.text)) == (["A"], ["B"])
    assert few.marker.color == "rgba(0,0,0,0)"
    assert list(enough.customdata) == ["web.n_leads"]
    assert portfolio_figure(table.head(0), [], speaker(language)).data == ()


def test_labels_of_neighbours_are_put_apart():
    places = label_places([10.0, 10.5, 100.0], [0.02, 0.02, 0.05], [30.0, 30.0, 30.0], ["Exhibition", "Webinar", "DM"])
    assert places[0] != places[1]


def test_a_label_without_room_is_left_to_the_table_and_the_largest_keeps_its_own():
    crowd = 8
    places = label_places([100.0] * crowd, [0.02] * crowd, [20.0, 40.0, *[20.0] * (crowd - 2)], ["Trade fairs"] * crowd)
    assert places[1]
    assert 1 <= sum(place != "" for place in places) <= 4
    assert (
        label_places([100.0, 10.0], [0.02, 0.02], [40.0, 40.0], ["A very long name of a campaign", "B"])[0]
        != "middle right"
    )


def test_touches_draw_three_ways_of_counting():
    table = pd.DataFrame({"first_share": [0.6, 0.4], "last_share": [0.1, 0.9], "all_share": [0.3, 0.7]})
    codes = [{way: f"{name}.{way}" for way in ("first", "last", "all")} for name in ("call", "mail")]
    figure = touches_figure(table, ["Call", "Mail"], codes, EN)
    assert [list(trace.customdata) for trace in figure.data] == [
        ["call.first", "mail.first"], ["call.last", "mail.last"], ["call.all", "mail.all"]
    ]  # fmt: skip
    assert [list(trace.x) for trace in figure.data] == [[0.6, 0.4], [0.1, 0.9], [0.3, 0.7]]
    assert "first 60% · last 10% · all 30%" in labels(figure)[0]


def test_rows_and_pace_draw_what_they_are_given():
    figure = rows_figure([3.0, 1.0], ["a", "b"], ["x", "y"], ([2.0, 0.0], [5.0, 2.0]))
    assert list(figure.data[0].customdata) == ["x", "y"]
    assert figure.layout.xaxis.range[1] == 5.0
    days = pd.DataFrame(
        {"day": pd.date_range("2026-04-01", periods=3), "n_needed": [1.0, 2, 3], "n_actual": [0.0, 4, None]}
    )
    needed, actual = pace_figure(days, EN).data
    assert list(needed.y) == [1.0, 2, 3]
    assert actual.line.shape == "hv"


LEADS = pd.DataFrame(
    {
        "lead_id": ["a", "b"],
        "pass_no": [1, 1],
        "reached_at": [pd.Timestamp("2026-03-01"), pd.NaT],
        "company": ["=cmd|' /C calc'!A0", "髙﨑①商事"],
        "source": ["web", None],
        "campaign": ["+1", None],
        "industry": [None, None],
        "region": ["kanto", None],
        "owner": ["Sato", None],
        "created_at": [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-02")],
        "stage": ["won", "lead"],
        "amount": [1200000.0, None],
    }
)


def test_names_are_masked_until_revealed():
    hidden, shown = (leads_table(LEADS, EN, is_revealed=flag).shown for flag in (False, True))
    assert "髙•••" in hidden["Company"].tolist()
    assert "髙﨑①商事" in shown["Company"].tolist()
    assert hidden["Owner"].tolist() == ["S•••", ""]


def test_files_begin_with_their_filters_and_hold_no_formula():
    found = LeadList(rows=LEADS, n_leads=5)
    text = csv(["reached Won", "=Period"], found, EN, is_revealed=True).decode("utf-8-sig")
    lines = text.split("\r\n")
    assert lines[:3] == ["reached Won", "'=Period", "The latest 2 of 5 leads are listed."]
    assert lines[4].startswith("Lead,Company,")
    assert "'=cmd" in text
    assert ",'+1," in text
    assert "1200000" in text
    assert xlsx(["reached Won"], found, EN, is_revealed=True).startswith(b"PK")


def test_a_shortfall_marks_where_each_bar_should_end():
    stages = pd.DataFrame(
        {
            "stage": ["mql", "won"],
            "n_actual": [40, 12],
            "n_target": [50, 20],
            "n_low": [28.0, 6.0],
            "n_high": [54.0, 21.0],
        }
    )
    figure = shortfall_figure(stages, ["MQL 40 of 50", "Won 12 of 20"], EN)
    bars, marks = figure.data
    assert (list(bars.x), list(marks.x)) == ([40, 12], [50, 20])
    assert list(bars.customdata) == list(marks.customdata) == ["mql", "won"]
    assert figure.layout.xaxis.range[1] > 54
