"""The staircase is the best of all, keeps to the order of grades, and counts what the leads one by one count."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from analysis.rulesets import parse_ruleset
from analysis.staircase import best_staircase, staircase
from analysis.value import threshold_value
from tests.analysis.test_value import MONTHS, RULES, SAID, TEXT, economics_of, patterns_of

GRID = parse_ruleset(
    TEXT.replace("threshold = 5", "threshold = 6")
    + """
[grid]
fit = [{ grade = "A", threshold = 4 }, { grade = "B", threshold = 2 }, { grade = "C" }]
engagement = [{ grade = "1", threshold = 5 }, { grade = "2", threshold = 2 }, { grade = "3" }]
[[grid.cell]]
grades = ["A1", "A2", "A3", "B1", "B2", "B3", "C1", "C2", "C3"]
name = "all"
owner = "sales"
action = "call"
""",
    "t",
)


def worth_of(cuts, n_leads, worth, capacity):
    is_in = np.arange(n_leads.shape[1]) >= np.array(cuts)[:, None]
    n, value = n_leads[is_in].sum(), worth[is_in].sum()
    return min(1.0, capacity / n) * value if n else 0.0


cells = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(
        st.lists(st.integers(0, 50), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]),
        st.lists(st.integers(-100, 100), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]),
        st.just(shape),
    )
)


@settings(max_examples=150)
@given(cells, st.integers(0, 300))
def test_no_staircase_is_better(grid, capacity):
    n_leads, worth, shape = grid
    n_leads = np.array(n_leads, dtype=float).reshape(shape)
    worth = np.array(worth, dtype=float).reshape(shape) * (n_leads > 0)  # nobody is worth nothing
    cuts = best_staircase(n_leads, worth, capacity)
    assert list(cuts) == sorted(cuts, reverse=True)
    every = [
        other for other in product(range(shape[1] + 1), repeat=shape[0]) if list(other) == sorted(other, reverse=True)
    ]
    best = max(worth_of(other, n_leads, worth, capacity) for other in every)
    assert worth_of(cuts, n_leads, worth, capacity) == pytest.approx(best)


def company(fit_weight, n=200):
    """Patterns of both axes 0 to 7, whose chance counts fit `fit_weight` times as much as engagement."""
    fit, engagement = (part.ravel() for part in np.meshgrid(np.arange(8), np.arange(8)))
    chance = expit(-4 + 0.35 * engagement + 0.35 * fit_weight * fit)
    n_won = np.round(n * chance).astype(int)
    zeros = np.zeros_like(n_won)
    counts = np.column_stack([np.full_like(n_won, n), n_won, zeros + 20, zeros, zeros + 50])
    return patterns_of(counts, engagement, fit)


def test_the_cells_are_those_of_the_leads_one_by_one():
    patterns = company(1.0)
    found = staircase(patterns, GRID, SAID.with_values(handoffs_per_rep_per_week=200), economics_of())
    leads = patterns.counts.assign(
        engagement=pd.cut(patterns.multiplicity[:, 0], [-1, 1, 4, 99], labels=["3", "2", "1"]).astype(str),
        fit=pd.cut(patterns.multiplicity[:, 1], [-1, 1, 3, 99], labels=["C", "B", "A"]).astype(str),
        is_above=patterns.multiplicity.sum(axis=1) >= GRID.threshold,
    )
    leads["n"] = leads[["n_mature", "n_immature", "n_standing"]].sum(axis=1)
    assert found.has_grid
    assert len(found.cells) == 9
    for cell in found.cells.itertuples():
        own = leads[(leads["fit"] == cell.fit) & (leads["engagement"] == cell.engagement)]
        assert (cell.n_mature, cell.n_won, cell.n_unknown) == tuple(own[["n_mature", "n_won", "n_standing"]].sum())
        assert cell.win_rate == pytest.approx(own["n_won"].sum() / own["n_mature"].sum())
        assert cell.n_leads == pytest.approx(own["n"].sum() / MONTHS)
        assert cell.today_share == pytest.approx((own["n"] * own["is_above"]).sum() / own["n"].sum())
        assert cell.is_handed_over == (cell.engagement_no >= found.cuts[cell.fit_no])
    assert found.n_leads == pytest.approx(found.cells.loc[found.cells["is_handed_over"], "n_leads"].sum())
    assert found.n_leads_today == pytest.approx(leads.loc[leads["is_above"], "n"].sum() / MONTHS)


def test_fit_that_counts_more_than_its_points_bends_the_line():
    said = SAID.with_values(handoffs_per_rep_per_week=70, margin_per_win_yen=100_000)
    bent = staircase(company(3.0), GRID, said, economics_of())
    assert bent.cuts[0] > bent.cuts[2]
    assert bent.gain_from > 0
    assert bent.value_from <= bent.value <= bent.value_to


def test_fit_without_effect_is_no_reason_to_ask_less():
    found = staircase(company(0.0), GRID, SAID.with_values(handoffs_per_rep_per_week=5000), economics_of())
    assert len(set(found.cuts)) == 1
    assert 0 < found.cuts[0] < 3


def test_without_a_grid_the_axes_are_cut_by_their_leads():
    found = staircase(company(1.0), RULES, SAID, economics_of())
    assert not found.has_grid
    assert found.cells.groupby("fit_no")["n_mature"].sum().tolist() == [3200] * 4
    assert found.cells["fit_from"].dropna().unique().tolist() == [2, 4, 6]


def test_an_axis_without_points_has_one_grade():
    counts = [(400, 8, 20, 5, 900), (300, 24, 30, 2, 300), (250, 50, 40, 1, 60)]
    patterns = patterns_of(counts, np.array([0, 3, 5]))
    found = staircase(patterns, RULES, SAID.with_values(handoffs_per_rep_per_week=500), economics_of())
    assert found.cells["fit_no"].unique().tolist() == [0]
    curve = threshold_value(patterns, RULES, SAID.with_values(handoffs_per_rep_per_week=500), economics_of()).curve
    # One grade per score: a staircase is a threshold, and its cells win as their scores say.
    assert found.value == pytest.approx(curve["value"].max(), rel=0.02)


def test_leads_behind_a_gate_are_in_no_cell():
    counts = [(400, 8, 20, 5, 900), (300, 24, 30, 2, 300)]
    found = staircase(patterns_of(counts, np.array([0, 6]), gated=[False, True]), GRID, SAID, economics_of())
    assert found.cells["n_mature"].sum() == 400
