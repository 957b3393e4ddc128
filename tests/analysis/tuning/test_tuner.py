from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.tuning import (
    Budget,
    TuningError,
    constraints,
    fit_card,
    keep_volume,
    pattern_counts,
    tune,
    tune_path,
    violations,
)
from analysis.tuning.counts import thinned
from tests.analysis.tuning.companies import TODAY, company, random_counts, small_counts

points = st.lists(st.integers(-2, 2), min_size=4, max_size=4).map(np.array)


@st.composite
def limited(draw):
    counts = draw(small_counts())
    today = draw(points)
    return counts, constraints(
        today,
        low=-2,
        high=2,
        sign=draw(st.sampled_from([0, 0, np.sign(today)])),
        is_locked=draw(st.sampled_from([False, np.array([True, False, False, False])])),
        max_step=draw(st.sampled_from([None, 1, 2])),
        max_changes=draw(st.sampled_from([None, 0, 1, 2, 3])),
        max_rules=draw(st.sampled_from([None, 4, 3])),
        tiers=draw(st.sampled_from([(), ((1, 2),), ((0, 1, 2),)])),
        volume=draw(st.sampled_from([None, None, keep_volume(counts, today, 1, 0.15)])),
    )


def all_cards(limits):
    ranges = [range(low, high + 1) for low, high in zip(limits.low, limits.high, strict=True)]
    return (np.array(card) for card in product(*ranges))


