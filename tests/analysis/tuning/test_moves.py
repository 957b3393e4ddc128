import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.tuning import constraints, fit_card, keep_volume, violations
from analysis.tuning.moves import pair_moves, single_moves
from analysis.tuning.problem import make_card, make_problem
from tests.analysis.tuning.companies import small_counts

points = st.lists(st.integers(-2, 2), min_size=4, max_size=4).map(np.array)


def fixed_curve_loss(counts, card, new_points):
    logit = card.scale * counts.scores(new_points) + card.intercepts[counts.period]
    return counts.n_leads @ np.logaddexp(0, logit) - counts.n_won @ logit


@settings(deadline=None)
@given(small_counts(), points)
def test_every_change_of_one_rule_is_foreseen(counts, today):
    problem = make_problem(counts, constraints(today, low=-2, high=2))
    card = make_card(problem, today)
    moves = single_moves(problem, card)

    expected = {(r, v) for r in range(4) for v in range(-2, 3) if v != today[r]}
    assert {(r[0], v[0]) for r, v in zip(moves.rules, moves.values, strict=True)} == expected
    for rules, values, bound in zip(moves.rules, moves.values, moves.bound, strict=True):
        new = today.copy()
        new[rules] = values
        assert bound == pytest.approx(fixed_curve_loss(problem.counts, card, new), rel=1e-3, abs=1e-3)
        assert fit_card(counts, new).loss <= bound * (1 + 1e-3) + 1e-3


@settings(deadline=None)
@given(small_counts(), points)
def test_changes_of_two_rules_have_their_exact_loss(counts, today):
    problem = make_problem(counts, constraints(today, low=-2, high=2))
    card = make_card(problem, today)
    moves = pair_moves(problem, card, single_moves(problem, card))
    for index in range(0, len(moves.bound), 7):
        new = today.copy()
        new[moves.rules[index]] = moves.values[index]
        assert moves.rules[index, 0] != moves.rules[index, 1]
        assert moves.bound[index] == pytest.approx(fixed_curve_loss(problem.counts, card, new), rel=1e-3, abs=1e-3)


@settings(deadline=None)
@given(small_counts(), points, st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_no_move_breaks_a_limit(counts, today, max_changes, max_rules, has_volume):
    today = np.where(np.arange(4) < max_rules, today, 0)
    today[:2] = np.sort(today[:2])
    volume = keep_volume(counts, today, 1, 0.3) if has_volume else None
    limits = constraints(
        today, low=-2, high=2, max_changes=max_changes, max_rules=max_rules, tiers=[(0, 1)], volume=volume
    )
    problem = make_problem(counts, limits)
    card = make_card(problem, today)
    singles = single_moves(problem, card)
    for moves in (singles, pair_moves(problem, card, singles)):
        for rules, values in zip(moves.rules, moves.values, strict=True):
            new = today.copy()
            new[rules] = values
            # The volume is foreseen in single precision; the search judges it exactly.
            assert set(violations(limits, new, problem.counts)) <= {"volume"}
