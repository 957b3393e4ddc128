"""A period against its targets, by hand and against the funnel of the period."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from analysis.conditions import Reached
from analysis.journey_funnel import Question, journey_funnel
from analysis.lead_list import lead_list
from analysis.selection import Selection
from analysis.target_gap import count_interval, target_gap
from analysis.targets import Target
from tests.analysis.histories import day, history

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)


def company():
    """Forty leads became MQL, twenty a month; of the first twenty, eight are won, of the others four."""
    moved = [(str(n), 5 if n < 20 else 40) for n in range(40)]
    won = [(str(n), 20 if n < 20 else 50) for n in (*range(8), *range(20, 24))]
    return history(
        leads=[{"lead_id": lead_id, "created_at": day(0), "source": "web" if int(lead_id) % 2 else None} for lead_id, _ in moved],
        stage_events=[{"lead_id": lead_id, "stage": "mql", "entered_at": day(at)} for lead_id, at in moved],
        deals=[{"deal_id": i, "lead_id": i, "opened_at": day(at - 1), "closed_at": day(at), "outcome": "won"} for i, at in won],
    )  # fmt: skip


def targets(**wanted):
    return tuple(Target(stage=stage, month=month, n_leads=n) for stage, pairs in wanted.items() for month, n in pairs)


FULL = targets(mql=[(JANUARY, 20), (FEBRUARY, 30)], won=[(JANUARY, 8), (FEBRUARY, 12)])


def test_the_gap_of_complete_months_by_hand():
    gap = target_gap(company(), Selection(as_of=day(100)), FULL)
    table = gap.stages.set_index("stage")
    assert table["n_target"].to_dict() == {"mql": 50, "won": 20}
    assert table["n_actual"].to_dict() == {"mql": 40, "won": 12}
    assert table["n_gap"].to_dict() == {"mql": -10, "won": -8}
    assert table.loc["won", "target_rate"] == pytest.approx(0.4)
    assert table.loc["won", "actual_rate"] == pytest.approx(0.3)
    assert table.loc["won", "actual_low"] < 0.3 < table.loc["won", "actual_high"]
    assert np.isnan(table.loc["mql", ["target_rate", "actual_rate"]].astype(float)).all()
    # -10 MQLs at the mean of both rates (0.35), and -0.1 of the rate at the mean of both volumes (45).
    effects = gap.split.effects.set_index(["factor", "stage"])["effect"]
    assert effects["volume", ""] == pytest.approx(-3.5)
    assert effects["rate", "won"] == pytest.approx(-4.5)
    assert effects["mix", ""] == pytest.approx(0)
    assert gap.split.effects["n_effect"].sum() == gap.split.n_change == -8
    assert gap.missing.empty
    assert (gap.selection.start, gap.selection.end) == (JANUARY, date(2025, 3, 1))


def test_every_actual_number_is_that_of_the_period_and_opens_as_many_leads():
    engine = company()
    gap = target_gap(engine, Selection(as_of=day(100)), FULL)
    question = Question(view="period")
    steps = journey_funnel(engine, gap.selection, question).steps.set_index("stage")["n_leads"]
    for row in gap.stages.itertuples():
        assert row.n_actual == steps[row.stage]
        assert lead_list(engine, gap.selection, Reached(stage=row.stage, question=question)).n_leads == row.n_actual


def test_a_month_in_progress_asks_for_its_working_days_so_far():
    gap = target_gap(company(), Selection(as_of=datetime(2025, 1, 15, 9)), targets(mql=[(JANUARY, 46)]))
    assert gap.stages.iloc[0][["n_target", "n_actual"]].tolist() == [22, 20]  # 11 of 23 working days
    assert gap.split is None


def test_a_stage_without_a_target_in_every_month_is_left_out_and_named():
    gap = target_gap(company(), Selection(as_of=day(100)), FULL[:3])
    assert gap.stages["stage"].tolist() == ["mql"]
    assert gap.missing.to_dict("list")["stage"] == ["won"]
    assert gap.missing["month"].dt.date.tolist() == [FEBRUARY]
    assert gap.split is None
    january = target_gap(company(), Selection(as_of=day(100), end=FEBRUARY), FULL[:3])
    assert january.stages["stage"].tolist() == ["mql", "won"]


def test_chosen_sources_need_targets_of_their_own():
    engine, chosen = company(), Selection(as_of=day(100), sources=("web",))
    assert target_gap(engine, chosen, FULL).stages.empty
    own = (Target(stage="mql", month=JANUARY, n_leads=12, source="web"),)
    assert target_gap(engine, chosen, (*FULL, *own)).stages["n_actual"].tolist() == [10]
    both = Selection(as_of=day(100), sources=("web", ""))
    assert target_gap(engine, both, own).stages.empty
    assert target_gap(engine, both, own).missing["stage"].tolist() == ["mql"]


def test_without_targets_or_before_their_month_there_is_nothing():
    for given_targets, as_of in (((), day(100)), (FULL, datetime(2024, 12, 31))):
        gap = target_gap(company(), Selection(as_of=as_of), given_targets)
        assert gap.stages.empty
        assert gap.missing.empty
        assert gap.selection.start is None


def test_more_wins_than_leads_of_the_stage_before_are_no_mistake():
    engine = history(
        leads=[{"lead_id": str(n), "created_at": day(0)} for n in range(5)],
        stage_events=[{"lead_id": str(n), "stage": "mql", "entered_at": day(3 if n else 40)} for n in range(5)],
        deals=[{"deal_id": str(n), "lead_id": str(n), "opened_at": day(6), "closed_at": day(45), "outcome": "won"} for n in range(1, 5)],
    )  # fmt: skip
    gap = target_gap(engine, Selection(as_of=day(100)), targets(mql=[(FEBRUARY, 4)], won=[(FEBRUARY, 2)]))
    assert gap.stages["n_actual"].tolist() == [1, 4]
    assert gap.split.effects["n_effect"].sum() == 2


@given(st.integers(0, 200))
def test_the_interval_of_a_count_is_exact(n):
    low, high = count_interval(np.array([float(n)]))
    assert poisson.cdf(n, high[0]) == pytest.approx(0.025)
    assert low[0] == 0 if n == 0 else poisson.sf(n - 1, low[0]) == pytest.approx(0.025)