@settings(max_examples=60, deadline=None)
@given(limited())
def test_exhaustive_search_agrees_and_limits_hold(problem):
    counts, limits = problem
    try:
        found = tune(counts, limits)
    except TuningError:
        return
    assert violations(limits, found.points, counts) == ()
    possible = [card for card in all_cards(limits) if not violations(limits, card, counts)]
    best = min(fit_card(counts, card).mean_loss for card in possible)
    n_leads = found.loss / fit_card(counts, found.points).mean_loss if best > 0 else 1.0
    assert best * n_leads >= found.loss * (1 - found.certificate.gap) * (1 - 1e-5) - 1e-9
    if found.certificate.kind == "proven":
        assert found.loss == pytest.approx(best * n_leads, rel=1e-5, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(small_counts(n_rules=5, max_times=1, n_periods=1), st.integers(1, 3))
def test_the_minimal_rulebook_is_the_best_one(counts, max_rules):
    found = tune(counts, constraints(np.zeros(5, dtype=int), low=-2, high=2, max_rules=max_rules))
    cards = (np.array(card) for card in product(range(-2, 3), repeat=5) if np.count_nonzero(card) <= max_rules)
    best = min(fit_card(counts, card).mean_loss for card in cards)
    assert found.certificate.kind == "proven"
    assert found.loss == pytest.approx(best, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_never_worse_than_one_rule_at_a_time(seed):
    counts = random_counts(seed, n_periods=2)
    today = np.random.default_rng(seed).integers(-3, 4, 12)
    card, losses = today, []
    for _ in range(5):
        trials = [np.where(np.arange(12) == rule, value, card) for rule in range(12) for value in range(-5, 6)]
        trials = [trial for trial in trials if np.count_nonzero(trial != today) <= len(losses) + 1]
        card = min(trials, key=lambda trial: fit_card(counts, trial).loss)
        losses.append(fit_card(counts, card).mean_loss)
    for max_changes in (1, 3, 5):
        found = tune(counts, constraints(today, max_changes=max_changes), with_proof=False)
        assert found.loss <= losses[max_changes - 1] * (1 + 1e-9)


def test_more_changes_are_never_worse():
    counts = company(4000, 3)
    path = tune_path(counts, constraints(TODAY, max_changes=6), effort="fast")
    assert [proposal.n_changed for proposal in path][:2] == [0, 1]
    assert np.all(np.diff([proposal.loss for proposal in path]) < 0)
    assert all(proposal.n_changed <= index for index, proposal in enumerate(path))


@pytest.mark.parametrize("seed", range(3))
def test_proofs_hold_where_everything_can_be_tried(seed):
    counts = random_counts(seed, n_rules=8, max_times=1 + seed)
    today = np.random.default_rng(seed).integers(-2, 3, 8)
    found = tune(counts, constraints(today, low=-2, high=2, max_changes=2))
    assert found.certificate.kind == "proven"
    assert found.certificate.n_sets == 28
    cards = [today]
    for i in range(8):
        for j in range(i):
            for a, b in product(range(-2, 3), repeat=2):
                card = today.copy()
                card[[i, j]] = a, b
                cards.append(card)
    assert found.loss == pytest.approx(min(fit_card(counts, card).mean_loss for card in cards), rel=1e-6)


def test_the_same_seed_gives_the_same_points():
    counts = random_counts(7, n_rules=15)
    limits = constraints(np.ones(15, dtype=int), max_changes=6)
    first, second = (tune(counts, limits, seed=5, with_proof=False) for _ in range(2))
    assert first.points.tolist() == second.points.tolist()
    assert first.loss == second.loss


def test_the_order_of_the_rows_does_not_matter():
    generator = np.random.default_rng(0)
    times = generator.integers(0, 2, (800, 8))
    won = generator.random(800) < 1 / (1 + np.exp(2 - times @ np.arange(8) / 8))
    shuffled = generator.permutation(800)
    limits = constraints(np.zeros(8, dtype=int), max_rules=4)
    first = tune(pattern_counts(times, np.ones(800), won), limits)
    second = tune(pattern_counts(times[shuffled], np.ones(800), won[shuffled]), limits)
    assert first.loss == pytest.approx(second.loss, rel=1e-9)


def test_a_search_can_be_watched_and_stopped():
    counts = random_counts(2, n_rules=15)
    seen = []

    def progress(what, loss):
        seen.append((what, loss))
        return len(seen) < 3

    limits = constraints(np.ones(15, dtype=int), max_changes=8)
    budget = Budget(progress=progress)
    found = tune(counts, limits, budget=budget)
    assert len(seen) == 3
    assert budget.was_cancelled
    assert not found.is_complete
    assert found.loss <= found.today_loss
    assert violations(limits, found.points) == ()


def test_a_budget_of_steps_is_kept():
    counts = random_counts(2, n_rules=15)
    budget = Budget(steps=2)
    assert not tune(counts, constraints(np.ones(15, dtype=int), max_changes=8), budget=budget).is_complete
    assert tune(counts, constraints(np.ones(15, dtype=int), max_changes=1), budget=Budget(seconds=600)).is_complete


def test_volume_is_restored_where_the_limits_upset_it():
    counts = random_counts(4, n_leads=4000)
    today = np.array([2, 1, 1, -1, 2, 1, 0, 3, 1, -2, 1, 1])
    volume = keep_volume(counts, today, 4, 0.02)
    limits = constraints(today, sign=1, volume=volume)
    found = tune(counts, limits)
    assert violations(limits, found.points, counts) == ()
    assert found.share == pytest.approx(found.today_share, abs=0.02 + 1e-5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sign": 1, "max_step": 1}, "Rule no. 0 has -3 points today and none that it may have"),
        ({"sign": 1, "max_changes": 0}, "only 0 may change"),
        ({"is_locked": True, "max_rules": 1}, "More than 1 rules must keep points"),
        ({"is_locked": True, "tiers": [(1, 0)]}, "cannot rise within their ranges"),
    ],
)
def test_limits_that_contradict_each_other_are_named(arguments, said):
    counts = pattern_counts([[0, 1], [1, 0], [1, 1], [0, 0]], [10] * 4, [1, 2, 3, 4])
    with pytest.raises(TuningError, match=said):
        tune(counts, constraints([-3, 2], **arguments))


def test_today_is_kept_when_nothing_may_move():
    counts = random_counts(1, n_rules=3)
    found = tune(counts, constraints([1, 2, 3], is_locked=True))
    assert found.points.tolist() == [1, 2, 3]
    assert found.n_changed == 0
    assert found.n_rules == 3


def test_counts_and_limits_must_agree():
    with pytest.raises(ValueError, match="limits are for 2 rules"):
        tune(random_counts(1, n_rules=3), constraints([1, 2]))
    with pytest.raises(ValueError, match="each at most once"):
        constraints([1, 2], tiers=[(0, 0)])
    with pytest.raises(ValueError, match="max_rules must be at least 0"):
        constraints([1, 2], max_rules=-1)


def test_many_patterns_are_searched_on_a_sample(monkeypatch):
    counts = random_counts(6, n_leads=4000, n_rules=14)
    limits = constraints(np.zeros(14, dtype=int), max_rules=5)
    whole = tune(counts, limits, with_proof=False)
    monkeypatch.setattr("analysis.tuning.tuner.SAMPLE_ABOVE", 1000)
    monkeypatch.setattr("analysis.tuning.tuner.SAMPLE_SIZE", 1500)
    sampled = tune(counts, limits, with_proof=False)
    assert violations(limits, sampled.points) == ()
    assert sampled.loss == pytest.approx(whole.loss, rel=0.01)
    assert sampled.certificate.any_points_gap == pytest.approx(whole.certificate.any_points_gap, abs=0.01)


def test_a_sample_stands_for_all():
    counts = random_counts(6, n_leads=6000, n_rules=6)
    sample = thinned(counts, 300, seed=0)
    assert 200 < len(sample.n_leads) < 400
    assert sample.n_leads.sum() == pytest.approx(counts.n_leads.sum(), rel=0.1)
    assert sample.n_won.sum() == pytest.approx(counts.n_won.sum(), rel=0.2)
    assert len(thinned(counts, 10**9, seed=0).n_leads) == len(counts.n_leads)


def test_a_thorough_search_is_never_worse():
    counts = random_counts(9, n_rules=14, n_periods=2)
    limits = constraints(np.arange(14) % 5 - 2, max_changes=5)
    normal, thorough = (tune(counts, limits, effort=effort, with_proof=False) for effort in ("normal", "thorough"))
    assert thorough.loss <= normal.loss * (1 + 1e-9)


def test_a_period_without_wins_still_counts_for_the_volume():
    counts = random_counts(3, n_leads=2000, n_periods=3)
    mute = counts.reweighted(counts.n_leads, np.where(counts.period == 2, 0.0, counts.n_won))
    today = np.array([2, 1, 1, -1, 2, 1, 0, 3, 1, -2, 1, 1])
    limits = constraints(today, max_changes=3, volume=keep_volume(mute, today, 4, 0.01))
    found = tune(mute, limits, with_proof=False)
    assert violations(limits, found.points, mute) == ()
    assert found.loss < found.today_loss
