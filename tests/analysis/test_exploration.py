"""How few are enough, and what the tried tell of the untried: by simulation."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from analysis.exploration import TooManyError, Wish, exploration_budget, explore, sample_for_power, sample_for_width
from analysis.intervals import wilson_interval
from analysis.patterns import COUNTS, PatternTable
from analysis.propensity import propensities, weighted_rates
from analysis.rulesets import parse_ruleset
from analysis.selection import Selection

AS_OF = datetime(2026, 4, 1)
TEXT = """
id = "x"
version = 1
threshold = 4
[[rule]]
id = "paper"
kind = "touch"
touch = "paper"
points = 2
[[rule]]
id = "seminar"
kind = "touch"
touch = "seminar"
points = 1
[[rule]]
id = "price"
kind = "touch"
touch = "price"
points = 4
[[band]]
name = "low"
[[band]]
name = "high"
threshold = 4
"""


@settings(max_examples=60)
@given(p=st.floats(0, 1), half_width=st.floats(0.01, 0.3))
def test_the_width_needs_this_many_and_no_fewer(p, half_width):
    n = sample_for_width(p, half_width)
    widths = [float(np.subtract(*wilson_interval(p * size, size)[::-1])) / 2 for size in (n - 1, n)]
    assert widths[1] <= half_width
    assert n == 1 or widths[0] > half_width


@pytest.mark.parametrize(("believed", "wanted"), [(0.01, 0.05), (0.05, 0.1), (0.2, 0.5)])
def test_the_power_is_that_of_the_exact_test(believed, wanted):
    n = sample_for_power(believed, wanted)

    def power(size):
        wins = np.arange(size + 1)
        p_values = np.array([binomtest(int(k), size, believed, alternative="greater").pvalue for k in wins])
        return binom.pmf(wins[p_values <= 0.025], size, wanted).sum()

    assert power(n) >= 0.8 > power(n - 1)


def test_impossible_wishes_are_refused():
    with pytest.raises(TooManyError, match="ask for less"):
        sample_for_power(0.1, 0.1005)
    with pytest.raises(TooManyError, match="ask for less"):
        sample_for_width(0.5, 0.001)
    with pytest.raises(ValueError, match="above"):
        sample_for_power(0.2, 0.1)
    with pytest.raises(ValueError, match="half_width"):
        sample_for_width(0.5, 0.7)
    with pytest.raises(ValueError, match="one thing"):
        Wish(half_width=0.1, p_wanted=0.1)
    with pytest.raises(ValueError, match="positive"):
        exploration_budget(0, inflow_per_month=1, hours_per_handoff=1, as_of=AS_OF, horizon_days=1)


def test_the_budget_adds_up():
    found = exploration_budget(
        400, inflow_per_month=500, hours_per_handoff=2, as_of=AS_OF, horizon_days=180, max_hours_per_month=200
    )
    assert (found.n_months, found.n_per_month, found.hours) == (4, 100, 800)
    assert found.share == pytest.approx(0.2)
    assert (found.closes_on.year, found.closes_on.month) == (2027, 1)


SCORES = pd.DataFrame({"score": [0, 2, 9], "n_mature": [300, 100, 900], "n_won": [3, 5, 200]}).assign(
    n_immature=0, n_already_decided=0, n_standing=[3000, 600, 10]
)
SELECTION = Selection(as_of=AS_OF)


def test_a_wish_becomes_a_plan():
    plan = explore(SCORES, 4, Wish(half_width=0.02), SELECTION, date(2025, 4, 1))
    assert plan.state == "possible"
    assert plan.p_expected == pytest.approx(8.5 / 401)
    assert plan.inflow_per_month == pytest.approx(4000 / 12, rel=0.01)
    assert plan.budget.n_sample == sample_for_width(plan.p_expected, 0.02)


def test_what_needs_no_trial_or_allows_none_is_said():
    start = date(2025, 4, 1)
    assert explore(SCORES, 4, Wish(p_wanted=0.01), SELECTION, start).state == "known"
    assert explore(SCORES, -5, Wish(p_wanted=0.01), SELECTION, start).state == "nobody"
    assert explore(SCORES, 4, Wish(p_wanted=0.0215), SELECTION, start).state == "too_many"


# Leads by pattern of three rules; sales tries low scorers at random, and those with a paper on a hunch.
KEYS = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=np.int64)
N_LEADS = np.array([4000, 300, 2500, 300, 2000, 300, 1200, 300])
P_TRIED = np.where(KEYS[:, 2] == 1, 0.95, np.where(KEYS[:, 0] == 1, 0.32, 0.05))
P_WON = 1 / (1 + np.exp(-(-3.4 + 1.6 * KEYS[:, 0] + 0.3 * KEYS[:, 1] + 1.5 * KEYS[:, 2])))


def simulated(generator, ruleset):
    tried = generator.binomial(N_LEADS, P_TRIED)
    counts = pd.DataFrame(0, index=range(len(KEYS)), columns=list(COUNTS))
    counts["n_mature"], counts["n_won"] = tried, generator.binomial(tried, P_WON)
    counts["n_standing"] = N_LEADS - tried
    ids = tuple(column.id for column in ruleset.columns)
    gated = np.zeros((len(KEYS), 0), dtype=bool)
    return PatternTable(rule_ids=ids, gate_ids=(), multiplicity=KEYS, gated=gated, counts=counts)


def truth(ruleset):
    is_low = KEYS @ ruleset.points < ruleset.threshold
    return float((N_LEADS * P_WON)[is_low].sum() / N_LEADS[is_low].sum())


@pytest.mark.parametrize("is_known", [True, False])
def test_weighting_by_propensity_covers_where_the_naive_rate_does_not(is_known):
    ruleset, generator = parse_ruleset(TEXT), np.random.default_rng(11)
    expected, n_runs, estimates = truth(ruleset), 200, []
    n_hits, n_naive = 0, 0
    for _ in range(n_runs):
        patterns = simulated(generator, ruleset)
        propensity = P_TRIED if is_known else propensities(patterns, ruleset)
        row = weighted_rates(patterns, ruleset, ruleset.bands, propensity).iloc[0]
        estimates.append(row["weighted_rate"])
        n_hits += row["weighted_low"] <= expected <= row["weighted_high"]
        low, high = wilson_interval(row["n_won"], row["n_mature"])
        n_naive += float(low) <= expected <= float(high)
    assert np.mean(estimates) == pytest.approx(expected, rel=0.02)
    assert n_hits / n_runs >= 0.93
    assert n_naive / n_runs < 0.05


def test_equal_propensities_change_nothing():
    ruleset = parse_ruleset(TEXT)
    patterns = simulated(np.random.default_rng(2), ruleset)
    found = weighted_rates(patterns, ruleset, ruleset.bands, np.full(len(KEYS), 0.3))
    low, high = wilson_interval(found["n_won"], found["n_mature"])
    assert found["weighted_rate"].tolist() == pytest.approx(found["tried_rate"].tolist())
    assert found["weighted_low"].tolist() == pytest.approx(low.tolist())
    assert found["weighted_high"].tolist() == pytest.approx(high.tolist())


def test_few_tried_leads_say_nothing():
    ruleset = parse_ruleset(TEXT)
    patterns = simulated(np.random.default_rng(2), ruleset)
    patterns.counts["n_mature"] = [1, 0, 0, 0, 0, 0, 0, 0]
    patterns.counts["n_won"] = 0
    found = weighted_rates(patterns, ruleset, ruleset.bands, propensities(patterns, ruleset))
    assert not found["is_enough"].any()
    assert found[["weighted_low", "weighted_high"]].iloc[1].tolist() == [0, 1]
