"""Every change of one rule, or of two together, with the loss that it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import Floats
from analysis.tuning.allowed import allowed_pairs, allowed_values
from analysis.tuning.counts import Ints, weighted_counts
from analysis.tuning.loss import sigmoid, softplus
from analysis.tuning.problem import Card, Problem
from analysis.tuning.tables import CellCounts, LevelMatrix, cell_counts

Curves: TypeAlias = NDArray[np.float32]

MAX_OFFSETS: Final = 33
"""Changes of the second rule of a pair that are looked at, nearest first."""

MAX_FIRST: Final = 24
"""Rules that are looked at as the first of a pair, the most promising ones first."""

MIN_FIRST: Final = 8
"""As many are looked at, although fewer have points, where there is room for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Changes of one or two rules and what they are expected to bring.

    Attributes
    ----------
    rules, values : arrays of shape (n_moves, 2), int
        Rules that change, and their new points; a move of one rule names it twice.
    bound : array of shape (n_moves,)
        Loss with the curve of the present card: the best curve does no worse.
    predicted : array of shape (n_moves,)
        Loss after one Newton step of the curve.
    """

    rules: Ints
    values: Ints
    bound: Floats
    predicted: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a card looks like from its cells: counts, and curves over scores.

    Attributes
    ----------
    matrix : LevelMatrix
        Columns of the rules that may move.
    counts : CellCounts
        Leads by cell and column.
    shifted : array of shape (n_shifts, n_curves, n_cells)
        Curves at the score of each cell plus a shift, from `-reach` to `reach`.
        Per lead: loss without its win, slope in the scale, slope in the
        intercept, and, where a volume is kept, whether it is at the threshold.
    reach : int
        Largest shift.
    scored : CellCounts or None
        Counts of the leads that make up the volume.
    curvature, base_curvature : float
        Second derivatives of the loss in the scale and in the intercepts.
    share : float
        Share of the leads at or above the threshold.
    """

    matrix: LevelMatrix
    counts: CellCounts
    shifted: Curves
    reach: int
    scored: CellCounts | None
    curvature: float
    base_curvature: float
    share: float


def single_moves(problem: Problem, card: Card) -> Moves:
    """Return all allowed changes of one rule."""
    offsets = offsets_of(problem, card)
    is_allowed = allowed_values(problem.limits, card.points, card.points[:, None] + offsets) & (offsets != 0)
    # Where no rule may be added, few can move: the others need not be counted.
    view = look(problem, card, problem.matrix.of(is_allowed.any(axis=1)), np.empty(0, dtype=np.int64), n_moving=1)
    return _single_moves(problem, card, view, is_allowed)


def pair_moves(problem: Problem, card: Card, singles: Moves) -> Moves:
    """Return allowed changes of two rules.

    The first rule is one that has points, or differs from today, or promises
    most alone; the second is any. See `MAX_OFFSETS` and `MAX_FIRST`.
    """
    first = _first_rules(problem, card, singles)
    view = look(problem, card, problem.matrix, np.flatnonzero(np.isin(problem.matrix.rule, first)), n_moving=2)
    effects = single_effects(problem, card, view)
    parts = []
    for rule in first:
        steps = _first_offsets(problem, card, singles, int(rule))
        parts += _pairs_of(problem, card, view, effects, int(rule), steps)
    return _joined(parts)


def offsets_of(problem: Problem, card: Card) -> Ints:
    """Return the changes of points that some rule may make, 0 included, ascending."""
    is_free = problem.limits.is_free
    if not is_free.any():
        return np.zeros(1, dtype=np.int64)
    low = int((problem.limits.low - card.points)[is_free].min())
    high = int((problem.limits.high - card.points)[is_free].max())
    return np.arange(min(low, 0), max(high, 0) + 1)


def look(problem: Problem, card: Card, matrix: LevelMatrix, first: Ints, *, n_moving: int) -> View:
    """Count the leads of a card by cell, and tabulate its curves.

    Parameters
    ----------
    problem, card
        What is looked at.
    matrix : LevelMatrix
        Columns of the rules that may move.
    first : array of int
        Columns of it to count pairs for.
    n_moving : int
        How many rules move at once: 1 or 2.
    """
    counts, limits = problem.counts, problem.limits
    low, n_scores = int(card.scores.min()), int(np.ptp(card.scores)) + 1
    code = counts.period * n_scores + (card.scores - low)
    is_used = np.bincount(code, minlength=counts.n_periods * n_scores) > 0
    cells = np.flatnonzero(is_used)
    cell = (np.cumsum(is_used) - 1)[code]
    reach = n_moving * int(np.abs(offsets_of(problem, card)).max()) * int(matrix.level.max(initial=1))
    grid = np.arange(low - reach, low + n_scores + reach, dtype=np.float64)
    p = sigmoid(card.scale * grid + card.intercepts[:, None])
    period, position = cells // n_scores, cells % n_scores + reach
    n_leads = weighted_counts(cell, counts.n_leads, len(cells))
    spread = n_leads * (p * (1 - p))[period, position]
    base_curve = np.maximum(weighted_counts(period, spread, counts.n_periods), 1e-12)
    centre = weighted_counts(period, spread * grid[position], counts.n_periods) / base_curve
    logit = card.scale * grid + card.intercepts[:, None]
    curves = [softplus(logit), p * (grid - centre[:, None]), p]
    scored, share = None, 0.0
    if limits.volume is not None:
        curves.append(np.broadcast_to(grid >= limits.volume.threshold, p.shape))
        scored = cell_counts(matrix, counts.n_scored, cell, len(cells), first)
        is_above = card.scores >= limits.volume.threshold
        share = float(counts.n_scored[is_above].sum() / counts.n_scored.sum())
    return View(
        matrix=matrix,
        counts=cell_counts(matrix, counts.n_leads, cell, len(cells), first),
        shifted=_shifted(np.stack(curves).astype(np.float32), period, position, reach),
        reach=reach,
        scored=scored,
        curvature=max(float(spread @ (grid[position] - centre[period]) ** 2), 1e-12),
        base_curvature=float(base_curve.sum()),
        share=share,
    )


