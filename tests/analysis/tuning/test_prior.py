import numpy as np
import pytest

from analysis.tuning import constraints, fit_card, tune, with_prior
from tests.analysis.tuning.companies import TODAY, company


def test_the_prior_adds_its_deals_and_keeps_base_rates():
    counts = company(3000, 1)
    mixed = with_prior(counts, TODAY, 150)
    assert mixed.n_won.sum() - counts.n_won.sum() == pytest.approx(150, rel=1e-3)
    assert mixed.n_won.sum() / mixed.n_leads.sum() == pytest.approx(counts.n_won.sum() / counts.n_leads.sum(), rel=1e-4)
    assert mixed.n_scored.tolist() == counts.n_scored.tolist()


def test_a_strong_belief_keeps_todays_points_and_none_follows_the_data():
    counts = company(3000, 1)
    limits = constraints(TODAY, low=-6, high=6)
    distances = [
        np.abs(tune(with_prior(counts, TODAY, worth), limits, effort="fast").points - TODAY).sum()
        for worth in (0, 3000, 1_000_000)
    ]
    assert distances[0] > distances[-1]
    # With belief alone, points can at most be told apart up to their common scale.
    strong = tune(with_prior(counts, TODAY, 1_000_000), constraints(TODAY, max_changes=3), effort="fast")
    assert strong.points.tolist() == TODAY.tolist()


def test_the_best_scale_of_today_is_the_best_on_the_mixture_too():
    counts = company(3000, 2)
    assert fit_card(with_prior(counts, TODAY, 500), TODAY).scale == pytest.approx(
        fit_card(counts, TODAY).scale, rel=1e-4
    )


def test_a_worth_below_nothing_is_refused():
    counts = company(500, 1)
    assert with_prior(counts, TODAY, 0) is counts
    with pytest.raises(ValueError, match="n_deals must be at least 0"):
        with_prior(counts, TODAY, -1)
