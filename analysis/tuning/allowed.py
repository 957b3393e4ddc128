"""Which points a rule may be given next: ranges, tiers, and the numbers of changes and of rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.tuning.counts import Ints
from analysis.tuning.limits import Constraints, tier_bounds


def allowed_values(limits: Constraints, points: Ints, values: Ints) -> NDArray[np.bool_]:
    """Return which new points each rule may have, all others staying as they are.

    Parameters
    ----------
    limits : Constraints
        The limits; the volume is not looked at.
    points : array of shape (n_rules,), int
        The card.
    values : array of shape (n_rules, n_offsets), int
        New points of each rule.
    """
    low, high = tier_bounds(limits, points) if limits.tiers else (limits.low, limits.high)
    is_changed, is_used = points != limits.today, points != 0
    n_changed = int(is_changed.sum()) - is_changed[:, None] + (values != limits.today[:, None])
    n_used = int(is_used.sum()) - is_used[:, None] + (values != 0)
    is_allowed: NDArray[np.bool_] = (values >= low[:, None]) & (values <= high[:, None])
    is_allowed &= (n_changed <= limits.max_changes) & (n_used <= limits.max_rules)
    return is_allowed


def allowed_pairs(limits: Constraints, points: Ints, values: Ints, rule: int, steps: Ints) -> NDArray[np.bool_]:
    """Return which new points each rule may have when one rule moves by each of some steps.

    Parameters
    ----------
    limits, points, values
        As for `allowed_values`.
    rule : int
        The rule that moves.
    steps : array of shape (n_steps,), int
        By how much.

    Returns
    -------
    array of shape (n_rules, n_steps, n_offsets), bool
        The row of the rule itself means nothing.
    """
    if limits.tiers:
        out = np.zeros((len(points), len(steps), values.shape[1]), dtype=bool)
        for number, step in enumerate(steps):
            out[:, number] = _beside(limits, points, values, rule, int(points[rule] + step))
        return out
    own = points[rule] + steps
    is_changed, is_used = points != limits.today, points != 0
    own_changed = is_changed.sum() - is_changed[rule] + (own != limits.today[rule])
    own_used = is_used.sum() - is_used[rule] + (own != 0)
    changes = (values != limits.today[:, None]).astype(np.int64) - is_changed[:, None]
    uses = (values != 0).astype(np.int64) - is_used[:, None]
    is_allowed: NDArray[np.bool_] = (changes[:, None] <= (limits.max_changes - own_changed)[:, None]) & (
        uses[:, None] <= (limits.max_rules - own_used)[:, None]
    )
    is_allowed &= ((values >= limits.low[:, None]) & (values <= limits.high[:, None]))[:, None]
    is_allowed &= ((own >= limits.low[rule]) & (own <= limits.high[rule]))[:, None]
    return is_allowed


def _beside(limits: Constraints, points: Ints, values: Ints, rule: int, value: int) -> NDArray[np.bool_]:
    points = points.copy()
    points[rule] = value
    is_allowed = allowed_values(limits, points, values)
    low, high = tier_bounds(limits, points)
    if not low[rule] <= value <= high[rule]:
        # The first rule breaks its tier unless the second, of the same tier, makes room.
        is_allowed &= _makes_room(limits, points, values, rule)
    return is_allowed


def _makes_room(limits: Constraints, points: Ints, values: Ints, rule: int) -> NDArray[np.bool_]:
    group = next((group for group in limits.tiers if rule in group), ())
    out = np.zeros(values.shape, dtype=bool)
    if not limits.low[rule] <= points[rule] <= limits.high[rule]:
        return out
    for other in group:
        for index, value in enumerate(values[other]):
            trial = points.copy()
            trial[other] = value
            out[other, index] = bool(np.all(np.diff(trial[list(group)]) >= 0))
    return out
