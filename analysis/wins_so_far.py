"""Wins so far: what can be learned from decisions that are not old enough yet.

An immature decision is neither won nor lost. But how many of those that were
watched for a month won in that month can be told, month after month, with every
decision as long as it was watched: the life table. So a test at equal scores *and*
equal ages uses all decisions, a quarter more than those that are mature.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decided import Decided
from analysis.equal_scores import strata_of
from analysis.intervals import Floats
from analysis.rulesets.model import Ruleset
from analysis.selection import Selection

N_STEPS: Final = 6
"""Parts of the horizon: months when it has 180 days. Finer ones find no more."""

_DAY: Final = np.timedelta64(1, "D")


def segment_lives(decisions: Decided, ruleset: Ruleset, selection: Selection) -> pd.DataFrame:
    """Count by segment, score and age who was watched, and who won.

    Parameters
    ----------
    decisions : Decided
        With segments.
    ruleset : Ruleset
        The points.
    selection : Selection
        What the decisions were asked for; the horizon is cut into `N_STEPS` ages.

    Returns
    -------
    DataFrame
        One row per `dimension`, `label`, `stratum` (neighbouring scores, as in
        `analysis.equal_scores`) and `step` (age): `n_watched` (not won before,
        and watched to the end of that age), `n_won` (of them, at that age).

    Raises
    ------
    ValueError
        If the decisions were replayed for other rules.
    """
    scores = decisions.scores(ruleset)
    kept = np.flatnonzero(decisions.is_scored & (decisions.outcome_no >= 2))
    step, is_won = _exits(decisions, kept, selection)
    stratum = _strata(scores[kept])
    n_strata = int(stratum.max(initial=-1)) + 1
    parts = [
        _lives(codes[kept], decisions.labels[name], (stratum, n_strata), step, is_won).assign(dimension=name)
        for name, codes in decisions.codes.items()
    ]
    columns = ["dimension", "label", "stratum", "step", "n_watched", "n_won"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _exits(
    decisions: Decided, kept: NDArray[np.int64], selection: Selection
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return how many whole ages each was watched before it won or was lost from sight, and which won then."""
    ends = np.round(np.arange(1, N_STEPS + 1) * selection.horizon_days / N_STEPS)
    watched_days = (np.datetime64(selection.as_of, "us") - decisions.decided_at[kept]) / _DAY
    n_watched = np.searchsorted(ends, watched_days, side="right")
    won_days = decisions.won_days[kept]
    won_step = np.minimum(np.searchsorted(ends, won_days, side="right"), N_STEPS - 1)
    # A win at an age that not all of this day were watched through would count without its losers.
    is_won = (won_days >= 0) & (won_step < n_watched)
    return np.where(is_won, won_step, n_watched).astype(np.int64), is_won


def _strata(scores: NDArray[np.int32]) -> NDArray[np.int64]:
    distinct, place = np.unique(scores, return_inverse=True)
    if not len(distinct):
        return np.empty(0, dtype=np.int64)
    return strata_of(np.bincount(place).astype(np.float64))[place]


def _lives(
    codes: NDArray[np.int16],
    labels: tuple[str, ...],
    strata: tuple[NDArray[np.int64], int],
    step: NDArray[np.int64],
    is_won: NDArray[np.bool_],
) -> pd.DataFrame:
    stratum, n_strata = strata
    cell = codes.astype(np.int64) * n_strata + stratum
    size = len(labels) * n_strata
    key = (cell * (N_STEPS + 1) + step) * 2 + is_won
    exits = np.bincount(key, minlength=size * (N_STEPS + 1) * 2).reshape(size, N_STEPS + 1, 2)
    won = exits[:, :N_STEPS, 1]
    # Whoever leaves later was watched, and so was who wins at this very age.
    leaves_later = exits.sum(axis=2)[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    watched = leaves_later + won
    place, age = np.nonzero(watched)
    return pd.DataFrame(
        {
            "label": np.array(labels, dtype=object)[place // max(n_strata, 1)],
            "stratum": place % max(n_strata, 1),
            "step": age,
            "n_watched": watched[place, age],
            "n_won": won[place, age],
        }
    )


def life_tables(lives: pd.DataFrame, labels: pd.Index) -> tuple[Floats, Floats]:
    """Return the watched and the won of one dimension, arrays of shape (len(labels), n_strata x N_STEPS)."""
    stratum, step = lives["stratum"].to_numpy(dtype=np.int64), lives["step"].to_numpy(dtype=np.int64)
    row = labels.get_indexer(pd.Index(lives["label"]))
    n_columns = (int(stratum.max(initial=0)) + 1) * N_STEPS
    tables = np.zeros((2, len(labels), n_columns))
    for table, name in zip(tables, ("n_watched", "n_won"), strict=True):
        np.add.at(table, (row, stratum * N_STEPS + step), lives[name].to_numpy(dtype=np.float64))
    return tables[0], tables[1]
