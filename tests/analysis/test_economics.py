"""What a period says about money, against the leads one by one."""

import numpy as np
import pandas as pd
import pytest

from analysis.assumptions import Assumptions
from analysis.economics import NoMarginError, drawn_terms, economics, terms
from analysis.selection import Selection
from tests.analysis.histories import day, history


@pytest.fixture
def engine():
    leads = [{"lead_id": f"L{i}", "created_at": day(i), "source": "web" if i % 2 else "event"} for i in range(6)]
    deals = [
        {"deal_id": "D0", "lead_id": "L0", "opened_at": day(20), "closed_at": day(50), "outcome": "won", "amount": 300},
        {"deal_id": "D1", "lead_id": "L0", "opened_at": day(20), "closed_at": day(51), "outcome": "won", "amount": 100},
        {"deal_id": "D2", "lead_id": "L1", "opened_at": day(20), "closed_at": day(60), "outcome": "won", "amount": 200},
        {"deal_id": "D3", "lead_id": "L2", "opened_at": day(20), "closed_at": day(60), "outcome": "lost", "amount": 9},
        {"deal_id": "D4", "lead_id": "L3", "opened_at": day(20), "closed_at": day(60), "outcome": "won"},
        {"deal_id": "D5", "lead_id": "L4", "opened_at": day(20), "closed_at": day(300), "outcome": "won", "amount": 7},
    ]
    handoffs = [
        {"handoff_id": f"H{i}", "lead_id": f"L{i}", "pass_no": 1, "handed_off_at": day(10 + i)} for i in range(5)
    ] + [{"handoff_id": "H9", "lead_id": "L5", "pass_no": 1, "handed_off_at": day(150)}]  # too young to be followed
    opt_outs = [
        {"lead_id": "L0", "at": day(30), "channel": "email"},
        {"lead_id": "L0", "at": day(31), "channel": "call"},  # the same handoff once
        {"lead_id": "L1", "at": day(5), "channel": "all"},  # before the handoff
        {"lead_id": "L2", "at": day(12 + 91), "channel": "all"},  # too late to blame the handoff
        {"lead_id": "L5", "at": day(151), "channel": "all"},
    ]
    return history(leads=leads, deals=deals, handoffs=handoffs, opt_outs=opt_outs)


def test_a_period_is_measured(engine):
    found = economics(engine, Selection(as_of=day(200)))
    assert found.n_months == pytest.approx(200 / (365.25 / 12))
    amounts = pd.Series([400.0, 200.0])  # L0 has two deals, L3 no amount, L4 is won later
    assert (found.n_amounts, found.amount_mean) == (2, amounts.mean())
    assert found.amount_sd == pytest.approx(amounts.std())
    assert (found.n_watched, found.n_opted_out) == (5, 1)


def test_the_selection_narrows_all_of_it(engine):
    found = economics(engine, Selection(as_of=day(200), start=day(11).date(), sources=("web",)))
    assert found.n_months == pytest.approx(189 / (365.25 / 12))
    assert (found.n_amounts, found.amount_mean) == (1, 200.0)
    assert (found.n_watched, found.n_opted_out) == (2, 0)


def test_an_empty_history_says_nothing():
    found = economics(history(), Selection(as_of=day(10), start=day(0).date()))
    assert (found.n_amounts, found.n_watched) == (0, 0)
    assert np.isnan(found.amount_mean)
    with pytest.raises(NoMarginError, match="margin_per_win_yen"):
        terms(Assumptions(), found, 0)
    assert terms(Assumptions(margin_per_win_yen=5), found, 0).margin == 5


def test_people_come_before_the_history(engine):
    found = economics(engine, Selection(as_of=day(200)))
    measured = terms(Assumptions(margin_share=0.5), found, 12)
    assert measured.margin == 150
    assert measured.capacity == pytest.approx(12 / found.n_months)
    assert measured.opt_out_rate == 0.2
    assert measured.cost == 20_000 + 0.2 * 10_000
    assert not (measured.is_capacity_given)
    assert not (measured.is_margin_given)
    assert not (measured.is_opt_out_given)
    said = terms(
        Assumptions(
            n_reps=2, handoffs_per_rep_per_week=3, margin_per_win_yen=7, opt_out_rate=0, cost_per_handoff_yen=1
        ),
        found,
        12,
    )
    assert (said.margin, said.cost) == (7, 1)
    assert said.capacity == pytest.approx(6 * 365.25 / 7 / 12)
    assert said.is_capacity_given
    assert said.is_margin_given
    assert said.is_opt_out_given


def test_only_what_was_measured_varies(engine):
    found = economics(engine, Selection(as_of=day(200)))
    rng = np.random.default_rng(1)
    margin, cost = drawn_terms(Assumptions(margin_share=0.5), found, rng, 4000)
    assert margin.mean() == pytest.approx(150, rel=0.05)
    assert margin.std() == pytest.approx(0.5 * found.amount_sd / np.sqrt(2), rel=0.1)
    assert cost.std() > 0
    margin, cost = drawn_terms(Assumptions(margin_per_win_yen=7, opt_out_rate=0.1), found, rng, 10)
    assert set(margin) == {7}
    assert cost == pytest.approx(np.full(10, 21_000))
