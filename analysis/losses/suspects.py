"""What the account suspects in each single case: its losses beyond the promise, lead by lead.

The account shares all losses out among causes. Here the same shares are read off for one
lead: by how much each cause made a loss likelier than its score promised. The shares of
the account are the sums of these.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.intervals import MIN_N
from analysis.losses.account import CAUSES, MAX_CASES, MIN_WINS
from analysis.losses.cases import Cases
from analysis.losses.mixed import fit_mixed
from analysis.losses.shares import centred, mean_slopes, promised_scale
from analysis.losses.terms import Terms, terms_of
from analysis.rulesets.columns import Integers
from analysis.tuning.threads import one_thread

Fault = Literal["score", "handling", "data", "market", "chance"]
FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
"""What both departments can say of a loss."""

FAULT_OF_CAUSE: Final[dict[str, Fault]] = {
    "score": "score",
    "blind_spot": "score",
    "late": "handling",
    "no_contact": "handling",
    "department": "handling",
    "rep": "handling",
    "data": "data",
    "market": "market",
}

LEAST_SHARE: Final = 0.05
"""A cause that made the loss likelier by less than this is no suspicion: then it is chance."""


def suspects(cases: Cases) -> pd.DataFrame:
    """Say what is suspected in each high score of the period that lost.

    Parameters
    ----------
    cases : Cases
        The handoffs with a known result.

    Returns
    -------
    DataFrame
        One row per such case, in the order of the cases: `case_no` (row of `cases.table`),
        `handoff_id`, `lead_id`, `pass_no`, `decided_at`, `score`, `p_promised` (chance of winning that the
        points promise), `p_fitted` (with everything known), `share_` and each fault but chance (how much
        likelier it made the loss; below 0: less likely; they add up to `p_promised` - `p_fitted`), `suspected` (one of `FAULTS`). With
        too few wins or losses to fit anything, chances and shares are NaN and "chance" is suspected.
    """
    found = case_shares(cases)
    is_lost = ~cases.table["is_won"].to_numpy(dtype=bool)[found["case_no"].to_numpy(dtype=np.int64)]
    lost: pd.DataFrame = found[is_lost].reset_index(drop=True)
    return lost


def case_shares(cases: Cases) -> pd.DataFrame:
    """Return the same of all high scores of the period, won or lost: the shares add up to the account's."""
    high = np.flatnonzero(cases.is_account)
    keys = ["handoff_id", "lead_id", "pass_no", "decided_at", "score"]
    table = cases.table.iloc[high][keys].reset_index(drop=True)
    table.insert(0, "case_no", high)
    is_won = cases.table["is_won"].to_numpy(dtype=bool)
    if min(is_won.sum(), (~is_won).sum()) < MIN_WINS or len(high) < MIN_N:
        nothing = dict.fromkeys(("p_promised", "p_fitted", *(f"share_{fault}" for fault in FAULTS[:-1])), np.nan)
        return table.assign(**nothing, suspected="chance")
    return table.assign(**_shares(cases, high, is_won))


def _shares(cases: Cases, high: Integers, is_won: np.ndarray) -> dict[str, np.ndarray]:
    learned = np.arange(len(is_won))
    if len(learned) > MAX_CASES:
        learned = learned[np.linspace(0, len(learned) - 1, MAX_CASES).astype(np.int64)]
    # Groups are held against their level among all high scores, as in the account.
    terms = terms_of(cases, learned, high)
    with one_thread():
        fit = fit_mixed(terms.design, is_won[learned])
    effects = centred(terms, fit.effects[None, :])[0]
    scale = promised_scale(terms, effects, np.sqrt(np.diag(fit.covariance)))
    score = cases.table["score"].to_numpy(dtype=np.float64)[high] - cases.ruleset.base
    promised, fitted = effects[0] + scale * score, terms.accounted @ effects
    shares = _of_faults(terms, effects, scale, mean_slopes(promised, fitted))
    most = np.column_stack(list(shares.values()))
    names = np.array(list(shares), dtype=object)[most.argmax(axis=1)]
    return {
        "p_promised": expit(promised),
        "p_fitted": expit(fitted),
        **{f"share_{fault}": values for fault, values in shares.items()},
        "suspected": np.where(most.max(axis=1) >= LEAST_SHARE, names, "chance"),
    }


def _of_faults(terms: Terms, effects: np.ndarray, scale: float, slopes: np.ndarray) -> dict[str, np.ndarray]:
    beyond = effects - scale * terms.points
    beyond[0] = 0.0
    shares: dict[str, np.ndarray] = {fault: np.zeros(len(slopes)) for fault in FAULTS[:-1]}
    for cause in CAUSES:
        columns = terms.of(cause)
        shares[FAULT_OF_CAUSE[cause]] -= (terms.accounted[:, columns] @ beyond[columns]) * slopes
    # Limits of groups and axes are the score's.
    shares["score"] -= scale * terms.gap * slopes
    return shares
