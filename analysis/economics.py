"""What a period says about money: how long it is, what a win brings, how often a handoff drives a lead away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.assumptions import Assumptions
from analysis.intervals import Floats
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine
from data.errors import LeadcalError

OPT_OUT_DAYS: Final = 90
"""Within so many days after the handoff a wish to be left alone is put down to it."""

_DAYS_PER_MONTH: Final = 365.25 / 12


class NoMarginError(LeadcalError):
    """Nobody said what a win leaves, and the history has no amounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """What the history says about money.

    Attributes
    ----------
    n_months : float
        Length of the period, from its start (or the first lead) to its end.
    n_amounts : int
        Leads with won deals of known amount, closed from the start of the period until as_of: the wins of a
        period come after it.
    amount_mean, amount_sd : float
        Yen per such lead; NaN when unknown.
    n_watched, n_opted_out : int
        Handoffs followed for `OPT_OUT_DAYS`, and those after which the lead opted out in that time.
    """

    n_months: float
    n_amounts: int
    amount_mean: float
    amount_sd: float
    n_watched: int
    n_opted_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is reckoned with: the assumptions, and the history where they say nothing.

    Attributes
    ----------
    capacity : float
        Leads per month that sales can take on.
    cost : float
        Yen per handoff, opt-outs included.
    margin : float
        Yen per win.
    opt_out_rate : float
        Opt-outs per handoff.
    is_capacity_given, is_margin_given, is_opt_out_given : bool
        Whether a person said so; False: measured.
    """

    capacity: float
    cost: float
    margin: float
    opt_out_rate: float
    is_capacity_given: bool
    is_margin_given: bool
    is_opt_out_given: bool


def economics(engine: Engine, selection: Selection) -> Economics:
    """Measure what the history of a selection says about money."""
    params = selection.params("as_of", "starts_at", "ends_at", "sources")
    row = engine.query(sql_text("economics"), {**params, "watch_days": OPT_OUT_DAYS}).iloc[0]
    first_at = selection.starts_at if pd.isna(row["first_at"]) else max(row["first_at"], selection.starts_at)
    days = (selection.ends_at - first_at).total_seconds() / 86400
    return Economics(
        n_months=max(days, 1.0) / _DAYS_PER_MONTH,
        n_amounts=int(row["n_amounts"]),
        amount_mean=float(row["amount_mean"]),
        amount_sd=float(row["amount_sd"]),
        n_watched=int(row["n_watched"]),
        n_opted_out=int(row["n_opted_out"]),
    )


def terms(assumptions: Assumptions, found: Economics, n_handoffs: int) -> Terms:
    """Put assumptions and history together.

    Parameters
    ----------
    assumptions : Assumptions
        What people said.
    found : Economics
        What the history says.
    n_handoffs : int
        Handoffs in the period: their pace is the capacity when nobody named one.

    Raises
    ------
    NoMarginError
        If neither says what a win leaves.
    """
    margin = assumptions.margin_per_win_yen
    if margin is None and not found.n_amounts:
        raise NoMarginError(
            "no deal won since the start of the period has an amount; write margin_per_win_yen into assumptions.toml, for example 500000"
        )
    capacity = assumptions.capacity_per_month
    rate = assumptions.opt_out_rate
    measured = found.n_opted_out / found.n_watched if found.n_watched else 0.0
    chosen_rate = measured if rate is None else rate
    return Terms(
        capacity=n_handoffs / found.n_months if capacity is None else capacity,
        cost=assumptions.cost_per_handoff_yen + chosen_rate * assumptions.opt_out_cost_yen,
        margin=assumptions.margin_share * found.amount_mean if margin is None else margin,
        opt_out_rate=chosen_rate,
        is_capacity_given=capacity is not None,
        is_margin_given=margin is not None,
        is_opt_out_given=rate is not None,
    )


def drawn_terms(
    assumptions: Assumptions, found: Economics, rng: np.random.Generator, n_draws: int
) -> tuple[Floats, Floats]:
    """Draw margins and costs as they might have been measured; what a person said does not vary.

    Returns
    -------
    margin, cost : arrays of shape (n_draws,)
        Yen per win and per handoff.
    """
    if assumptions.margin_per_win_yen is None and found.n_amounts > 1:
        error = found.amount_sd / np.sqrt(found.n_amounts)
        margin = assumptions.margin_share * np.maximum(rng.normal(found.amount_mean, error, n_draws), 0)
    else:
        amount = assumptions.margin_share * found.amount_mean
        margin = np.full(n_draws, amount if assumptions.margin_per_win_yen is None else assumptions.margin_per_win_yen)
    rate = np.full(n_draws, assumptions.opt_out_rate or 0.0)
    if assumptions.opt_out_rate is None and found.n_watched:
        rate = rng.beta(found.n_opted_out + 0.5, found.n_watched - found.n_opted_out + 0.5, n_draws)
    return margin, assumptions.cost_per_handoff_yen + rate * assumptions.opt_out_cost_yen