def single_effects(problem: Problem, card: Card, view: View) -> Floats:
    """Return what each change of one rule adds to the sums of the curves.

    Returns
    -------
    array of shape (n_rules, n_offsets, n_curves)
        By rule, offset (as in `offsets_of`) and curve.
    """
    offsets, matrix = offsets_of(problem, card), view.matrix
    out = np.zeros((problem.counts.n_rules, len(offsets), view.shifted.shape[1]))
    for level in np.unique(matrix.level):
        columns = np.flatnonzero(matrix.level == level)
        sums = _sums(view, columns)
        effect = sums[view.reach + level * offsets] - sums[view.reach]
        out[matrix.rule[columns]] += effect.transpose(2, 0, 1)
    return out


def _shifted(curves: Curves, period: Ints, position: Ints, reach: int) -> Curves:
    """Look the curves up at every cell and shift."""
    out = np.empty((2 * reach + 1, len(curves), len(period)), dtype=np.float32)
    for index in range(2 * reach + 1):
        out[index] = curves[:, period, position + (index - reach)]
    return out


def _sums(view: View, columns: Ints, pair: int | None = None) -> Curves:
    """Add up the shifted curves over the leads of each column.

    Returns
    -------
    array of shape (n_shifts, n_curves, n_columns)
        What the leads of a column would come to at each shift.
    """
    n_shifts, _, n_cells = view.shifted.shape

    def added(counts: CellCounts, curves: Curves) -> Curves:
        leads = (counts.single if pair is None else counts.pair[:, pair])[:, columns]
        total: Curves = curves.reshape(-1, n_cells) @ leads
        return total.reshape(n_shifts, curves.shape[1], len(columns))

    if view.scored is None:
        return added(view.counts, view.shifted)
    return np.concatenate([added(view.counts, view.shifted[:, :3]), added(view.scored, view.shifted[:, 3:])], axis=1)


def _single_moves(problem: Problem, card: Card, view: View, is_allowed: NDArray[np.bool_]) -> Moves:
    offsets, effects = offsets_of(problem, card), single_effects(problem, card, view)
    rule, index = np.nonzero(is_allowed)
    bound, predicted, excess = _outlook(
        problem, card, view, effects[rule, index], offsets[index] * problem.won_times[rule]
    )
    values = card.points[rule] + offsets[index]
    is_kept = _keeps_volume(card, excess)
    return Moves(
        rules=np.column_stack([rule, rule])[is_kept],
        values=np.column_stack([values, values])[is_kept],
        bound=bound[is_kept],
        predicted=predicted[is_kept],
    )


def _pairs_of(problem: Problem, card: Card, view: View, effects: Floats, rule: int, steps: Ints) -> list[Moves]:
    """Return changes of `rule` by `steps` together with changes of every other rule."""
    offsets = offsets_of(problem, card)
    nearest = np.sort(np.argsort(np.abs(offsets), kind="stable")[:MAX_OFFSETS])
    offsets = offsets[nearest]
    own = effects[rule, np.searchsorted(offsets_of(problem, card), steps)]
    is_allowed = allowed_pairs(problem.limits, card.points, card.points[:, None] + offsets, rule, steps)
    is_allowed &= offsets != 0
    is_allowed[rule] = False
    # Steps after which the same rules may move go together: one that keeps a place leaves few.
    groups: dict[bytes, list[int]] = {}
    is_other: NDArray[np.bool_] = np.any(is_allowed, axis=2)
    for step in range(len(steps)):
        groups.setdefault(is_other[:, step].tobytes(), []).append(step)
    parts = []
    for members in groups.values():
        others = np.flatnonzero(is_other[:, members[0]])
        if len(others):
            total = own[members][None, :, None] + effects[others[:, None], nearest][:, None]
            total += _cross_effects(problem, view, rule, steps[members], offsets, others)
            allowed = is_allowed[others][:, members]
            parts.append(_pair_list(problem, card, view, rule, steps[members], others, offsets, total, allowed))
    return parts


