"""Belief and data: today's points as if they had been learned from deals of their own."""

from __future__ import annotations

from numpy.typing import ArrayLike

from analysis.tuning.counts import PatternCounts
from analysis.tuning.loss import fit_card, sigmoid


def with_prior(counts: PatternCounts, today: ArrayLike, n_deals: float) -> PatternCounts:
    """Add leads that won exactly as often as today's points say.

    Parameters
    ----------
    counts : PatternCounts
        What was observed.
    today : array-like of shape (n_rules,), int
        Points in force.
    n_deals : float
        What the agreement on today's points is worth: the number of wins that
        are added. 0 believes the data alone; as many as were observed gives
        agreement and data the same weight.

    Returns
    -------
    PatternCounts
        The same patterns, each with more leads; the mix of leads, the base
        rates and the volume stay as they are.

    Raises
    ------
    ValueError
        If `n_deals` is negative, or there are no leads.

    Notes
    -----
    The loss of a card on these counts is its loss on the data plus `n_deals`
    wins' worth of divergence from today's card: a catalytic prior [1]_ whose
    simpler model is today's points with the scale that fits best. Where the
    data find no sense at all in today's points, their scale is 0 and the prior
    pulls towards no points.

    References
    ----------
    .. [1] D. Huang, N. Stein, D. B. Rubin, S. C. Kou. "Catalytic prior
       distributions with application to generalized linear models". PNAS
       117(22), 2020. doi:10.1073/pnas.1920913117
    """
    if not n_deals >= 0:
        raise ValueError(f"n_deals must be at least 0, not {n_deals!r}.")
    n_won = float(counts.n_won.sum())
    if n_deals == 0 or n_won == 0:
        return counts
    fit = fit_card(counts, today)
    p_won = sigmoid(fit.scale * counts.scores(today) + fit.intercepts[counts.period])
    added = counts.n_leads * (n_deals / n_won)
    return counts.reweighted(counts.n_leads + added, counts.n_won + added * p_won)
