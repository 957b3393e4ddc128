"""The court: which lost cases both departments look at together, and how far they agree.

The model's suspicion decides which cases are drawn, so that each kind comes up, but never
in which order: nobody can tell it from the place of a case. What the departments say is
compared as they said it first, before either knew of the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from analysis.intervals import CONFIDENCE, MIN_N, Floats, critical_value, wilson_interval
from analysis.losses.suspects import FAULTS, Fault
from analysis.losses.verdicts import Verdict, read_verdicts
from data.workspace import Workspace

Draw = Literal["mixed", "surprising"]
DRAWS: Final[tuple[Draw, ...]] = get_args(Draw)

N_CASES: Final = 20
"""As many as two departments can look at in one meeting."""

EXCLUDING: Final[frozenset[Fault]] = frozenset({"handling", "data", "market"})
"""Losses that say nothing about the points: a perfect score would have lost them too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far both departments agree on the cases that both have judged.

    Attributes
    ----------
    n_both : int
        Cases judged by both.
    n_same : int
        On which they said the same at first.
    share, low, high : float
        `n_same` / `n_both` with its 95 % Wilson interval; NaN, 0, 1 without any.
    kappa, kappa_low, kappa_high : float
        Cohen's kappa: 0 is what chance alone would give, 1 is full agreement. NaN where
        it cannot be said, as when both always say the same word.
    is_enough : bool
        At least 20 cases.
    table : DataFrame
        `marketing`, `sales`, `n`: every pair of `FAULTS`.
    """

    n_both: int
    n_same: int
    share: float
    low: float
    high: float
    kappa: float
    kappa_low: float
    kappa_high: float
    is_enough: bool
    table: pd.DataFrame


def docket(suspected: pd.DataFrame, draw: Draw = "mixed", n_cases: int = N_CASES, seed: int = 1) -> pd.DataFrame:
    """Draw the cases to look at, in the order in which to look at them.

    Parameters
    ----------
    suspected : DataFrame
        As from `analysis.losses.suspects.suspects`.
    draw : {"mixed", "surprising"}
        "mixed": at random, as evenly as possible from each kind of suspicion. "surprising": those
        that were most likely to win.
    n_cases : int
        How many.
    seed : int
        Of the draw; the same for both departments gives the same list.

    Returns
    -------
    DataFrame
        Rows of `suspected`. Their order depends on the seed and the ids alone, so a new import
        leaves it as it is, and it does not give the suspicion away.
    """
    lots = np.array([_lot(handoff_id, seed) for handoff_id in suspected["handoff_id"]], dtype=object)
    table = suspected.assign(_lot=lots).sort_values("_lot", kind="stable")
    if draw == "surprising":
        table = table.sort_values("p_fitted", ascending=False, kind="stable", na_position="last")
        return table.head(n_cases).drop(columns="_lot").reset_index(drop=True)
    # The first of each kind, then the second of each, until there are enough.
    table["_turn"] = table.groupby("suspected", sort=False).cumcount()
    chosen = table.sort_values(["_turn", "_lot"], kind="stable").head(n_cases)
    return chosen.sort_values("_lot", kind="stable").drop(columns=["_lot", "_turn"]).reset_index(drop=True)


def agreement(verdicts: Sequence[Verdict], confidence: float = CONFIDENCE) -> Agreement:
    """Say how far both departments agree.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Of any number of cases.
    confidence : float
        Of the intervals.

    Notes
    -----
    The interval of kappa uses the large-sample variance of Fleiss, Cohen and Everitt [1]_.

    References
    ----------
    .. [1] J. L. Fleiss, J. Cohen, B. S. Everitt. "Large sample standard errors of kappa and
       weighted kappa". Psychological Bulletin 72(5), 1969. doi:10.1037/h0028106
    """
    pairs = _pairs(verdicts)
    counts = np.zeros((len(FAULTS), len(FAULTS)))
    for first in pairs:
        counts[FAULTS.index(first["marketing"].first or "chance"), FAULTS.index(first["sales"].first or "chance")] += 1
    n, same = int(counts.sum()), int(np.trace(counts))
    low, high = wilson_interval(same, n, confidence)
    kappa, spread = _kappa(counts)
    half = critical_value(confidence) * spread
    rows = [(a, b, int(counts[i, j])) for i, a in enumerate(FAULTS) for j, b in enumerate(FAULTS)]
    return Agreement(
        n_both=n,
        n_same=same,
        share=same / n if n else float("nan"),
        low=float(low),
        high=float(high),
        kappa=kappa,
        kappa_low=max(kappa - half, -1.0) if kappa == kappa else kappa,
        kappa_high=min(kappa + half, 1.0) if kappa == kappa else kappa,
        is_enough=n >= MIN_N,
        table=pd.DataFrame(rows, columns=["marketing", "sales", "n"]),
    )


def against_the_account(verdicts: Sequence[Verdict], suspected: pd.DataFrame) -> pd.DataFrame:
    """Count what both departments agreed on beside what the account suspected.

    Returns
    -------
    DataFrame
        One row per fault: `fault`, `n_marketing`, `n_sales` (said so now), `n_agreed` (both say so now),
        `n_suspected` (the account, of the cases both have judged), `n_all_three`.
    """
    of_case = dict(zip(suspected["handoff_id"], suspected["suspected"], strict=True))
    pairs = [pair for pair in _pairs(verdicts) if pair["sales"].handoff_id in of_case]
    rows = []
    for fault in FAULTS:
        said = {name: [pair[name].verdict == fault for pair in pairs] for name in ("marketing", "sales")}
        guessed = [of_case[pair["sales"].handoff_id] == fault for pair in pairs]
        agreed = [a and b for a, b in zip(said["marketing"], said["sales"], strict=True)]
        both = [a and b for a, b in zip(agreed, guessed, strict=True)]
        rows.append((fault, sum(said["marketing"]), sum(said["sales"]), sum(agreed), sum(guessed), sum(both)))
    columns = ["fault", "n_marketing", "n_sales", "n_agreed", "n_suspected", "n_all_three"]
    return pd.DataFrame(rows, columns=columns)


def excluded_handoffs(workspace: Workspace) -> frozenset[str]:
    """Return the handoffs that both departments put down to handling, data or the market.

    The tuner can leave them out. Files that cannot be read exclude nothing.
    """
    verdicts, _ = read_verdicts(workspace)
    return frozenset(
        pair["sales"].handoff_id
        for pair in _pairs(verdicts)
        if pair["sales"].verdict == pair["marketing"].verdict and pair["sales"].verdict in EXCLUDING
    )


def judged_by_both(verdicts: Collection[Verdict]) -> frozenset[str]:
    """Return the handoffs on which both departments have given a verdict."""
    return frozenset(pair["sales"].handoff_id for pair in _pairs(verdicts))


def _pairs(verdicts: Collection[Verdict]) -> list[dict[str, Verdict]]:
    of_case: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        of_case.setdefault(verdict.handoff_id, {})[verdict.department] = verdict
    return [pair for pair in of_case.values() if len(pair) == 2]


def _lot(handoff_id: str, seed: int) -> str:
    """Return the lot of a case: the same for everybody, whatever else is in the history."""
    return hashlib.sha256(f"{seed}:{handoff_id}".encode()).hexdigest()


def _kappa(counts: Floats) -> tuple[float, float]:
    n = counts.sum()
    if not n:
        return float("nan"), float("nan")
    p = counts / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, by_chance = float(np.trace(p)), float(rows @ columns)
    if by_chance >= 1 - 1e-12:
        return float("nan"), float("nan")
    kappa = (observed - by_chance) / (1 - by_chance)
    weight = rows[None, :] + columns[:, None]
    diagonal = float((np.diag(p) * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    off = p * weight**2
    beside = (1 - kappa) ** 2 * float(off.sum() - np.trace(off))
    rest = (kappa - by_chance * (1 - kappa)) ** 2
    variance = (diagonal + beside - rest) / (n * (1 - by_chance) ** 2)
    return kappa, float(np.sqrt(max(variance, 0.0)))
