"""Whether a rule means the same in every period, and which rules mean the same as others."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis.intervals import MIN_N, Floats
from analysis.tuning.counts import PatternCounts
from analysis.tuning.loss import sigmoid
from analysis.tuning.weights import fit_weights

RIDGE: Final = 1e-5

MAX_CHANCE: Final = 0.01
"""A rule is called unstable when chance alone makes it look so less often, all rules taken together."""

CALENDAR_SHARE: Final = 0.1
"""From this part of a rule's variation explained by the period on, the rule tells the date rather than the lead."""

ALIKE: Final = 0.7
"""From this correlation on, two rules are named together: their points can hardly be told apart."""

FLIP_ERRORS: Final = 1.645
"""A period speaks against a rule's sign when its effect is so many standard errors beyond 0."""


def rule_periods(counts: PatternCounts) -> pd.DataFrame:
    """Measure each rule in each period.

    Parameters
    ----------
    counts : PatternCounts
        The leads, with periods.

    Returns
    -------
    DataFrame
        One row per rule and period: `rule_id`, `period`, `n_leads`, `n_won`
        (leads for which the rule counted), `share` (of the period's leads),
        `effect` and `effect_se` (change of the logit each time the rule counts,
        other rules held at their effects over all periods). NaN where the rule
        does not vary in the period.

    Notes
    -----
    One step of Newton's method from the fit to all periods, rule by rule.
    """
    fit = fit_weights(counts, ridge=RIDGE)
    p = sigmoid(counts.multiplicity @ fit.weights + fit.intercepts[counts.period])
    parts = []
    for period in np.unique(counts.period):
        rows = counts.period == period
        times = counts.multiplicity[rows].astype(np.float64)
        n_leads, n_won = counts.n_leads[rows], counts.n_won[rows]
        spread = n_leads * p[rows] * (1 - p[rows])
        centred = times - (spread @ times) / max(spread.sum(), 1e-300)
        curve = spread @ centred**2
        slope = (n_won - n_leads * p[rows]) @ centred
        is_known = curve > 1e-9 * max(spread.sum(), 1e-300)
        is_on = times > 0
        parts.append(
            pd.DataFrame(
                {
                    "rule_id": list(counts.rule_ids),
                    "period": int(period),
                    "n_leads": n_leads @ is_on,
                    "n_won": n_won @ is_on,
                    "share": (n_leads @ is_on) / max(n_leads.sum(), 1e-300),
                    "effect": np.where(is_known, fit.weights + slope / np.where(is_known, curve, 1), np.nan),
                    "effect_se": np.where(is_known, 1 / np.sqrt(np.where(is_known, curve, 1)), np.nan),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def rule_stability(counts: PatternCounts) -> pd.DataFrame:
    """Judge whether each rule keeps its meaning over the periods.

    Parameters
    ----------
    counts : PatternCounts
        The leads, with periods.

    Returns
    -------
    DataFrame
        One row per rule: `rule_id`; `n_periods` (in which it can be measured);
        `n_flips` (periods whose effect is clearly on the other side of 0 than
        the effect over all); `effect_chance` (how often chance alone moves the
        effect as much); `is_effect_moving`; `calendar_share` (part of the
        rule's variation that the period explains, [0, 1]); `is_calendar`
        (at least 0.1: the rule tells the date); `alike` (tuple of the rules
        that it goes together with).

    Notes
    -----
    Cochran's Q over the periods, with Holm's correction for the number of
    rules. Periods with fewer than 20 leads with the rule are left out.
    """
    periods = rule_periods(counts)
    groups = alike_rules(counts)
    rows = [
        _one_rule(rule_id, periods[periods["rule_id"] == rule_id], counts) | {"alike": groups.get(rule_id, ())}
        for rule_id in counts.rule_ids
    ]
    table = pd.DataFrame(rows)
    chance = table["effect_chance"].to_numpy()
    order = np.argsort(chance, kind="stable")
    holm = np.maximum.accumulate(chance[order] * np.arange(len(chance), 0, -1))
    is_moving = np.empty(len(chance), dtype=bool)
    is_moving[order] = holm < MAX_CHANCE
    return table.assign(is_effect_moving=is_moving)[
        [
            "rule_id",
            "n_periods",
            "n_flips",
            "effect_chance",
            "is_effect_moving",
            "calendar_share",
            "is_calendar",
            "alike",
        ]
    ]


def alike_rules(counts: PatternCounts) -> dict[str, tuple[str, ...]]:
    """Return, for each rule that goes together with others, those others.

    Two rules go together when the correlation of whether they count is at least
    0.7 in size.
    """
    is_on = (counts.multiplicity > 0).astype(np.float64)
    total = max(counts.n_leads.sum(), 1e-300)
    mean = counts.n_leads @ is_on / total
    covariance = (is_on * counts.n_leads[:, None]).T @ is_on / total - np.outer(mean, mean)
    deviation = np.sqrt(np.maximum(np.diag(covariance), 0))
    scale = np.outer(deviation, deviation)
    correlation = np.where(scale > 1e-12, covariance / np.where(scale > 1e-12, scale, 1), 0)
    np.fill_diagonal(correlation, 0)
    return {
        rule_id: tuple(counts.rule_ids[other] for other in np.flatnonzero(np.abs(correlation[rule]) >= ALIKE))
        for rule, rule_id in enumerate(counts.rule_ids)
        if bool(np.any(np.abs(correlation[rule]) >= ALIKE))
    }


def _one_rule(rule_id: str, periods: pd.DataFrame, counts: PatternCounts) -> dict[str, object]:
    n_all = np.bincount(counts.period, counts.n_leads)
    share = periods["share"].to_numpy()
    weight = n_all[periods["period"].to_numpy()]
    mean = float(np.average(share, weights=weight)) if weight.sum() > 0 else 0.0
    between = float(np.average((share - mean) ** 2, weights=weight)) if weight.sum() > 0 else 0.0
    calendar_share = between / (mean * (1 - mean)) if 0 < mean < 1 else 0.0
    known = periods[periods["effect"].notna() & (periods["n_leads"] >= MIN_N)]
    effect, error = known["effect"].to_numpy(), known["effect_se"].to_numpy()
    overall, chance = _agreement(effect, error)
    n_flips = int(np.sum(np.sign(overall) * effect < -FLIP_ERRORS * error)) if len(effect) else 0
    return {
        "rule_id": rule_id,
        "n_periods": len(known),
        "n_flips": n_flips,
        "effect_chance": chance,
        "calendar_share": calendar_share,
        "is_calendar": calendar_share >= CALENDAR_SHARE,
    }


def _agreement(effect: Floats, error: Floats) -> tuple[float, float]:
    """Return the common effect and how often chance gives effects so different."""
    if len(effect) < 2:
        return (float(effect[0]) if len(effect) else 0.0), 1.0
    precision = 1 / error**2
    overall = float(effect @ precision / precision.sum())
    statistic = float(np.sum((effect - overall) ** 2 * precision))
    return overall, float(chi2.sf(statistic, len(effect) - 1))
