"""Where people did not follow the points: handed over below the threshold, or held back above it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.handoffs.judged import Judged
from analysis.handoffs.recycling import outcome_rows
from analysis.handoffs.rows import Handed
from analysis.intervals import newcombe_interval, rates, wilson_interval
from analysis.patterns import PatternTable, pattern_scores
from analysis.rulesets.model import Ruleset

SIDES = ("above", "below", "below_own")


def overrides(handed: Handed, judged: Judged, outcome_no: NDArray[np.int8]) -> pd.DataFrame:
    """Compare handoffs below the threshold with those at or above it.

    Returns
    -------
    DataFrame
        One row per item of `SIDES` (as agreed; below, handed over by others; below, found by sales
        themselves): `side`, `n_handoffs`, `share` of all scored with `share_low`, `share_high`;
        `n_mature`, `n_won`, `win_rate`, `win_low`, `win_high`, `is_enough`; `change` against
        "above" with `change_low`, `change_high` (NaN for "above", and where either has too few).
    """
    is_scored = handed.is_current & ~np.isnan(judged.score)
    is_below = is_scored & judged.is_below
    masks = (is_scored & ~judged.is_below, is_below & ~handed.is_own, is_below & handed.is_own)
    table = outcome_rows(list(zip(SIDES, masks, strict=True)), outcome_no).rename(columns={"group": "side"})
    n_all = np.full(len(table), float(table["n_handoffs"].sum()))
    n = table["n_handoffs"].astype(float)
    share_low, share_high = wilson_interval(n, n_all)
    above = table.iloc[0]
    low, high = newcombe_interval(table["n_won"], table["n_mature"], above["n_won"], above["n_mature"])
    is_known = table["is_enough"] & bool(above["is_enough"]) & (table["side"] != "above")
    return table.assign(
        share=rates(n, n_all),
        share_low=share_low,
        share_high=share_high,
        change=(table["win_rate"] - above["win_rate"]).where(is_known),
        change_low=pd.Series(low).where(is_known),
        change_high=pd.Series(high).where(is_known),
    )


def held_back(patterns: PatternTable, ruleset: Ruleset) -> dict[str, int]:
    """Count the leads at or above the threshold that were never handed over: how they would have done is unknown.

    Parameters
    ----------
    patterns : PatternTable
        From `analysis.replay.pattern_table`, for the period.
    ruleset : Ruleset
        The points.

    Returns
    -------
    dict of str to int
        "n_held", and "n_gated": held for a reason that no points outweigh, such as an opt-out;
        not part of n_held.
    """
    is_above = pattern_scores(patterns, ruleset) >= ruleset.threshold
    standing = patterns.counts["n_standing"].to_numpy(dtype=np.int64)
    return {
        "n_held": int(standing[is_above & ~patterns.is_gated].sum()),
        "n_gated": int(standing[is_above & patterns.is_gated].sum()),
    }