def _pair_list(
    problem: Problem,
    card: Card,
    view: View,
    rule: int,
    steps: Ints,
    others: Ints,
    offsets: Ints,
    total: Floats,
    is_allowed: NDArray[np.bool_],
) -> Moves:
    place, step, index = np.nonzero(is_allowed)
    other = others[place]
    shift = steps[step] * problem.won_times[rule] + offsets[index] * problem.won_times[other]
    bound, predicted, excess = _outlook(problem, card, view, total[place, step, index], shift)
    is_kept = _keeps_volume(card, excess)
    return Moves(
        rules=np.column_stack([np.full(len(other), rule), other])[is_kept],
        values=np.column_stack([card.points[rule] + steps[step], card.points[other] + offsets[index]])[is_kept],
        bound=bound[is_kept],
        predicted=predicted[is_kept],
    )


def _cross_effects(problem: Problem, view: View, rule: int, steps: Ints, offsets: Ints, others: Ints) -> Floats:
    """Return what two changes do together beyond what each does alone.

    Only leads for which both rules count matter: they move by both.
    """
    matrix = view.matrix
    out = np.zeros((len(others), len(steps), len(offsets), view.shifted.shape[1]))
    place = np.full(problem.counts.n_rules, -1)
    place[others] = np.arange(len(others))
    is_other = place[matrix.rule] >= 0
    for own in np.flatnonzero(matrix.rule[view.counts.first] == rule):
        own_shift = view.reach + matrix.level[view.counts.first[own]] * steps
        for level in np.unique(matrix.level):
            columns = np.flatnonzero(is_other & (matrix.level == level))
            sums = _sums(view, columns, pair=int(own))
            shift = level * offsets
            effect = sums[own_shift[:, None] + shift] - sums[own_shift][:, None] - sums[view.reach + shift]
            out[place[matrix.rule[columns]]] += (effect + sums[view.reach]).transpose(3, 0, 1, 2)
    return out


def _outlook(
    problem: Problem, card: Card, view: View, effects: Floats, won_shift: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return bound, predicted loss and volume excess of moves from their sums."""
    bound = card.loss + effects[:, 0] - card.scale * won_shift
    slope = effects[:, 1] - won_shift
    step = np.maximum(-slope / view.curvature, -card.scale)
    gain = -(slope * step + view.curvature * step**2 / 2) + effects[:, 2] ** 2 / (2 * view.base_curvature)
    excess = np.zeros(len(bound))
    volume = problem.limits.volume
    if volume is not None:
        share = view.share + effects[:, 3] / problem.counts.n_scored.sum()
        excess = np.maximum(np.abs(share - volume.share) - volume.tolerance, 0)
    return bound, bound - gain, excess


def _keeps_volume(card: Card, excess: Floats) -> NDArray[np.bool_]:
    """Moves inside the range of the volume, or, from outside, those that come closer."""
    return (excess <= SHARE_SLACK) | (excess < card.excess - SHARE_SLACK)


SHARE_SLACK: Final = 2e-6
"""What single precision may add to a share; cards are judged exactly afterwards."""


def _first_rules(problem: Problem, card: Card, singles: Moves) -> Ints:
    """Return the rules that are looked at as the first of a pair, best first."""
    limits = problem.limits
    best = np.full(problem.counts.n_rules, np.inf)
    np.minimum.at(best, singles.rules[:, 0], singles.predicted)
    is_changed, is_used = card.points != limits.today, card.points != 0
    # Where one rule must give way to another, the one that gives way comes first.
    if is_changed.sum() >= limits.max_changes:
        is_active, n_least = is_changed & limits.is_free, 0
    elif is_used.sum() >= limits.max_rules:
        is_active, n_least = is_used & limits.is_free, 0
    else:
        is_active, n_least = (is_changed | is_used) & limits.is_free, MIN_FIRST
    order = np.lexsort([best, ~is_active])
    n_first = min(MAX_FIRST, max(int(is_active.sum()), n_least))
    chosen = order[:n_first]
    return np.sort(chosen[limits.is_free[chosen] & np.isin(chosen, problem.matrix.rule)])


def _first_offsets(problem: Problem, card: Card, singles: Moves, rule: int) -> Ints:
    """Return the changes tried for the first rule of a pair."""
    limits, points = problem.limits, int(card.points[rule])
    own = singles.rules[:, 0] == rule
    best = singles.values[own, 0][np.argsort(singles.predicted[own], kind="stable")[:2]]
    wanted = {
        points - 2,
        points - 1,
        points + 1,
        points + 2,
        0,
        int(limits.today[rule]),
        *(int(value) for value in best),
    }
    allowed = sorted(value - points for value in wanted if limits.low[rule] <= value <= limits.high[rule])
    return np.array([step for step in allowed if step != 0], dtype=np.int64)


def _joined(parts: list[Moves]) -> Moves:
    empty = Moves(
        rules=np.empty((0, 2), dtype=np.int64),
        values=np.empty((0, 2), dtype=np.int64),
        bound=np.empty(0),
        predicted=np.empty(0),
    )
    parts = [empty, *parts]
    return Moves(
        rules=np.concatenate([part.rules for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        bound=np.concatenate([part.bound for part in parts]),
        predicted=np.concatenate([part.predicted for part in parts]),
    )
