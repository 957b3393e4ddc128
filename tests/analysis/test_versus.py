"""Paired differences, against one row per lead."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from analysis.ranking import ranking_power
from analysis.versus import auc_difference, compared, joint_cells

PAIRS = st.lists(st.tuples(st.integers(-3, 6), st.integers(0, 5), st.booleans()), min_size=8, max_size=60)


def drawn(rng, n, effect_a, effect_b):
    """Scores that see some of what makes leads win, and who won."""
    shared, own_a, own_b = rng.normal(size=(3, n))
    won = rng.random(n) < 1 / (1 + np.exp(-(-1.5 + shared + effect_a * own_a + effect_b * own_b)))
    score_a, score_b = (np.round(4 * (shared + own)).astype(np.int64) for own in (own_a, own_b))
    return score_a, score_b, won


def delong_difference(score_a, score_b, won):
    """The paired variance of DeLong et al., pair by pair."""
    x, y = won, ~won
    a, b = (
        (scores[x][:, None] > scores[y][None, :]) + 0.5 * (scores[x][:, None] == scores[y][None, :])
        for scores in (score_a, score_b)
    )
    difference = b - a
    variance = difference.mean(axis=1).var(ddof=1) / x.sum() + difference.mean(axis=0).var(ddof=1) / y.sum()
    return difference.mean(), np.sqrt(variance)


@settings(max_examples=25)
@given(PAIRS)
def test_areas_and_their_difference_agree_with_one_row_per_lead(pairs):
    score_a, score_b, won = (np.array(part) for part in zip(*pairs, strict=True))
    assume(won.sum() >= 2 and (~won).sum() >= 2)
    found = compared(joint_cells(score_a, score_b, won))
    assert found["auc"].a == pytest.approx(roc_auc_score(won, score_a))
    assert found["auc"].b == pytest.approx(roc_auc_score(won, score_b))
    difference, error = delong_difference(score_a, score_b, won)
    assert found["auc"].difference == pytest.approx(difference)
    assert found["auc"].high - found["auc"].low == pytest.approx(2 * 1.959964 * error, abs=1e-6)
    assert found["corners"]["n_mature"].sum() == len(pairs)


@settings(max_examples=25)
@given(PAIRS)
def test_a_score_does_not_differ_from_itself(pairs):
    score, _, won = (np.array(part) for part in zip(*pairs, strict=True))
    found = compared(joint_cells(score, score, won))
    assert found["better"] in ("neither", "too_few")
    assert found["corners"].set_index("corner")["n_mature"][["only_a", "only_b"]].sum() == 0


def test_the_capture_is_resampled_as_rows_would_be():
    rng = np.random.default_rng(4)
    score_a, score_b, won = drawn(rng, 1500, 0.2, 0.9)
    found = compared(joint_cells(score_a, score_b, won))["capture"]
    frame = pd.DataFrame({"a": score_a, "b": score_b, "won": won})
    differences = []
    for _ in range(150):
        again = frame.iloc[rng.integers(0, len(frame), len(frame))]
        differences.append(capture(again["b"], again["won"]) - capture(again["a"], again["won"]))
    assert found.difference == pytest.approx(capture(frame["b"], frame["won"]) - capture(frame["a"], frame["won"]))
    assert [found.low, found.high] == pytest.approx(np.quantile(differences, [0.025, 0.975]), abs=0.03)


def capture(scores, won):
    """The share of wins among the top 30 %, the group at the edge in proportion, row by row."""
    table = pd.DataFrame({"score": scores, "won": won}).groupby("score")["won"].agg(["size", "sum"])[::-1]
    room, taken = 0.3 * table["size"].sum(), 0.0
    for size, wins in table.itertuples(index=False):
        share = min(max(room / size, 0), 1)
        taken, room = taken + share * wins, room - size
    return taken / table["sum"].sum()


def test_intervals_of_the_difference_cover_and_a_better_score_is_named():
    rng = np.random.default_rng(11)
    big = drawn(rng, 100_000, 0.3, 0.6)
    truth = roc_auc_score(big[2], big[1]) - roc_auc_score(big[2], big[0])
    found = [difference_of(drawn(rng, 1200, 0.3, 0.6)) for _ in range(60)]
    assert np.mean([each.low <= truth <= each.high for each in found]) == pytest.approx(0.95, abs=0.07)
    alike = [difference_of(drawn(rng, 1200, 0.5, 0.5)).is_sure for _ in range(60)]
    assert sum(alike) <= 8
    assert compared(joint_cells(*drawn(rng, 3000, 0.0, 1.0)))["better"] == "b"
    assert compared(joint_cells(*drawn(rng, 3000, 1.0, 0.0)))["better"] == "a"


def difference_of(leads):
    cells = joint_cells(*leads)
    rankings = [
        ranking_power(cells[[name, "n_mature", "n_won"]].rename(columns={name: "score"}))
        for name in ("score_a", "score_b")
    ]
    return auc_difference(cells, *rankings)


def test_few_wins_are_too_few():
    won = np.arange(100) < 5
    assert compared(joint_cells(np.arange(100), np.arange(100)[::-1], won))["better"] == "too_few"
    assert compared(joint_cells(np.arange(3), np.arange(3), np.zeros(3, dtype=bool)))["better"] == "too_few"
