"""Bounds hold whatever the untried would have done; people add up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.unknowns import blind_bands, people_of_decision, selection_bounds

bands_of = st.lists(
    st.tuples(st.integers(0, 300), st.floats(0, 1), st.floats(0, 1), st.integers(0, 900)), min_size=1, max_size=6
)


def frame(rows):
    n_worked = np.array([row[0] for row in rows])
    n_mature = np.array([round(row[0] * row[1]) for row in rows])
    n_won = np.array([round(n * row[2]) for n, row in zip(n_mature, rows, strict=True)])
    columns = {"n_worked": n_worked, "n_mature": n_mature, "n_won": n_won, "n_standing": [row[3] for row in rows]}
    return pd.DataFrame(columns)


@given(rows=bands_of)
def test_bounds_are_nested(rows):
    bands = frame(rows)
    bounds = selection_bounds(bands)
    ends = bounds[["worst_low", "worst", "best", "best_high"]].to_numpy()
    assert (np.diff(ends, axis=1) >= -1e-12).all()
    assert (ends >= 0).all()
    assert (ends <= 1 + 1e-12).all()
    assert (bounds["ordered_low"] >= bounds["worst_low"]).all()
    assert (bounds["ordered_high"] <= bounds["best_high"]).all()


def test_bounds_by_hand():
    bounds = selection_bounds(frame([(100, 1, 0.1, 300), (200, 1, 0.5, 0)]))
    assert bounds["coverage"].tolist() == [0.25, 1.0]
    assert bounds["worst"].tolist() == pytest.approx([0.025, 0.5])
    assert bounds["best"].tolist() == pytest.approx([0.775, 0.5])
    # A higher band of which all were tried wins about half: so the lower one wins no more.
    assert bounds["best_high"].iloc[1] <= bounds["ordered_high"].iloc[0] < 0.6


def test_bands_in_the_wrong_order_contradict_the_assumption():
    bounds = selection_bounds(frame([(400, 1, 0.9, 0), (400, 1, 0.1, 0)]))
    assert not bounds["is_ordered_possible"].any()


def test_leads_without_a_score_take_no_part_in_the_order():
    bands = frame([(400, 1, 0.9, 0), (100, 1, 0.1, 100), (400, 1, 0.3, 0)]).assign(is_scored=[False, True, True])
    assert selection_bounds(bands)["is_ordered_possible"].all()


def test_the_bounds_hold_the_truth_whoever_was_picked():
    """Sales picks those who will win: the naive rate is far off, the bounds are not."""
    generator, n_hits, n_naive, n_runs = np.random.default_rng(5), 0, 0, 400
    p, n = np.array([0.05, 0.15, 0.3]), np.array([900, 600, 300])
    p_tried_won, p_tried_lost = np.array([0.4, 0.6, 0.95]), np.array([0.1, 0.3, 0.9])
    for _ in range(n_runs):
        winners = generator.binomial(n, p)
        won, lost = generator.binomial(winners, p_tried_won), generator.binomial(n - winners, p_tried_lost)
        counts = {"n_worked": won + lost, "n_mature": won + lost, "n_won": won, "n_standing": n - won - lost}
        bounds = selection_bounds(pd.DataFrame(counts))
        n_hits += bool(((bounds["ordered_low"] <= p) & (p <= bounds["ordered_high"])).all())
        n_naive += bool(np.abs(won / (won + lost) - p).max() < 0.03)
    assert n_hits / n_runs >= 0.95
    assert n_naive / n_runs < 0.05


SCORES = pd.DataFrame(
    {
        "score": [0, 5, 10, 15],
        "n_mature": [10, 20, 30, 40],
        "n_won": [1, 2, 9, 20],
        "n_immature": [1, 2, 3, 4],
        "n_already_decided": [0, 0, 1, 0],
        "n_standing": [900, 400, 30, 5],
    }
)


@pytest.mark.parametrize("threshold", [-1, 5, 10, 99])
def test_people_are_those_of_the_rows(threshold):
    anyway = pd.DataFrame({"score": [0, 10], "n_won_anyway": [7, 2]})
    people = people_of_decision(SCORES, threshold, anyway).set_index("is_above")
    for is_above in (True, False):
        own = SCORES[(SCORES["score"] >= threshold) == is_above]
        extra = anyway.loc[(anyway["score"] >= threshold) == is_above, "n_won_anyway"].sum()
        expected = {
            "n_won": own["n_won"].sum(),
            "n_lost": (own["n_mature"] - own["n_won"]).sum(),
            "n_waiting": own["n_immature"].sum(),
            "n_won_anyway": extra,
            "n_unknown": own["n_standing"].sum() - extra,
        }
        assert people.loc[is_above, list(expected)].to_dict() == expected


def test_blind_are_bands_of_which_few_were_tried():
    bands = frame([(10, 1, 0.1, 90), (90, 1, 0.1, 10), (0, 1, 0, 0)])
    assert blind_bands(bands).index.tolist() == [0]
