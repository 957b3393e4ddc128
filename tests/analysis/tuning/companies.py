"""Small problems for exact answers, and companies whose right points are known."""

import numpy as np
from hypothesis import strategies as st

from analysis.tuning import PatternCounts, fit_card, pattern_counts

TRUE_POINTS = np.array([1, 2, 3, 2, 4, -3, 1, 3, -2, 2, 0, 1, 1, 5])
TODAY = np.array([1, 2, 3, 2, 4, 3, 1, 3, -2, 2, 3, 5, 1, 1])
"""Rule 5 has the wrong sign, 10 is useless, 11 far too high, 13 far too low; the rest are right."""

WRONG = np.flatnonzero(TRUE_POINTS != TODAY)
USELESS = 10


def company(n_leads, seed, n_periods=8, base_rate=0.1):
    """Leads of a company in which `TRUE_POINTS` are right and `TODAY` is in force."""
    generator = np.random.default_rng(seed)
    n_rules = len(TRUE_POINTS)
    share = generator.permutation(np.linspace(0.08, 0.45, n_rules))
    interest = generator.normal(size=(n_leads, 1))
    level = 0.4 * interest + 0.92 * generator.normal(size=(n_leads, n_rules))
    times = (level < np.quantile(level, share, axis=0).diagonal()).astype(int)
    times[:, [0, 3]] *= generator.integers(1, 4, size=(n_leads, 2))
    period = np.arange(n_leads) * n_periods // n_leads
    score = 0.32 * (times @ TRUE_POINTS)
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if (1 / (1 + np.exp(-score - middle))).mean() > base_rate else (middle, high)
    won = generator.random(n_leads) < 1 / (1 + np.exp(-score - low))
    return pattern_counts(times, np.ones(n_leads), won, period=period)


def company_again(table, seed):
    """The leads of a company once more, with other luck: outcomes drawn anew by pattern and period.

    Chances follow `TRUE_POINTS` alone, with the scale and the base rates of the first company.
    """
    generator = np.random.default_rng(seed)
    fit = fit_card(table, TRUE_POINTS)
    logit = fit.scale * table.scores(TRUE_POINTS) + fit.intercepts[table.period]
    won = generator.binomial(table.n_leads.astype(int), 1 / (1 + np.exp(-logit)))
    return table.reweighted(table.n_leads, won.astype(float))


@st.composite
def small_counts(draw, n_rules=4, max_times=2, n_periods=2):
    """Counts of a few patterns, with multiplicities above 1 and fractional weights."""
    n_rows = draw(st.integers(3, 25))
    seed = draw(st.integers(0, 10_000))
    generator = np.random.default_rng(seed)
    n_leads = generator.integers(1, 30, n_rows) * draw(st.sampled_from([1.0, 0.5, 1.7]))
    return pattern_counts(
        generator.integers(0, max_times + 1, (n_rows, n_rules)),
        n_leads,
        n_leads * generator.beta(1, 2, n_rows),
        period=generator.integers(0, n_periods, n_rows),
    )


def random_counts(seed, n_leads=1500, n_rules=12, max_times=2, n_periods=1, noise=0.0):
    """Leads with random effects of every rule."""
    generator = np.random.default_rng(seed)
    times = generator.integers(0, max_times + 1, (n_leads, n_rules)) * (generator.random((n_leads, n_rules)) < 0.5)
    effect = generator.normal(0, 0.7, n_rules)
    logit = times @ effect - np.median(times @ effect) - 1
    won = generator.random(n_leads) < 1 / (1 + np.exp(-logit))
    period = generator.integers(0, n_periods, n_leads)
    return pattern_counts(times, np.ones(n_leads), won, period=period)


def as_leads(counts: PatternCounts):
    """Rows of (multiplicity, outcome) with weights, for oracles that know no counts."""
    rows = np.concatenate([counts.multiplicity, counts.multiplicity]).astype(float)
    outcome = np.repeat([1, 0], len(counts.n_leads))
    weight = np.concatenate([counts.n_won, counts.n_leads - counts.n_won])
    return rows, outcome, weight, np.concatenate([counts.period, counts.period])
