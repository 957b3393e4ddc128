"""The list behind a number is as long as the number: in every mode, view, grain, group and month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise, product

import pandas as pd
import pytest

from analysis.ageing import ageing
from analysis.attribution import ATTRIBUTES, NO_TOUCH, attribution
from analysis.bottlenecks import recent_bottlenecks
from analysis.calibration import calibrate
from analysis.conditions import (
    Created,
    Decided,
    Group,
    HandedOver,
    Left,
    Reached,
    Spanned,
    Standing,
    Touched,
)
from analysis.durations import Span, duration_cells, time_to_convert
from analysis.exits import stage_exits
from analysis.funnel import funnel_by_month
from analysis.journey_funnel import Question, funnel_by_origin, journey_funnel, journey_funnels
from analysis.journeys import MODES
from analysis.lead_list import lead_list
from analysis.overview import overview
from analysis.replay import pattern_table, score_table
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from analysis.sources import OTHER, sources
from data.store import Reader, open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.analysis.histories import day, history


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    workspace = Workspace(tmp_path_factory.mktemp("lead-list") / "workspace")
    build_company(workspace, n_leads=1500, seed=3)
    return open_reader(workspace)


@pytest.fixture(scope="module")
def selection(engine: Reader) -> Selection:
    return Selection(as_of=engine.data_end, start=date(2025, 1, 1), end=date(2025, 12, 1))


@pytest.mark.parametrize(
    ("mode", "view", "grain"), list(product(MODES, ("cohort", "period"), ("lead", "pass"))), ids="-".join
)
def test_every_bar_of_the_funnel(engine, selection, mode, view, grain):
    question = Question(mode=mode, view=view, grain=grain, start="mql" if grain == "lead" else None)
    steps = journey_funnel(engine, selection, question).steps
    assert steps["n_leads"].iloc[0] > 50
    lengths = [
        lead_list(engine, selection, Reached(stage=stage, question=question)).n_leads for stage in steps["stage"]
    ]
    assert lengths == steps["n_leads"].tolist()


@pytest.mark.parametrize("mode", MODES)
def test_those_who_did_not_go_on(engine, selection, mode):
    question = Question(mode=mode)
    steps = journey_funnel(engine, selection, question).steps
    for before, after in pairwise(steps.itertuples()):
        condition = Reached(stage=before.stage, not_on_to=after.stage, question=question)
        assert lead_list(engine, selection, condition).n_leads == after.n_previous - after.n_followed


@pytest.mark.parametrize("dimension", ["source", "is_inbound", "origin"])
def test_every_group(engine, selection, dimension):
    split = funnel_by_origin if dimension == "origin" else lambda *asked: journey_funnels(*asked[:2], dimension)
    table = split(engine, selection)
    ends = table[table["stage"].isin(["mql", "won"])]
    for row in ends.itertuples():
        group = Group(dimension=dimension, labels=(row.group,))
        assert lead_list(engine, selection, Reached(stage=row.stage, group=group)).n_leads == row.n_leads


def test_every_number_of_a_source_and_of_the_rest(engine, selection):
    table = sources(engine, selection, min_n=120)
    kept = tuple(table.loc[table["group"] != OTHER, "group"])
    assert OTHER in set(table["group"])
    for row in table.itertuples():
        is_rest = row.group == OTHER
        group = Group(dimension="source", labels=kept if is_rest else (row.group,), is_rest=is_rest)
        asked = {
            "n_leads": Created(stage="lead", group=group),
            "n_qualified": Created(stage="sales_qualified", group=group),
            "n_won": Created(stage="won", group=group),
            "n_mature": Created(stage="lead", is_mature=True, group=group),
            "n_won_mature": Created(stage="won", is_mature=True, is_in_horizon=True, group=group),
        }
        lengths = {name: lead_list(engine, selection, condition).n_leads for name, condition in asked.items()}
        assert lengths == {name: getattr(row, name) for name in asked}


def test_every_month(engine, selection):
    months = funnel_by_month(engine, selection)
    for row in months[months["stage"] == "won"].itertuples():
        start = row.month.date()
        end = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        month = replace(selection, start=start, end=end)
        assert lead_list(engine, month, Created(stage="won", is_in_horizon=True)).n_leads == row.n_in_horizon


def test_the_stock_and_those_that_would_have_moved(engine, selection):
    stages = ageing(engine, selection).stages
    assert stages["n_overdue"].sum() > 0
    for row in stages.itertuples():
        assert lead_list(engine, selection, Standing(stage=row.stage)).n_leads == row.n_stock
        overdue = Standing(stage=row.stage, over_days=row.p80_days)
        if row.n_moved:
            assert lead_list(engine, selection, overdue).n_leads == row.n_overdue


def test_both_exits_of_a_tql(engine, selection):
    for row in stage_exits(engine, selection).itertuples():
        assert lead_list(engine, selection, Left(stage="tql", exit=row.exit)).n_leads == row.n_leads


def length(engine, selection, condition):
    return lead_list(engine, selection, condition, 1).n_leads


def test_every_key_number_of_the_overview(engine, selection):
    ruleset = find_ruleset(engine.workspace, "today")
    calibration = calibrate(score_table(pattern_table(engine, ruleset, selection), ruleset), ruleset)
    kpis = overview(engine, selection, calibration).kpis.set_index("kpi")
    accepted = round(kpis.loc["acceptance_rate", "value"] * kpis.loc["acceptance_rate", "n"])
    states = {
        "all": kpis.loc["handoffs", "value"],
        "accepted": accepted,
        "answered": kpis.loc["acceptance_rate", "n"],
        "rejected": kpis.loc["acceptance_rate", "n"] - accepted,
        "unanswered": kpis.loc["acceptance_rate", "n_immature"],
        "contacted": kpis.loc["first_contact_days", "n"],
        "waiting": kpis.loc["first_contact_days", "n_immature"],
    }
    assert min(states[state] for state in ("accepted", "rejected", "contacted", "waiting")) > 0
    assert {state: length(engine, selection, HandedOver(state=state)) for state in states} == states
    counts = {name: getattr(calibration, f"n_{name}") for name in ("mature", "won", "immature")}
    assert {name: length(engine, selection, Decided(outcome=name)) for name in counts} == counts
    assert counts["won"] > 0


@pytest.mark.parametrize("dimension", ["source", "is_inbound", "month"])
def test_every_row_of_times(engine, selection, dimension):
    span = Span(start="sal", end="won")
    unit = "month" if dimension == "month" else "all"
    cells = duration_cells(engine, selection, span, dimension="all" if unit == "month" else dimension, unit=unit)
    table = time_to_convert(cells, "started_on" if unit == "month" else "label")
    assert table[["n_reached", "n_open", "n_lost"]].sum().min() > 0
    for row in table.itertuples():
        part, group = selection, Group(dimension=dimension, labels=(row.group,))
        if unit == "month":
            start = row.group.date()
            end = date(start.year + start.month // 12, start.month % 12 + 1, 1)
            part, group = replace(selection, start=start, end=end), Group()
        asked = {
            outcome: length(engine, part, Spanned(span=span, outcome=outcome, group=group))
            for outcome in ("all", "reached", "open", "lost")
        }
        assert asked == {"all": row.n_leads, "reached": row.n_reached, "open": row.n_open, "lost": row.n_lost}


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_every_share_of_the_touches(engine, selection, attribute):
    for row in attribution(engine, selection, attribute).itertuples():
        if row.group == NO_TOUCH:
            assert length(engine, selection, Touched(attribute=attribute, place="none")) == row.n_first
            continue
        places = {
            place: Touched(attribute=attribute, label=row.group, place=place) for place in ("first", "last", "any")
        }
        asked = {place: length(engine, selection, condition) for place, condition in places.items()}
        assert asked == {"first": row.n_first, "last": row.n_last, "any": row.n_any}


def test_both_sides_of_a_bottleneck_now_and_in_its_best_month(engine, selection):
    table = recent_bottlenecks(engine, selection)
    assert len(table) > 3
    for row in table.itertuples():
        for start, end, n_previous, n_leads in (
            (row.from_month, row.until_month, row.n_previous, row.n_leads),
            (row.best_month, row.best_month + pd.offsets.MonthBegin(1), row.best_n_previous, row.best_n_leads),
        ):
            part = replace(selection, start=start.date(), end=end.date())
            before = Created(stage=row.previous_stage, is_in_horizon=True)
            stopped = replace(before, not_on_to=row.stage)
            gone_on = Created(stage=row.stage, is_in_horizon=True)
            assert length(engine, part, before) == n_previous
            assert length(engine, part, gone_on) == n_leads
            assert length(engine, part, stopped) == n_previous - n_leads


def test_handoffs_by_hand():
    """Answered late, contacted before the handoff, never contacted, contacted after a quarter."""
    handoffs = [
        {"handed_off_at": day(1), "response": "accepted", "responded_at": day(2), "first_contact_at": day(1)},
        {"handed_off_at": day(2), "response": "rejected", "responded_at": day(50), "first_contact_at": day(1)},
        {"handed_off_at": day(3), "response": "accepted"},
        {"handed_off_at": day(4), "first_contact_at": day(95)},
        {"handed_off_at": day(40), "pass_no": 2, "response": "accepted", "responded_at": day(41)},
    ]
    rows = [{"handoff_id": str(n), "lead_id": "a", "pass_no": 1, **row} for n, row in enumerate(handoffs)]
    engine = history(leads=[{"lead_id": "a", "created_at": day(0)}], handoffs=rows)
    expected = {"all": 5, "accepted": 3, "rejected": 0, "answered": 3, "unanswered": 2, "contacted": 2, "waiting": 3}
    selection = Selection(as_of=day(45))
    assert {state: length(engine, selection, HandedOver(state=state)) for state in expected} == expected
    later = Selection(as_of=day(100))
    assert length(engine, later, HandedOver(state="rejected")) == 1
    assert length(engine, later, HandedOver(state="contacted")) == 2  # after more than a quarter is not in time
    won = {"deal_id": "d", "lead_id": "a", "opened_at": day(41), "closed_at": day(60), "outcome": "won"}
    engine = history(leads=[{"lead_id": "a", "created_at": day(0)}], handoffs=rows, deals=[won])
    of_pass = Selection(as_of=day(400), horizon_days=100)
    assert lead_list(engine, of_pass, Decided(outcome="won")).rows["pass_no"].tolist() == [2]
    assert length(engine, of_pass, Decided(outcome="mature")) == 5


def test_times_by_hand_show_when_each_lead_moved_and_since_when_it_waits():
    engine = history(
        leads=[{"lead_id": name, "created_at": day(0)} for name in "abcd"],
        stage_events=[{"lead_id": "a", "stage": "sal", "entered_at": day(3.5)}],
        deals=[{"deal_id": "1", "lead_id": "b", "opened_at": day(1), "closed_at": day(5), "outcome": "lost"}],
    )
    selection, span = Selection(as_of=day(9)), Span(start="lead", end="mql")
    found = {
        outcome: lead_list(engine, selection, Spanned(span=span, outcome=outcome)).rows
        for outcome in ("reached", "lost", "open")
    }
    moved = [["a", pd.Timestamp(day(3.5))], ["b", pd.Timestamp(day(1))]]
    assert found["reached"][["lead_id", "reached_at"]].values.tolist() == moved
    # b has an opportunity: it went beyond MQL before it was lost.
    assert found["lost"].empty
    assert found["open"]["lead_id"].tolist() == ["d", "c"]
    later = Spanned(span=Span(start="opportunity", end="won"), outcome="lost")
    assert lead_list(engine, selection, later).rows["reached_at"].tolist() == [pd.Timestamp(day(5))]


def test_a_list_shows_the_latest_and_counts_all(engine, selection):
    found = lead_list(engine, selection, Reached(stage="mql"), n_rows=5)
    assert len(found.rows) == 5
    assert found.n_leads > 5
    assert found.rows["reached_at"].is_monotonic_decreasing
    assert found.rows["lead_id"].is_unique
    everything = lead_list(engine, selection, Reached(stage="mql"), n_rows=10_000)
    assert everything.rows.head(5)["lead_id"].tolist() == found.rows["lead_id"].tolist()


def test_a_lead_shows_its_furthest_stage_and_the_amount_of_its_won_deals():
    engine = history(
        leads=[{"lead_id": "a", "created_at": day(0), "source": "web"}, {"lead_id": "b", "created_at": day(1)}],
        deals=[
            {"deal_id": "1", "lead_id": "a", "opened_at": day(2), "closed_at": day(3), "outcome": "won", "amount": 100},
            {"deal_id": "2", "lead_id": "a", "opened_at": day(2), "closed_at": day(9), "outcome": "won", "amount": 900},
        ],
    )
    found = lead_list(engine, Selection(as_of=day(5)), Reached(stage="lead"))
    assert found.rows["lead_id"].tolist() == ["b", "a"]
    assert found.rows["stage"].tolist() == ["lead", "won"]
    assert found.rows["amount"].fillna(0).tolist() == [0, 100]


def test_an_empty_list_and_an_unknown_stage():
    engine = history(leads=[{"lead_id": "a", "created_at": day(0)}])
    assert lead_list(engine, Selection(as_of=day(5)), Reached(stage="won")).n_leads == 0
    with pytest.raises(ValueError, match="no stage 'signed'"):
        lead_list(engine, Selection(as_of=day(5)), Reached(stage="signed"))
