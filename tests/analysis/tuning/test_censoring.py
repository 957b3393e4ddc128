import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.tuning import censoring_weights, propensity_weights

rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=30)


def ages(rows):
    return pd.DataFrame(rows, columns=["n_won", "n_lost", "n_open"]).assign(age_days=range(len(rows)))


def test_leads_followed_to_the_end_count_once():
    table = ages([(3, 2, 0), (1, 4, 0), (0, 0, 7)])
    found = censoring_weights(table, horizon_days=2)
    assert found.ages["weight"].tolist() == [1, 1, 1]
    assert found.horizon_weight == 1


def test_a_small_case_by_hand():
    # Ten leads: one won at day 0, three of the other nine left open at day 1, six decided later.
    found = censoring_weights(ages([(1, 0, 0), (0, 0, 3), (2, 0, 0), (0, 0, 4)]), horizon_days=3)
    assert found.ages["p_observed"].tolist() == pytest.approx([1, 1, 6 / 9, 6 / 9])
    assert found.horizon_weight == pytest.approx(1.5)
    assert 1 * 1 + 2 * 1.5 + 4 * 1.5 == 10


@settings(deadline=None)
@given(rows)
def test_the_weights_stand_for_all_leads(rows):
    table = ages(rows)
    horizon = len(rows) - 1
    found = censoring_weights(table, horizon)
    closed = (table["n_won"] + table["n_lost"]).to_numpy()
    is_early = table["age_days"].to_numpy() < horizon
    at_end = (closed + table["n_open"].to_numpy())[~is_early].sum()
    total = closed[is_early] @ found.ages["weight"].to_numpy()[is_early] + at_end * found.horizon_weight
    n_leads = table[["n_won", "n_lost", "n_open"]].to_numpy().sum()
    if at_end and (found.ages["p_observed"] > 0.05).all():
        assert total == pytest.approx(n_leads)
    assert found.ages["weight"].between(1, 20).all()


def test_the_weighted_win_rate_is_right_where_ages_are_cut_at_random():
    generator = np.random.default_rng(0)
    n, horizon = 40_000, 100
    won_at = np.where(generator.random(n) < 0.3, generator.exponential(40, n), np.inf).astype(float)
    lost_at = generator.exponential(60, n)
    closed_at, age = np.minimum(won_at, lost_at), generator.uniform(0, 200, n)
    truth = np.mean((won_at < lost_at) & (won_at < horizon))
    day = np.floor(np.minimum(np.minimum(closed_at, age), 150)).astype(int)
    is_open = age < closed_at
    table = pd.DataFrame(
        {"age_days": day, "n_won": ~is_open & (won_at < lost_at), "n_lost": ~is_open & (lost_at <= won_at)}
    )
    table["n_open"] = is_open
    table = table.groupby("age_days", as_index=False).sum()
    found = censoring_weights(table, horizon)
    early = found.ages[found.ages["age_days"] < horizon]
    won = (early["n_won"] * early["weight"]).sum()
    assert won / n == pytest.approx(truth, abs=0.01)
    naive = early["n_won"].sum() / n
    assert naive < truth - 0.015


def test_impossible_ages_are_refused():
    with pytest.raises(ValueError, match=r"lacks the column\(s\) n_open"):
        censoring_weights(ages([(1, 1, 1)]).drop(columns="n_open"), 5)
    with pytest.raises(ValueError, match="no number below 0"):
        censoring_weights(ages([(1, -1, 1)]), 5)


def test_worked_leads_stand_for_their_group():
    assert propensity_weights([10, 5, 0, 1], [10, 50, 7, 100]).tolist() == [1, 10, 0, 20]
    with pytest.raises(ValueError, match="0 <= n_worked <= n_all"):
        propensity_weights([3], [2])
