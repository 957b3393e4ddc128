"""Local search in a quadratic model of the loss, from many cards at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import Floats
from analysis.tuning.counts import Ints
from analysis.tuning.limits import Constraints

MAX_STEPS: Final = 60

MAX_TABLE: Final = 400_000
"""Moves that are looked at together: cards, rules to take home, and rules to move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The loss of weights x is about `x @ matrix @ x / 2 - target @ x`.

    Attributes
    ----------
    matrix : array of shape (n_rules, n_rules)
        Second derivatives.
    target : array of shape (n_rules,)
        See above.
    home : array of shape (n_rules,), int
        Points of rules that are given up.
    """

    matrix: Floats
    target: Floats
    home: Ints


def descended(limits: Constraints, model: Model, points: Ints, scale: float) -> tuple[Ints, Floats]:
    """Take rules home and move others to their best points, while the model says that it helps.

    Parameters
    ----------
    limits : Constraints
        Ranges and the numbers of changes and of rules are kept; tiers and volume are not looked at.
    model : Model
        What the loss is about.
    points : array of shape (n_cards, n_rules), int
        Where to begin.
    scale : float
        Change of the logit per point.

    Returns
    -------
    points : array of shape (n_cards, n_rules), int
        Where each card ended.
    value : array of shape (n_cards,)
        What the model says of it; smaller is better.
    """
    points, scales = points.copy(), np.full(len(points), scale)
    active = np.arange(len(points))
    for _ in range(MAX_STEPS):
        is_moved = np.zeros(len(active), dtype=bool)
        for part in _parts(points[active], model.home):
            is_moved[part] = _move(limits, model, points, scales, active[part])
        active = active[is_moved]
        if not len(active):
            break
    x = scales[:, None] * points
    return points, np.sum((x @ model.matrix) * x, axis=1) / 2 - x @ model.target


def _parts(points: Ints, home: Ints) -> list[slice]:
    n_away = int((points != home).sum(axis=1).max(initial=0))
    size = max(1, MAX_TABLE // ((n_away + 1) * points.shape[1]))
    return [slice(start, start + size) for start in range(0, len(points), size)]


def _move(limits: Constraints, model: Model, points: Ints, scales: Floats, rows: Ints) -> NDArray[np.bool_]:
    """Make the best move of each card in place; return which had one that helps."""
    own = np.maximum(np.diag(model.matrix), 1e-12)
    card, scale = points[rows], scales[rows]
    back, is_real = _away(card, model.home, limits.is_free)
    step_back = scale[:, None] * np.where(is_real, (model.home - card)[np.arange(len(rows))[:, None], back], 0)
    slope = scale[:, None] * (card @ model.matrix) - model.target
    change = step_back * np.take_along_axis(slope, back, axis=1) + step_back**2 * own[back] / 2
    slopes = slope[:, None] + step_back[:, :, None] * model.matrix[back]
    values = np.clip(np.rint(card[:, None] - slopes / (scale[:, None, None] * own)), limits.low, limits.high)
    step = scale[:, None, None] * (values - card[:, None])
    total = change[:, :, None] + step * (slopes + step * own / 2)
    total[~_is_allowed(limits, model, card, back, is_real, values)] = np.inf
    flat = total.reshape(len(rows), -1)
    best = np.argmin(flat, axis=1)
    index = np.arange(len(rows))
    is_moved: NDArray[np.bool_] = flat[index, best] < -1e-9 * np.maximum(np.abs(card @ model.target) * scale, 1e-300)
    number, rule = np.divmod(best, card.shape[1])
    taken = back[index, number]
    new = card.copy()
    new[index, taken] = np.where(is_real[index, number], model.home[taken], new[index, taken])
    new[index, rule] = values[index, number, rule].astype(np.int64)
    points[rows[is_moved]] = new[is_moved]
    scales[rows[is_moved]] = _best_scales(model, new, scale)[is_moved]
    return is_moved


def _away(card: Ints, home: Ints, is_free: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the rules that each card may take home, none first, and which of them are real."""
    is_away = (card != home) & is_free
    n_away = is_away.sum(axis=1)
    order = np.argsort(~is_away, axis=1, kind="stable")[:, : int(n_away.max(initial=0))]
    back = np.concatenate([np.zeros((len(card), 1), dtype=np.int64), order], axis=1)
    is_real = np.arange(back.shape[1]) <= n_away[:, None]
    is_real[:, 0] = False
    return back, is_real


def _best_scales(model: Model, points: Ints, scale: Floats) -> Floats:
    curve = np.sum((points @ model.matrix) * points, axis=1)
    best = np.where(curve > 0, (points @ model.target) / np.where(curve > 0, curve, 1.0), scale)
    return np.where(best > 0.1 * scale, best, scale)


def _is_allowed(
    limits: Constraints, model: Model, card: Ints, back: Ints, is_real: NDArray[np.bool_], values: Floats
) -> NDArray[np.bool_]:
    """Return which moves keep the numbers of changes and of rules.

    Of the moves that take a rule home, none moves that rule as well: it would not be home.
    """
    is_allowed = np.broadcast_to(limits.is_free, values.shape).copy()
    is_allowed[:, 1:] &= is_real[:, 1:, None]
    for home, limit in ((limits.today, limits.max_changes), (np.zeros_like(limits.today), limits.max_rules)):
        is_away = card != home
        if limit >= card.shape[1]:
            continue
        is_home_away = (model.home != home)[back]
        removed = np.where(is_real, np.take_along_axis(is_away, back, axis=1).astype(np.int64) - is_home_away, 0)
        left = is_away.sum(axis=1)[:, None] - removed
        is_allowed &= left[:, :, None] - is_away[:, None] + (values != home) <= limit
    card_index, place = np.nonzero(is_real)
    is_allowed[card_index, place, back[card_index, place]] = False
    return is_allowed
