"""The list behind a number is as long as the number: in every mode, view, grain, group and month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise, product

import pytest

from analysis.ageing import ageing
from analysis.exits import stage_exits
from analysis.funnel import funnel_by_month
from analysis.journey_funnel import Question, funnel_by_origin, journey_funnel, journey_funnels
from analysis.journeys import MODES
from analysis.lead_list import Created, Group, Left, Reached, Standing, lead_list
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
