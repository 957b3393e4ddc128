import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score

from analysis.ranking import MAX_CHANCE, Ranking, ranking_power

COUNTS = st.lists(
    st.tuples(st.integers(-5, 12), st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=12
)  # score, won, lost


def score_table(rows):
    return pd.DataFrame([{"score": s, "n_mature": won + lost, "n_won": won} for s, won, lost in rows])


def leads(rows):
    """One row per lead: scores and outcomes."""
    scores = np.concatenate([np.full(won + lost, s) for s, won, lost in rows])
    won = np.concatenate([[1] * won + [0] * lost for _, won, lost in rows])
    return scores, won.astype(int)


def from_leads(scores, won) -> Ranking:
    frame = pd.DataFrame({"score": scores, "n_mature": 1, "n_won": won})
    return ranking_power(frame.groupby("score", as_index=False).sum())


def delong_variance(scores, won):
    """The estimator of DeLong et al., pair by pair."""
    x, y = scores[won == 1], scores[won == 0]
    pairs = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    return pairs.mean(axis=1).var(ddof=1) / len(x) + pairs.mean(axis=0).var(ddof=1) / len(y)


@given(COUNTS)
def test_auc_agrees_with_sklearn(rows):
    scores, won = leads(rows)
    assume(0 < won.sum() < len(won))
    assert ranking_power(score_table(rows)).auc == pytest.approx(roc_auc_score(won, scores))


@given(COUNTS)
def test_interval_agrees_with_row_level_delong(rows):
    scores, won = leads(rows)
    assume(min(won.sum(), len(won) - won.sum()) > 1)
    result = ranking_power(score_table(rows))
    assume(0 < result.auc < 1)
    half = 1.959964 * np.sqrt(delong_variance(scores, won)) / (result.auc * (1 - result.auc))
    centre = np.log(result.auc / (1 - result.auc))
    expected = 1 / (1 + np.exp(-np.array([centre - half, centre + half])))
    assert (result.auc_low, result.auc_high) == pytest.approx(tuple(expected), abs=1e-6)


@given(COUNTS)
def test_chance_agrees_with_the_mann_whitney_test(rows):
    scores, won = leads(rows)
    assume(0 < won.sum() < len(won) and len(set(scores)) > 1)
    x, y = scores[won == 1], scores[won == 0]
    expected = mannwhitneyu(x, y, method="asymptotic", use_continuity=False).pvalue
    assert ranking_power(score_table(rows)).chance == pytest.approx(expected, abs=1e-9)


@given(COUNTS, st.floats(0.05, 1))
def test_capture_is_the_mean_over_random_orders_of_ties(rows, top_share):
    _, won = leads(rows)
    assume(won.sum() > 0)
    # Expected wins among the top leads when ties are shuffled: each place in a
    # group of ties wins with the group's own rate; the last place counts in part.
    ordered = score_table(rows).groupby("score").sum().sort_index(ascending=False)
    ordered = ordered[ordered["n_mature"] > 0]
    by_place = np.repeat(ordered["n_won"] / ordered["n_mature"], ordered["n_mature"]).to_numpy()
    room = np.clip(top_share * len(won) - np.arange(len(won)), 0, 1)
    result = ranking_power(score_table(rows), top_share)
    assert result.top_capture == pytest.approx((by_place * room).sum() / won.sum())
    assert result.top_capture_low <= result.top_capture + 1e-9 <= result.top_capture_high + 2e-9


@given(COUNTS)
def test_turning_the_score_round_mirrors_the_area(rows):
    result = ranking_power(score_table(rows))
    turned = ranking_power(score_table([(-s, won, lost) for s, won, lost in rows]))
    assert turned.auc == pytest.approx(1 - result.auc, nan_ok=True)
    assert turned.chance == pytest.approx(result.chance)
    assert turned.auc_low == pytest.approx(1 - result.auc_high)


def test_interval_agrees_with_the_bootstrap():
    rng = np.random.default_rng(7)
    won = (rng.random(600) < 0.25).astype(int)
    scores = np.round(rng.normal(size=600) * 2 + won * 1.2).astype(int)
    result = from_leads(scores, won)
    picks = rng.integers(0, 600, size=(1000, 600))
    areas = [roc_auc_score(won[pick], scores[pick]) for pick in picks]
    assert (result.auc_low, result.auc_high) == pytest.approx(tuple(np.quantile(areas, [0.025, 0.975])), abs=0.01)


def test_interval_covers_at_its_nominal_level():
    rng = np.random.default_rng(11)
    # Scores 0..9; a win scores as the larger of two draws, so P(win higher) + ties / 2 is known.
    values = np.arange(10)
    p_won = (2 * values + 1) / 100
    truth = sum(p_won[i] * ((values < i).sum() + 0.5) / 10 for i in values)
    covered = []
    for _ in range(1000):
        n_won = rng.multinomial(40, p_won)
        n_lost = rng.multinomial(160, np.full(10, 0.1))
        result = ranking_power(score_table(zip(values, n_won, n_lost, strict=True)))
        covered.append(result.auc_low <= truth <= result.auc_high)
    assert 0.93 <= np.mean(covered) <= 0.975


@pytest.mark.parametrize("n_leads", [60, 300, 3000])
def test_shuffled_outcomes_carry_no_signal(n_leads):
    rng = np.random.default_rng(n_leads)
    scores = rng.poisson(4, size=n_leads)
    won = (np.arange(n_leads) < 0.4 * n_leads).astype(int)
    verdicts = [from_leads(scores, rng.permutation(won)).verdict for _ in range(400)]
    assert np.mean([verdict in ("none", "too_few") for verdict in verdicts]) >= 0.97


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([(0, 19, 100), (1, 0, 100)], "too_few"),
        ([(0, 100, 10), (1, 100, 9)], "too_few"),
        ([(0, 50, 150), (1, 55, 145)], "none"),
        ([(5, 50, 150)], "none"),
        ([(0, 150, 650), (1, 250, 550)], "weak"),
        ([(0, 60, 240), (1, 150, 150)], "useful"),
        ([(0, 10, 190), (1, 60, 60)], "strong"),
        ([(0, 60, 60), (1, 10, 190)], "reversed"),
        ([(0, 0, 50), (1, 50, 0)], "strong"),
        ([(0, 50, 0), (1, 0, 50)], "reversed"),
    ],
)
def test_verdict(rows, verdict):
    assert ranking_power(score_table(rows)).verdict == verdict


