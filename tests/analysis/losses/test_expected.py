"""Chances at equal scores, against scipy's exact law and against shuffled results."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from analysis.losses.expected import chance_of_so_few, chances, strata


def test_the_chance_is_that_of_the_stratum():
    draw = np.random.default_rng(1)
    score, is_won = draw.integers(-3, 40, 3_000), draw.random(3_000) < 0.2
    stratum = strata(score)
    assert stratum.max() + 1 <= 20
    # Neighbours stay neighbours.
    order = pd.DataFrame({"score": score, "stratum": stratum}).drop_duplicates().sort_values("score")
    assert order["stratum"].is_monotonic_increasing
    wanted = pd.Series(is_won).groupby(stratum).transform("mean")
    assert chances(stratum, is_won) == pytest.approx(wanted.to_numpy())


@pytest.mark.parametrize(("n_in", "n_won", "observed"), [(40, 200, 3), (200, 200, 30), (500, 300, 130), (60, 100, 6)])
def test_in_one_stratum_it_is_the_hypergeometric_law(n_in, n_won, observed):
    is_won, is_in = np.zeros(1_000, dtype=bool), np.zeros(1_000, dtype=bool)
    is_won[:n_won] = True
    is_in[:observed] = True
    is_in[n_won : n_won + n_in - observed] = True
    exact = hypergeom.cdf(observed, 1_000, n_won, n_in)
    found = chance_of_so_few(np.zeros(1_000, dtype=np.int64), is_won, is_in)
    assert found == pytest.approx(exact, rel=0.15, abs=1e-4)


def test_over_strata_it_is_that_of_shuffled_results():
    draw = np.random.default_rng(5)
    stratum = draw.integers(0, 6, 800)
    rate = np.array([0.02, 0.05, 0.1, 0.2, 0.4, 0.6])[stratum]
    is_won, is_in = draw.random(800) < rate, draw.random(800) < 0.12
    observed = (is_won & is_in).sum()
    shuffled = np.empty(4_000)
    for number in range(len(shuffled)):
        order = np.lexsort((draw.random(800), stratum))
        mixed = np.empty(800, dtype=bool)
        mixed[order] = is_won[np.argsort(stratum, kind="stable")]
        shuffled[number] = (mixed & is_in).sum()
    assert chance_of_so_few(stratum, is_won, is_in) == pytest.approx((shuffled <= observed).mean(), abs=0.03)


def test_nothing_can_be_told_without_wins_or_without_others():
    stratum, won = np.zeros(50, dtype=np.int64), np.zeros(50, dtype=bool)
    assert chance_of_so_few(stratum, won, ~won) == 1.0
    won[:10] = True
    assert chance_of_so_few(stratum, won, np.ones(50, dtype=bool)) == 1.0
    assert len(strata(np.zeros(0, dtype=np.int64))) == 0
