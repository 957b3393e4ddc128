"""What cannot be known about leads that sales never tried, and how far it can be narrowed down."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.calibration import MIN_COVERAGE, decision_in_people
from analysis.intervals import CONFIDENCE, Floats, wilson_interval

_COLUMNS: Final = ("n_worked", "n_standing", "n_mature", "n_won")


def selection_bounds(bands: pd.DataFrame) -> pd.DataFrame:
    """Bound the win rate that each whole band would have, had all its leads been handed over.

    Parameters
    ----------
    bands : DataFrame
        Ascending by score, as in `analysis.calibration.Calibration.bands`; only
        `n_worked`, `n_standing`, `n_mature`, `n_won` are used, and `is_scored`
        where there is one.

    Returns
    -------
    DataFrame
        As many rows, in the same order. `coverage`; `worst`, `best`: what the
        counts allow when none, or every one, of the untried would have won;
        `worst_low`, `best_high`: the same with the 95 % interval of the tried
        leads; `ordered_low`, `ordered_high`: those ends when a higher band wins
        at least as often as a lower one; `is_ordered_possible` (False where
        those two cross: the assumption contradicts the counts). An empty band
        has the ends 0 and 1.

    Notes
    -----
    With coverage c and win rate p of the tried, the whole band wins between
    c p and c p + 1 - c [1]_. The assumption that the rate never falls with the
    score (a monotone instrumental variable [2]_) lets a band borrow the highest
    lower end from below and the lowest upper end from above. As ends of several
    bands then come together, the intervals under it are at a confidence that
    allows for their number (Bonferroni). Coverage is counted, not estimated.

    References
    ----------
    .. [1] C. F. Manski. "Partial Identification of Probability Distributions".
       Springer, 2003.
    .. [2] C. F. Manski, J. V. Pepper. "Monotone Instrumental Variables: With an
       Application to the Returns to Schooling". Econometrica 68(4), 2000.
       doi:10.1111/1468-0262.00144
    """
    n_worked, n_standing, n, won = (bands[name].to_numpy(dtype=np.float64) for name in _COLUMNS)
    total = n_worked + n_standing
    coverage = np.divide(n_worked, total, out=np.zeros(len(bands)), where=total > 0)
    # Without a mature decision the tried say nothing either.
    known = np.where(n > 0, coverage, 0.0)
    rate = np.divide(won, n, out=np.zeros(len(bands)), where=n > 0)
    worst_low, best_high = _ends(known, won, n, CONFIDENCE)
    is_scored = bands["is_scored"].to_numpy(dtype=bool) if "is_scored" in bands else np.ones(len(bands), dtype=bool)
    joint = 1 - (1 - CONFIDENCE) / max(int(is_scored.sum()), 1)
    ordered_low, ordered_high = _ordered(*_ends(known, won, n, joint), is_scored)
    # What an assumption adds never widens what is known without it.
    ordered_low, ordered_high = np.maximum(ordered_low, worst_low), np.minimum(ordered_high, best_high)
    return pd.DataFrame(
        {
            "coverage": np.where(total > 0, coverage, np.nan),
            "worst": known * rate,
            "best": known * rate + 1 - known,
            "worst_low": worst_low,
            "best_high": best_high,
            "ordered_low": ordered_low,
            "ordered_high": ordered_high,
            "is_ordered_possible": ordered_low <= ordered_high,
        },
        index=bands.index,
    )


def _ends(coverage: Floats, won: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    low, high = wilson_interval(won, n, confidence)
    return coverage * low, coverage * high + 1 - coverage


def _ordered(low: Floats, high: Floats, is_scored: np.ndarray) -> tuple[Floats, Floats]:
    ordered_low, ordered_high = low.copy(), high.copy()
    ordered_low[is_scored] = np.maximum.accumulate(low[is_scored])
    ordered_high[is_scored] = np.minimum.accumulate(high[is_scored][::-1])[::-1]
    return ordered_low, ordered_high


def people_of_decision(scores: pd.DataFrame, threshold: int, won_anyway: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say what became of the leads on either side of a threshold, and what nobody can say.

    Parameters
    ----------
    scores : DataFrame
        Counts by score, as for `analysis.calibration.calibrate`.
    threshold : int
        Score from which leads are, or would be, handed over.
    won_anyway : DataFrame, optional
        `score` and `n_won_anyway`: leads never handed over that reached the
        outcome all the same, as from `analysis.scored_leads.won_anyway`.

    Returns
    -------
    DataFrame
        As `analysis.calibration.decision_in_people`, with `n_won_anyway` taken
        out of `n_unknown`.
    """
    table = decision_in_people(scores, threshold)
    extra = pd.DataFrame({"score": [], "n_won_anyway": []}) if won_anyway is None else won_anyway
    is_above = extra["score"] >= threshold
    n_anyway = [int(extra.loc[is_above, "n_won_anyway"].sum()), int(extra.loc[~is_above, "n_won_anyway"].sum())]
    return table.assign(n_won_anyway=n_anyway, n_unknown=table["n_unknown"] - np.array(n_anyway, dtype=np.int64))


def blind_bands(bands: pd.DataFrame, minimum: float = MIN_COVERAGE) -> pd.DataFrame:
    """Return the bands that have leads of which sales tried fewer than the share `minimum`."""
    total = bands["n_worked"] + bands["n_standing"]
    blind: pd.DataFrame = bands[(total > 0) & (bands["n_worked"] < minimum * total)]
    return blind
