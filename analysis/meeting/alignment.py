"""Three readings of each rule: what marketing gives, what sales believe, what deals support.

Marketing's reading is the ruleset. Sales' reading is in what they accept and reject; the
deals' in what was won: both are logistic regressions on the same counts of the same
handoffs. Effects become points by the effect of one point, which is that of the rules
that agree with the ruleset (`analysis.losses.shares.promised_scale`), so a reading is
free to differ in single rules and comparable in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.groups import adjusted
from analysis.intervals import CONFIDENCE, Floats, critical_value
from analysis.losses.cases import Cases
from analysis.losses.mixed import fit_mixed
from analysis.losses.shares import promised_scale
from analysis.losses.terms import Terms, terms_of
from analysis.matching import Mask
from analysis.rulesets.columns import Integers

READINGS: Final = ("sales", "deals")

MIN_EACH: Final = 20
"""With fewer accepted, rejected, won or lost handoffs a reading says nothing."""

MAX_CASES: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The points that one kind of answer implies.

    Attributes
    ----------
    n, n_yes : int
        Handoffs with an answer, and those accepted, or won.
    log_odds_per_point : float
        What one point changes.
    is_enough : bool
        Whether there are answers enough of both kinds; if not, all points are NaN.
    points, low, high : arrays of shape (n_columns,)
        Implied points of each column of the ruleset and their intervals; NaN for what
        never or always applied.
    """

    n: int
    n_yes: int
    log_odds_per_point: float
    is_enough: bool
    points: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Where each department's belief differs from the deals.

    Attributes
    ----------
    sales, deals : Reading
        The readings.
    rules : DataFrame
        One row per rule or tier, in the order of the ruleset: `column_id`, `rule_id`, `points`
        (marketing), and for `sales` and `deals` each `<reading>_points`, `<reading>_low`,
        `<reading>_high`; `marketing_differs` and `sales_differ`: from the deals, by more
        than chance, all rules considered (Benjamini-Hochberg); `departments_differ`:
        marketing and sales from each other.
    """

    sales: Reading
    deals: Reading
    rules: pd.DataFrame


def alignment(cases: Cases, confidence: float = CONFIDENCE) -> Alignment:
    """Read the rules three times.

    Parameters
    ----------
    cases : Cases
        Handoffs with a known result. Sales' reading takes those that marketing handed over
        and sales answered.
    confidence : float
        Of the intervals.
    """
    table = cases.table
    answered = table["response"].isin(["accepted", "rejected"]) & (table["from_department"] != "sales")
    sales = _reading(cases, np.flatnonzero(answered), (table["response"] == "accepted").to_numpy(), confidence, False)
    deals = _reading(cases, np.arange(len(table)), table["is_won"].to_numpy(dtype=bool), confidence, True)
    columns = cases.ruleset.columns
    rules = pd.DataFrame(
        {
            "column_id": [column.id for column in columns],
            "rule_id": [cases.ruleset.rules[column.rule_no].id for column in columns],
            "points": cases.ruleset.points,
        }
    )
    for name, reading in (("sales", sales), ("deals", deals)):
        rules[f"{name}_points"], rules[f"{name}_low"], rules[f"{name}_high"] = reading.points, reading.low, reading.high
    return Alignment(sales=sales, deals=deals, rules=_compared(rules, confidence))


def _reading(cases: Cases, rows: Integers, is_yes: Mask, confidence: float, is_handling: bool) -> Reading:
    n_yes = int(is_yes[rows].sum())
    columns = cases.ruleset.columns
    nothing = np.full(len(columns), np.nan)
    if min(n_yes, len(rows) - n_yes) < MIN_EACH:
        return Reading(
            n=len(rows),
            n_yes=n_yes,
            log_odds_per_point=np.nan,
            is_enough=False,
            points=nothing,
            low=nothing,
            high=nothing,
        )
    chosen = rows[np.linspace(0, len(rows) - 1, min(len(rows), MAX_CASES)).astype(np.int64)]
    # What sales see when they answer are the facts; how they call, and who, comes later.
    terms = terms_of(cases, chosen, chosen[:0], is_rules_only=not is_handling)
    fit = fit_mixed(terms.design, is_yes[chosen])
    errors = np.sqrt(np.diag(fit.covariance))
    scale = promised_scale(terms, fit.effects, errors)
    points, spread = _by_column(cases, terms, fit.effects), _by_column(cases, terms, errors)
    is_flat = scale <= 0
    half = critical_value(confidence) * spread / (np.nan if is_flat else scale)
    found = points / (np.nan if is_flat else scale)
    return Reading(
        n=len(rows),
        n_yes=n_yes,
        log_odds_per_point=scale,
        is_enough=not is_flat,
        points=found,
        low=found - half,
        high=found + half,
    )


def _by_column(cases: Cases, terms: Terms, values: Floats) -> Floats:
    """Put values of the terms in the order of the ruleset's columns; NaN where there is no term."""
    of_label = {
        label: value for cause, label, value in zip(terms.causes, terms.labels, values, strict=True) if cause == "score"
    }
    return np.array([of_label.get(column.id, np.nan) for column in cases.ruleset.columns])


def _compared(rules: pd.DataFrame, confidence: float) -> pd.DataFrame:
    z = critical_value(confidence)
    spread = {name: (rules[f"{name}_high"] - rules[f"{name}_low"]).to_numpy() / (2 * z) for name in READINGS}
    given = {name: rules[f"{name}_points"].to_numpy() for name in READINGS}
    points = rules["points"].to_numpy(dtype=np.float64)
    both = np.hypot(spread["sales"], spread["deals"])
    return rules.assign(
        marketing_differs=_differs(given["deals"] - points, spread["deals"], confidence),
        sales_differ=_differs(given["sales"] - given["deals"], both, confidence),
        departments_differ=_differs(given["sales"] - points, spread["sales"], confidence),
    )


def _differs(distance: Floats, spread: Floats, confidence: float) -> Mask:
    with np.errstate(invalid="ignore", divide="ignore"):
        chances = 2 * norm.sf(np.abs(distance) / spread)
    differs: Mask = np.nan_to_num(adjusted(chances), nan=1.0) < 1 - confidence
    return differs
