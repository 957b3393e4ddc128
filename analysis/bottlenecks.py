"""Where is most to be gained: what if each step ran as well as it recently has?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.funnel import funnel_by_month
from analysis.intervals import CONFIDENCE, MIN_N, Floats
from analysis.selection import Selection
from analysis.shrinkage import beta_posteriors
from data.engine import Engine

N_DRAWS: Final = 4000

RECENT_MONTHS: Final = 3
"""What a bottleneck is "now": one month alone is mostly chance."""


def recent_bottlenecks(engine: Engine, selection: Selection, n_recent: int = RECENT_MONTHS) -> pd.DataFrame:
    """Rank the steps by what they would gain, from the mature months of the whole history.

    Only what happened within the horizon of each lead counts: otherwise the best
    month would be the oldest, which has had most time.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        Its period does not matter: every mature month may be the best.
    n_recent : int
        How many of the latest mature months are "now".

    Returns
    -------
    DataFrame
        As `bottlenecks`, and `from_month`, `until_month`: the first month that is
        "now", and the first one that is not.
    """
    months = funnel_by_month(engine, replace(selection, start=None, end=None))
    months = months[months["is_mature"]]
    n_previous = months.groupby("month")["n_in_horizon"].shift(fill_value=0)
    table = bottlenecks(months.assign(n_leads=months["n_in_horizon"], n_previous=n_previous), n_recent)
    recent = pd.Series(sorted(months["month"].unique())[-n_recent:], dtype="datetime64[ns]")
    return table.assign(from_month=recent.min(), until_month=recent.max() + pd.offsets.MonthBegin(1))


def bottlenecks(months: pd.DataFrame, n_recent: int = 1, confidence: float = CONFIDENCE, seed: int = 0) -> pd.DataFrame:
    """Rank the steps by the wins they would gain at their own best recent rate.

    Parameters
    ----------
    months : DataFrame
        The funnel by month, as `funnel.funnel_by_month` returns it: `month`,
        `stage`, `position`, `n_leads`, `n_previous`. Give mature months only.
    n_recent : int
        How many of the latest months are "now"; all months are candidates for
        the best.
    confidence : float
        Content of the interval.
    seed : int
        Seed of the simulation; the same seed gives the same numbers.

    Returns
    -------
    DataFrame
        One row per step, most to gain first: `previous_stage`, `stage` (from and
        to which the step leads), `position`; `n_previous`, `n_leads`, `rate_now`;
        `best_month` with its counts `best_n_previous`, `best_n_leads`, and
        `best_rate`; `n_gained` (more leads in the last stage, had this step
        alone run at its best rate) with `n_low`, `n_high`; `is_enough` (at
        least 20 leads before the step, now and in the best month).

    Notes
    -----
    The best of several months is partly luck. Months are therefore drawn
    towards what the step is usually like (`shrinkage`) before the best is
    chosen, and the interval comes from draws of both rates.
    """
    columns = ["previous_stage", "stage", "position", "n_previous", "n_leads", "rate_now",
               "best_month", "best_n_previous", "best_n_leads", "best_rate",
               "n_gained", "n_low", "n_high", "is_enough"]  # fmt: skip
    order = sorted(months["month"].unique())
    if not order:
        return pd.DataFrame(columns=columns)
    is_now = months["month"].isin(order[-n_recent:])
    now = months[is_now].groupby(["position", "stage"], as_index=False)[["n_leads", "n_previous"]].sum()
    rng = np.random.default_rng(seed)
    rows = []
    for step in range(1, len(now)):
        onward = _onward(now["n_leads"].to_numpy(dtype=np.float64), step)
        history = months[months["position"] == now["position"].iloc[step]]
        found = _step(now.iloc[step], history, onward, confidence, rng)
        rows.append({"previous_stage": now["stage"].iloc[step - 1], **found})
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["n_gained", "position"], ascending=[False, True], ignore_index=True)


def _onward(n_leads: Floats, step: int) -> float:
    """Share of the leads of a stage that came to the last one."""
    return float(n_leads[-1] / n_leads[step]) if n_leads[step] else 0.0


def _step(
    now: pd.Series, history: pd.DataFrame, onward: float, confidence: float, rng: np.random.Generator
) -> dict[str, object]:
    n_now, n_before = int(now["n_leads"]), int(now["n_previous"])
    is_enough = history["n_previous"] >= MIN_N
    # Three of three is no best month; only where all are small, small ones are compared.
    history = history[is_enough] if is_enough.any() else history
    a, b = beta_posteriors(history["n_leads"], history["n_previous"])
    rates = a / (a + b)
    best = int(np.argmax(rates))
    rate_now = n_now / n_before if n_before else float("nan")
    # Now is drawn from its own counts; the best from what is left of it after shrinking.
    draws_now = rng.beta(n_now + 0.5, n_before - n_now + 0.5, N_DRAWS)
    draws: NDArray[np.float64] = n_before * (rng.beta(a[best], b[best], N_DRAWS) - draws_now) * onward
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    gained = n_before * max(float(rates[best]) - rate_now, 0.0) * onward if n_before else 0.0
    return {
        "stage": now["stage"],
        "position": now["position"],
        "n_previous": n_before,
        "n_leads": n_now,
        "rate_now": rate_now,
        "best_month": history["month"].iloc[best],
        "best_n_previous": int(history["n_previous"].iloc[best]),
        "best_n_leads": int(history["n_leads"].iloc[best]),
        "best_rate": float(rates[best]),
        "n_gained": gained,
        "n_low": min(max(float(low), 0.0), gained),
        "n_high": max(float(high), gained),
        "is_enough": min(n_before, int(history["n_previous"].iloc[best])) >= MIN_N,
    }
