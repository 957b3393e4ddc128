"""Comparisons within strata, against their formulas by hand, scipy, and known chances."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, chi2_contingency
from scipy.stats.contingency import odds_ratio as sample_odds_ratio

from analysis.stratified import Strata, odds_ratio, rate_difference, strata_of


def strata(*rows):
    hits, n, other_hits, n_other = np.array(rows, dtype=float).T
    return Strata(hits=hits, n=n, other_hits=other_hits, n_other=n_other)


def test_one_stratum_is_the_plain_table():
    found = odds_ratio(strata((30, 100, 15, 90)))
    plain = sample_odds_ratio([[30, 70], [15, 75]], kind="sample")
    interval = plain.confidence_interval()
    assert found.value == pytest.approx(plain.statistic)
    # With one stratum the variance is that of the logarithm of the plain ratio.
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    squared = chi2_contingency([[30, 70], [15, 75]], correction=False).statistic
    # The margins are held fixed, which takes one case off.
    assert found.chance == pytest.approx(chi2.sf(squared * 189 / 190, 1))


def test_two_strata_by_hand():
    # (10 * 30 / 60 + 20 * 40 / 90) / (15 * 5 / 60 + 10 * 20 / 90)
    found = odds_ratio(strata((10, 25, 5, 35), (20, 30, 20, 60)))
    assert found.value == pytest.approx((10 * 30 / 60 + 20 * 40 / 90) / (15 * 5 / 60 + 10 * 20 / 90))
    difference = rate_difference(strata((10, 25, 5, 35), (20, 30, 20, 60)))
    weights = np.array([25 * 35 / 60, 30 * 60 / 90])
    parts = np.array([10 / 25 - 5 / 35, 20 / 30 - 20 / 60])
    assert difference.value == pytest.approx(weights @ parts / weights.sum())


def test_a_difference_that_is_all_between_the_strata_disappears():
    # Hot leads are called sooner and win more; at equal heat the call changes nothing.
    mixed = strata((40, 80, 10, 20), (2, 20, 8, 80))
    assert odds_ratio(mixed).value == pytest.approx(1)
    assert rate_difference(mixed).value == pytest.approx(0)
    pooled = strata((42, 100, 18, 100))
    assert odds_ratio(pooled).value > 3


def test_strata_with_one_group_only_say_nothing():
    alone = strata((5, 10, 0, 0), (3, 10, 1, 10))
    assert odds_ratio(alone) == odds_ratio(strata((3, 10, 1, 10)))
    assert alone.n_compared == 10
    nothing = odds_ratio(strata((5, 10, 0, 0)))
    assert np.isnan(nothing.value)
    assert np.isnan(rate_difference(strata((5, 10, 0, 0))).low)


@pytest.mark.parametrize(("n", "n_strata"), [(8, 300), (400, 4)])
def test_the_intervals_hold_the_truth_in_many_small_and_in_few_large_strata(n, n_strata):
    draw = np.random.default_rng(3)
    base = draw.uniform(0.1, 0.4, n_strata)
    odds = 2.0 * base / (1 - base)
    held = {"odds": 0, "difference": 0}
    for _ in range(400):
        sizes = np.full(n_strata, float(n))
        other = draw.binomial(n, base).astype(float)
        by_odds = Strata(
            hits=draw.binomial(n, odds / (1 + odds)).astype(float), n=sizes, other_hits=other, n_other=sizes
        )
        by_rate = Strata(hits=draw.binomial(n, base + 0.1).astype(float), n=sizes, other_hits=other, n_other=sizes)
        ratio, difference = odds_ratio(by_odds), rate_difference(by_rate)
        held["odds"] += ratio.low <= 2.0 <= ratio.high
        held["difference"] += difference.low <= 0.1 <= difference.high
    assert min(held.values()) >= 400 * 0.95 - 3 * np.sqrt(400 * 0.95 * 0.05)


def test_strata_are_counted_row_by_row():
    draw = np.random.default_rng(1)
    keys = pd.DataFrame({"score": draw.integers(0, 4, 300), "source": draw.choice(["a", "b"], 300)})
    is_group, is_hit = draw.random(300) < 0.3, draw.random(300) < 0.5
    found = strata_of(keys, is_group, is_hit)
    rows = keys.assign(group=is_group, hit=is_hit)
    for place, (_, part) in enumerate(rows.groupby(["score", "source"])):
        assert found.n[place] == part["group"].sum()
        assert found.other_hits[place] == (part["hit"] & ~part["group"]).sum()
