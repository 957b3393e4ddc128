"""Which rules to give points to: best subsets by a quadratic model of the loss."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import Floats
from analysis.tuning.counts import Ints, PatternCounts
from analysis.tuning.weights import Curvature, Weights, curvature, fit_weights

TINY: Final = 1e-9
MAX_ROUNDS: Final = 1
MAX_EXCHANGES: Final = 60

ENOUGH: Final = 1e-6
"""Sets of rules are told apart by more, as a part of the number of leads."""


class Sweep:
    """A symmetric matrix swept on a set of pivots: regressions on subsets at almost no cost.

    With the loss `slope @ x + x @ matrix @ x / 2` the swept matrix holds the best
    `x` on the pivots, and what each other variable would still gain.

    Notes
    -----
    The sweep operator; see J. H. Goodnight, "A tutorial on the SWEEP operator",
    The American Statistician 33(3), 1979. doi:10.1080/00031305.1979.10482685
    """

    def __init__(self, matrix: Floats, target: Floats):
        n = len(target)
        self.table = np.empty((n + 1, n + 1))
        self.table[:n, :n] = matrix
        self.table[n, :n] = self.table[:n, n] = target
        self.table[n, n] = 0.0
        self.diagonal = np.diag(matrix).copy()
        self.is_in = np.zeros(n, dtype=bool)

    def flip(self, pivot: int) -> None:
        """Bring a variable in, or take it out."""
        table = self.table
        sign = -1.0 if self.is_in[pivot] else 1.0
        d = table[pivot, pivot]
        row = table[pivot] / d
        table -= table[:, pivot, None] * row
        table[pivot], table[:, pivot] = sign * row, sign * row
        table[pivot, pivot] = -1.0 / d
        self.is_in[pivot] = not self.is_in[pivot]

    @property
    def value(self) -> float:
        """Gain of the variables that are in."""
        return float(-self.table[-1, -1]) / 2

    def gains(self) -> Floats:
        """Return what each variable outside would gain; -inf inside and where it adds nothing new."""
        own = self.table.diagonal()[:-1]
        is_new = ~self.is_in & (own > 1e-7 * np.maximum(self.diagonal, TINY))
        target = self.table[-1, :-1]
        return np.where(is_new, target**2 / (2 * np.where(is_new, own, 1.0)), -np.inf)

    def losses(self) -> Floats:
        """Return what each variable inside is worth; inf outside."""
        own = -self.table.diagonal()[:-1]
        target = self.table[-1, :-1]
        return np.where(self.is_in, target**2 / (2 * np.where(self.is_in, own, 1.0)), np.inf)

    def exchanges(self) -> tuple[Ints, Floats]:
        """Return what it would gain to take one variable out and bring another in.

        Returns
        -------
        inside : array of shape (n_in,), int
            Variables that are in.
        net : array of shape (n_in, n)
            Gain of each exchange; -inf where there is none. A variable may not take its own place.
        """
        inside = np.flatnonzero(self.is_in)
        table, pivots = self.table, self.table[inside, inside]
        rows = table[inside, :-1] / pivots[:, None]
        # The table without each variable, where a gain looks: its diagonal and its targets.
        own = table.diagonal()[:-1] - table[inside, :-1] * rows
        target = table[-1, :-1] - table[-1, inside, None] * rows
        is_new = ~self.is_in & (own > 1e-7 * np.maximum(self.diagonal, TINY))
        gain = np.where(is_new, target**2 / (2 * np.where(is_new, own, 1.0)), -np.inf)
        return inside, gain - self.losses()[inside, None]


def find_supports(
    counts: PatternCounts, dense: Weights, max_rules: int, is_allowed: NDArray[np.bool_], width: int = 3
) -> list[Weights]:
    """Choose sets of at most `max_rules` rules that explain the wins well, with their weights.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    dense : Weights
        Weights of all rules: one of the two places to begin; the other is no weights at all.
    max_rules : int
        Rules at most.
    is_allowed : array of shape (n_rules,), bool
        Rules that may have points.
    width : int
        Sets that are looked at around each, and gone on from.

    Returns
    -------
    list of Weights
        The best first.

    Notes
    -----
    The loss is replaced by its quadratic model at the present weights, in which
    the best subset is sought by adding and exchanging rules; then the model is
    made anew at the best weights found.
    """
    found: dict[tuple[int, ...], Weights] = {}
    beam = [dense, fit_weights(counts, rules=np.empty(0, dtype=np.int64))]
    for _ in range(1 + MAX_ROUNDS):
        before = set(found)
        for fit in beam:
            _look_around(counts, fit, max_rules, is_allowed, width, found)
        beam = [fit for fit in _best(found) if _support(fit) not in before][:width]
    return _best(found)


def _best(found: dict[tuple[int, ...], Weights]) -> list[Weights]:
    return sorted(found.values(), key=lambda each: each.loss)


def _look_around(
    counts: PatternCounts,
    fit: Weights,
    size: int,
    is_allowed: NDArray[np.bool_],
    width: int,
    found: dict[tuple[int, ...], Weights],
) -> None:
    """Fit the sets of rules that look best from `fit`, and add them to `found`."""
    model = curvature(counts, fit, is_fast=True)
    chosen, runners_up = best_subset(model, fit.weights, size, is_allowed, width - 1)
    for rules in [chosen, *runners_up]:
        key = tuple(int(rule) for rule in rules)
        if key not in found:
            found[key] = fit_weights(counts, rules=rules, start=_restricted(fit, rules), max_steps=5, tolerance=ENOUGH)


def rules_of(fit: Weights) -> Ints:
    """Return the rules that have a weight."""
    return np.flatnonzero(fit.weights)


def _support(fit: Weights) -> tuple[int, ...]:
    return tuple(int(rule) for rule in rules_of(fit))


def best_subset(
    model: Curvature, weights: Floats, size: int, is_allowed: NDArray[np.bool_], n_runners_up: int = 8
) -> tuple[Ints, list[Ints]]:
    """Choose the best rules of a quadratic model by forward steps and exchanges.

    Returns
    -------
    chosen : array of int
        The rules, ascending.
    runners_up : list of arrays of int
        Sets that differ by one exchange, the best first.
    """
    target = model.matrix @ weights - model.slope
    sweep = Sweep(model.matrix, target)
    sweep.diagonal = np.where(is_allowed, sweep.diagonal, np.inf)
    for _ in range(size):
        if not _add_best(sweep):
            break
    _exchange(sweep)
    return np.flatnonzero(sweep.is_in), _one_exchange_away(sweep, n_runners_up)


def _one_exchange_away(sweep: Sweep, n_sets: int) -> list[Ints]:
    """Return the best sets of rules that one exchange leads to, at most two for each rule taken out."""
    inside, net = sweep.exchanges()
    others = np.argsort(-net, axis=1, kind="stable")[:, :2]
    values = np.take_along_axis(net, others, axis=1)
    order = np.argsort(-values, axis=None, kind="stable")[:n_sets]
    places = [np.unravel_index(index, values.shape) for index in order if np.isfinite(values.flat[index])]
    return [np.sort(np.append(np.delete(inside, row), others[row, column])) for row, column in places]


def _add_best(sweep: Sweep) -> bool:
    gains = sweep.gains()
    best = int(np.argmax(gains))
    if not gains[best] > TINY:
        return False
    sweep.flip(best)
    return True


def _exchange(sweep: Sweep) -> None:
    """Exchange one rule for another while that helps, the best exchange first."""
    for _ in range(MAX_EXCHANGES):
        inside, net = sweep.exchanges()
        row, other = np.unravel_index(int(np.argmax(net)), net.shape) if net.size else (0, 0)
        if not net.size or not net[row, other] > 1e-9 * sweep.value:
            break
        sweep.flip(int(inside[row]))
        sweep.flip(int(other))


def _restricted(fit: Weights, rules: Ints) -> Weights:
    weights = np.zeros_like(fit.weights)
    weights[rules] = fit.weights[rules]
    return Weights(weights=weights, intercepts=fit.intercepts, loss=fit.loss, lower_bound=0.0)


def refined_support(
    counts: PatternCounts, points: Ints, max_rules: int, is_allowed: NDArray[np.bool_]
) -> list[Weights]:
    """Return real weights for the rules of a card, and for the best set near it.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    points : array of shape (n_rules,), int
        The card.
    max_rules : int
        Rules at most.
    is_allowed : array of shape (n_rules,), bool
        Rules that may have points.
    """
    own = fit_weights(counts, rules=np.flatnonzero((points != 0) & is_allowed))
    found = {_support(own): own}
    _look_around(counts, own, max_rules, is_allowed, 1, found)
    return list(found.values())
