import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from analysis.gains import capture_at, gains_curve, scored, separation

COUNTS = st.lists(
    st.tuples(st.integers(-5, 12), st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=12
)  # score, won, lost


def score_table(rows):
    return pd.DataFrame([{"score": s, "n_mature": won + lost, "n_won": won} for s, won, lost in rows])


def leads(rows):
    scores = np.concatenate([np.full(won + lost, s) for s, won, lost in rows])
    return scores, np.concatenate([[1] * won + [0] * lost for _, won, lost in rows]).astype(int)


@given(COUNTS)
def test_gains_are_counted_lead_by_lead(rows):
    scores, won = leads(rows)
    assume(won.sum() > 0)
    curve = gains_curve(score_table(rows))
    assert curve["score"].tolist() == sorted(set(scores), reverse=True)
    for row in curve.itertuples():
        chosen = scores >= row.score
        assert row.n_leads == chosen.sum()
        assert row.n_won == won[chosen].sum()
        assert row.lead_share == pytest.approx(chosen.mean())
        assert row.win_share == pytest.approx(won[chosen].sum() / won.sum())
        assert row.lift == pytest.approx(won[chosen].mean() / won.mean())
        assert row.lift_low <= row.lift + 1e-9 <= row.lift_high + 2e-9


@given(COUNTS)
def test_gains_hold_the_points_of_the_roc_curve(rows):
    scores, won = leads(rows)
    assume(0 < won.sum() < len(won))
    curve = gains_curve(score_table(rows))
    fpr, tpr, _ = roc_curve(won, scores, drop_intermediate=False)
    lost = curve["n_leads"] - curve["n_won"]
    assert curve["win_share"].tolist() == pytest.approx(tpr[1:].tolist())
    assert (lost / (1 - won).sum()).tolist() == pytest.approx(fpr[1:].tolist())


@given(COUNTS)
def test_separation_is_the_widest_gap_of_the_roc_curve(rows):
    scores, won = leads(rows)
    assume(0 < won.sum() < len(won))
    result = separation(score_table(rows), n_resamples=20)
    wins, losses = scores[won == 1], scores[won == 0]
    fpr, tpr, _ = roc_curve(won, scores, drop_intermediate=False)
    assert result.ks == pytest.approx(np.abs(tpr - fpr).max())
    gap = (wins >= result.ks_score).mean() - (losses >= result.ks_score).mean()
    assert abs(gap) == pytest.approx(result.ks)
    assert result.ks_low <= result.ks <= result.ks_high


@given(COUNTS, st.integers(1, 60))
def test_capture_is_the_mean_over_random_orders_of_ties(rows, n_capacity):
    scores, won = leads(rows)
    assume(won.sum() > 0)
    result = capture_at(score_table(rows), n_capacity)
    rate = {score: won[scores == score].mean() for score in set(scores)}
    best = sorted(scores, reverse=True)[:n_capacity]
    expected = sum(rate[score] for score in best)
    assert result.n_capacity == len(best)
    assert result.n_won == pytest.approx(expected)
    assert result.share == pytest.approx(expected / won.sum())
    assert result.coin == pytest.approx(len(best) / len(won))
    assert result.lift == pytest.approx(result.share / result.coin)
    assert result.win_rate == pytest.approx(expected / len(best))
    assert result.score_cut == best[-1]


@pytest.mark.parametrize(("tilt", "n_won", "n_lost"), [(0.15, 40, 300), (0.05, 100, 500), (0.0, 100, 500)])
def test_intervals_cover_at_their_nominal_level(tilt, n_won, n_lost):
    rng = np.random.default_rng(5)
    scores = np.arange(20)
    p_lost = np.exp(-0.1 * scores) / np.exp(-0.1 * scores).sum()
    p_won = p_lost * np.exp(tilt * scores) / (p_lost * np.exp(tilt * scores)).sum()
    ks = np.abs(np.cumsum(p_won) - np.cumsum(p_lost)).max()
    share = n_won / (n_won + n_lost)
    mixed = share * p_won + (1 - share) * p_lost
    room = np.clip((0.3 - (np.cumsum(mixed[::-1]) - mixed[::-1])) / mixed[::-1], 0, 1)
    top = float(room @ p_won[::-1])
    hits = []
    for _ in range(120):
        won, lost = rng.multinomial(n_won, p_won), rng.multinomial(n_lost, p_lost)
        table = pd.DataFrame({"score": scores, "n_mature": won + lost, "n_won": won})
        spread = separation(table, n_resamples=100)
        capture = capture_at(table, round(0.3 * (n_won + n_lost)))
        hits.append(
            (spread.ks_low <= ks + 1e-9 and ks <= spread.ks_high, capture.share_low <= top <= capture.share_high)
        )
    assert np.all(np.mean(hits, axis=0) >= 0.9)  # 120 draws: 2.5 standard errors below 0.95


def test_unscored_leads_have_no_place():
    table = pd.DataFrame(
        {"score": [0, 1, 2], "n_mature": [500, 50, 50], "n_won": [400, 5, 30], "is_scored": [False, True, True]}
    )
    assert scored(table)["score"].tolist() == [1, 2]
    assert gains_curve(table)["n_leads"].tolist() == [50, 100]
    assert capture_at(table, 1000).n_leads == 100
    assert separation(table, 20).ks_score == 2


def test_without_wins_nothing_is_captured():
    table = score_table([(0, 0, 10), (1, 0, 10)])
    result = capture_at(table, 5)
    assert np.isnan(result.share)
    assert (result.n_won, result.share_low, result.share_high) == (0, 0, 1)
    assert np.isnan(separation(table).ks)
    assert gains_curve(table)["win_share"].isna().all()


def test_without_leads_there_is_nothing():
    table = pd.DataFrame({"score": [], "n_mature": [], "n_won": []})
    assert gains_curve(table).empty
    assert capture_at(table, 5).score_cut is None
    assert np.isnan(capture_at(table, 5).coin)


def test_a_capacity_must_be_one_lead_at_least():
    with pytest.raises(ValueError, match="n_capacity"):
        capture_at(score_table([(0, 1, 1)]), 0)