def test_a_verdict_needs_more_than_the_interval():
    result = ranking_power(score_table([(0, 100, 400), (1, 60, 155)]))
    assert result.auc_low > 0.5
    assert result.chance > MAX_CHANCE
    assert result.verdict == "none"


def test_no_leads_is_an_answer():
    result = ranking_power(pd.DataFrame({"score": [], "n_mature": [], "n_won": []}))
    assert (result.n_leads, result.n_won, result.verdict) == (0, 0, "too_few")
    assert np.isnan([result.auc, result.top_capture]).all()
    assert (result.auc_low, result.auc_high, result.chance) == (0, 1, 1)


def test_one_win_says_nothing_about_spread():
    result = ranking_power(score_table([(0, 0, 30), (1, 1, 3)]))
    assert (result.auc_low, result.auc_high) == (0, 1)


def test_order_and_repeated_scores_do_not_matter():
    split = [(3, 2, 5), (1, 1, 9), (3, 1, 1), (2, 0, 0)]
    assert ranking_power(score_table(split)) == ranking_power(score_table([(1, 1, 9), (3, 3, 6)]))


@pytest.mark.parametrize(
    ("frame", "top_share", "text"),
    [
        (pd.DataFrame({"score": [1], "n_won": [0]}), 0.3, "lacks the column.* n_mature"),
        (pd.DataFrame({"score": [1], "n_mature": [1], "n_won": [2]}), 0.3, "n_won <= n_mature"),
        (pd.DataFrame({"score": [1], "n_mature": [1], "n_won": [1]}), 0, "top_share"),
    ],
)
def test_bad_input_is_refused(frame, top_share, text):
    with pytest.raises(ValueError, match=text):
        ranking_power(frame, top_share)


@settings(max_examples=30)
@given(COUNTS, st.integers(2, 50))
def test_more_of_the_same_changes_certainty_only(rows, factor):
    result = ranking_power(score_table(rows))
    more = ranking_power(score_table([(s, won * factor, lost * factor) for s, won, lost in rows]))
    assert more.auc == pytest.approx(result.auc, nan_ok=True)
    assert more.top_capture == pytest.approx(result.top_capture, nan_ok=True)
