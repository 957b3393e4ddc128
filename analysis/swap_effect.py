"""What a change of points would bring: wins and yen of the leads that come in, go out and stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import t as student

from analysis.intervals import CONFIDENCE, MIN_N, Floats, rates, wilson_interval
from analysis.value import enough, expected_wins
from analysis.win_chances import generator, interval, resampled, win_chances

CHANGES: Final = ("swapped_in", "swapped_out", "stays_in")
"""Handed over only by the second version, only by the first, by both."""

_MONTHS_PER_QUARTER: Final = 3
_SIGNS: Final = np.array([1.0, -1.0, 0.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapEffect:
    """What another version would have brought.

    Attributes
    ----------
    sets : DataFrame
        One row per change (`CHANGES`): `change`, `n_leads` = `n_mature` +
        `n_immature` + `n_unknown` (never worked); `n_won` of `n_mature`, `win_rate`,
        `win_low`, `win_high`, `is_enough`; over the whole period `wins` (known, and
        to be expected of leads without an outcome), `wins_worst`, `wins_best` (the
        leads never worked all lost, all won); of the known wins `n_amounts`,
        `amount` (yen in all), `amount_from`, `amount_to`, `amount_mean`,
        `mean_from`, `mean_to` (NaN below 20 amounts: too few to say).
    wins, wins_from, wins_to : float
        Wins per quarter that come in, less those that go out.
    wins_worst, wins_best : float
        With the leads never worked taken against the change, and for it.
    handoffs : float
        Leads per quarter that come in, less those that go out.
    n_untried, n_in : int
        Of the leads that come in: never worked, and all.
    is_enough : bool
        Whether wins and losses suffice to say anything.
    """

    sets: pd.DataFrame
    wins: float
    wins_from: float
    wins_to: float
    wins_worst: float
    wins_best: float
    handoffs: float
    n_untried: int
    n_in: int
    is_enough: bool


def swap_effect(moves: pd.DataFrame, n_months: float, amounts: pd.DataFrame | None = None) -> SwapEffect:
    """Add up what a change would bring: no query.

    Parameters
    ----------
    moves : DataFrame
        As `analysis.swaps.Swaps.moves`.
    n_months : float
        Length of the period, as `analysis.economics.Economics.n_months`.
    amounts : DataFrame, optional
        One row per won decision with `change` and `amount` in yen, as
        `analysis.swaps.version_amounts`.

    Notes
    -----
    Leads without an outcome count with a chance that follows from both scores
    (`win_chances`), so that neither version is taken at its word. Intervals are
    those of 95 in 100 Poisson resamples of the counts.
    """
    rows = moves.reset_index(drop=True)
    draws = resampled(rows, generator())
    features = rows[["score_before", "score_after"]].to_numpy(dtype=np.float64)
    chances = win_chances(features, draws.n_mature, draws.n_won)
    member = (rows["change"].to_numpy()[:, None] == np.array(CHANGES)).astype(np.float64)
    wins = expected_wins(draws, chances) @ member
    sets = _sets(rows, member, wins[0], chances[0] * draws.n_standing[0], amounts)
    quarters = n_months / _MONTHS_PER_QUARTER
    net = wins @ _SIGNS / quarters
    low, high = interval(net[:, None])
    worst, best = (sets[name].to_numpy(dtype=np.float64) for name in ("wins_worst", "wins_best"))
    return SwapEffect(
        sets=sets,
        wins=float(net[0]),
        wins_from=float(low[0]),
        wins_to=float(high[0]),
        wins_worst=float(worst[0] - best[1]) / quarters,
        wins_best=float(best[0] - worst[1]) / quarters,
        handoffs=float(sets["n_leads"].to_numpy(dtype=np.float64) @ _SIGNS) / quarters,
        n_untried=int(sets["n_unknown"].to_numpy()[0]),
        n_in=int(sets["n_leads"].to_numpy()[0]),
        is_enough=enough(rows),
    )


def _sets(
    rows: pd.DataFrame, member: Floats, wins: Floats, expected_unknown: Floats, amounts: pd.DataFrame | None
) -> pd.DataFrame:
    names = ["n_mature", "n_won", "n_immature", "n_standing"]
    sums = pd.DataFrame((member.T @ rows[names].to_numpy(dtype=np.float64)).astype(np.int64), columns=names)
    low, high = wilson_interval(sums["n_won"], sums["n_mature"])
    worst = wins - member.T @ expected_unknown
    table = pd.DataFrame(
        {
            "change": CHANGES,
            "n_leads": sums["n_mature"] + sums["n_immature"] + sums["n_standing"],
            "n_mature": sums["n_mature"],
            "n_immature": sums["n_immature"],
            "n_unknown": sums["n_standing"],
            "n_won": sums["n_won"],
            "win_rate": rates(sums["n_won"], sums["n_mature"]),
            "win_low": low,
            "win_high": high,
            "is_enough": sums["n_mature"] >= MIN_N,
            "wins": wins,
            "wins_worst": worst,
            "wins_best": worst + sums["n_standing"],
        }
    )
    if amounts is None:
        return table
    return table.join(_amounts(amounts), on="change")


def _amounts(amounts: pd.DataFrame) -> pd.DataFrame:
    """Add up the amounts of the known wins of each change, with intervals of the sum and of the mean.

    The sum is that of a Poisson number of wins: its variance is the sum of the
    squares. The mean has Student's interval.
    """
    known = amounts.dropna(subset=["amount"])
    grouped = known.assign(square=known["amount"] ** 2).groupby("change")
    table = grouped.agg(
        n_amounts=("amount", "size"), amount=("amount", "sum"), square=("square", "sum"), sd=("amount", "std")
    )
    table = table.reindex(list(CHANGES)).fillna({"n_amounts": 0, "amount": 0.0, "square": 0.0})
    n = table["n_amounts"].astype("int64")
    is_enough = n >= MIN_N
    half = student.ppf((1 + CONFIDENCE) / 2, df=(n - 1).clip(lower=1))
    mean = (table["amount"] / n.clip(lower=1)).where(is_enough)
    spread, error = half * np.sqrt(table["square"]), half * table["sd"] / np.sqrt(n.clip(lower=1))
    return pd.DataFrame(
        {
            "n_amounts": n,
            "amount": table["amount"],
            "amount_from": (table["amount"] - spread).clip(lower=0).where(is_enough),
            "amount_to": (table["amount"] + spread).where(is_enough),
            "amount_mean": mean,
            "mean_from": (mean - error).clip(lower=0),
            "mean_to": mean + error,
        }
    )
