"""Calibration: whether high scores win, band by band, and for whom nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import pandas as pd

from analysis.intervals import CONFIDENCE, MIN_N, newcombe_interval, rates, wilson_interval
from analysis.ranking import Ranking, ranking_power

MIN_COVERAGE: Final = 0.2
"""Share of a band that sales must have worked before its win rate speaks for the band.

A convention with a reason. With coverage c and win rate p among the worked
leads, the whole band may win anything from c * p to c * p + (1 - c) (Manski's
bounds). Below one in five the worked leads are a hand-picked minority and more
than 0.8 of that scale is guesswork, whatever n is.
"""

COUNTS: Final = ("n_mature", "n_won", "n_immature", "n_already_decided", "n_standing")
"""What a score table counts; `n_won` is a part of `n_mature`, the others exclude each other."""


class ScoreBand(Protocol):
    """A band of scores that is treated alike, from `threshold` upwards."""

    @property
    def name_ja(self) -> str:
        """Name in Japanese."""
        ...

    @property
    def name_en(self) -> str:
        """Name in English."""
        ...

    @property
    def threshold(self) -> int:
        """Lowest score of the band."""
        ...


class BandedRuleset(Protocol):
    """What a calibration needs to know of a ruleset."""

    @property
    def bands(self) -> Sequence[ScoreBand]:
        """Bands, ascending by threshold."""
        ...

    @property
    def threshold(self) -> int:
        """Score from which a lead is handed off."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Outcomes by score, and how far they can be trusted.

    Attributes
    ----------
    bands : DataFrame
        One row per band, ascending, empty ones included: `band_no`, `name_ja`,
        `name_en`; `score_low`, `score_high` (whole scores, both inclusive; NA
        where the band is open: the lowest band takes all scores below the
        next, the highest all from its threshold); `n_worked` (decisions scored
        at the handoff), `n_standing` (leads never handed off), `coverage` =
        n_worked / (n_worked + n_standing) with `coverage_low`,
        `coverage_high`; `n_mature`, `n_won`, `win_rate` = n_won / n_mature with
        `win_low`, `win_high`; `is_enough` (at least 20 mature), `is_covered`
        (coverage at least 0.2), `is_scored` (False for the band of leads that
        another tool had not scored). Rates are NaN where nothing was counted.
    scores : DataFrame
        The counts per score that all of this was computed from, ascending.
    reversals : DataFrame
        Pairs of neighbouring bands in which the higher one wins less and
        chance is excluded: `lower_band_no`, `upper_band_no`, `difference`
        (upper minus lower win rate), `difference_low`, `difference_high`.
    ranking : Ranking
        Whether the score ranks leads.
    n_decisions : int
        All handoffs: mature, immature and already decided.
    n_mature, n_immature : int
        Handoffs observed for the whole horizon, and those still too young.
    n_already_decided : int
        Handoffs of leads that had reached the outcome before; left out of all rates.
    n_standing : int
        Leads never handed off: what they would have done is unknown.
    n_won : int
        Mature handoffs that won.
    base_rate, base_low, base_high : float
        n_won / n_mature with its 95 % interval; NaN and (0, 1) without a mature handoff.
    threshold : int
        Score from which a lead is handed off.
    """

    bands: pd.DataFrame
    scores: pd.DataFrame
    reversals: pd.DataFrame
    ranking: Ranking
    n_decisions: int
    n_mature: int
    n_immature: int
    n_already_decided: int
    n_standing: int
    n_won: int
    base_rate: float
    base_low: float
    base_high: float
    threshold: int


def calibrate(scores: pd.DataFrame, ruleset: BandedRuleset) -> Calibration:
    """Hold the bands of a ruleset against what happened.

    Parameters
    ----------
    scores : DataFrame
        One row per score: `score`, `n_mature`, `n_won`, `n_immature`,
        `n_already_decided`, `n_standing`; `is_scored` where another tool gave
        the score and may have left leads out. Empty is allowed.
    ruleset : BandedRuleset
        Gives the bands and the threshold.

    Raises
    ------
    ValueError
        If a column is missing, a count is impossible, or the ruleset has no
        bands or two with one threshold.

    Notes
    -----
    Leads that were never handed off are in `coverage` and nowhere else: not
    handed off is not lost. Handoffs that are too young are worked, but neither
    won nor lost.
    """
    counts = _checked_scores(scores)
    bands = _bands(counts, ruleset.bands)
    total = {name: int(counts[name].sum()) for name in COUNTS}
    base_low, base_high = wilson_interval(total["n_won"], total["n_mature"])
    return Calibration(
        bands=bands,
        scores=counts,
        reversals=reversals(bands),
        ranking=ranking_power(counts),
        n_decisions=total["n_mature"] + total["n_immature"] + total["n_already_decided"],
        base_rate=float(rates(total["n_won"], total["n_mature"])),
        base_low=float(base_low),
        base_high=float(base_high),
        threshold=ruleset.threshold,
        **total,
    )


def reversals(bands: pd.DataFrame) -> pd.DataFrame:
    """Find neighbouring bands in which the higher one certainly wins less.

    Parameters
    ----------
    bands : DataFrame
        As in `Calibration.bands`.

    Returns
    -------
    DataFrame
        Columns as in `Calibration.reversals`; no rows when the order holds or
        chance is not excluded.

    Notes
    -----
    Bands with too few mature leads are stepped over, and so are leads that have
    no score. The intervals are
    Newcombe's, at a confidence that allows for the number of pairs looked at
    (Bonferroni), so that a score in good order is called reversed somewhere in
    at most 5 % of cases.
    """
    enough = bands[bands["is_enough"] & bands["is_scored"]]
    lower, upper = enough.iloc[:-1], enough.iloc[1:]
    confidence = 1 - (1 - CONFIDENCE) / max(len(lower), 1)
    low, high = newcombe_interval(upper["n_won"], upper["n_mature"], lower["n_won"], lower["n_mature"], confidence)
    pairs = pd.DataFrame(
        {
            "lower_band_no": lower["band_no"].to_numpy(),
            "upper_band_no": upper["band_no"].to_numpy(),
            "difference": upper["win_rate"].to_numpy() - lower["win_rate"].to_numpy(),
            "difference_low": low,
            "difference_high": high,
        }
    )
    return pairs[pairs["difference_high"] < 0].reset_index(drop=True)


def decision_in_people(scores: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Count what became of the leads on either side of a threshold.

    Parameters
    ----------
    scores : DataFrame
        As for `calibrate`.
    threshold : int
        Score from which leads would be handed off.

    Returns
    -------
    DataFrame
        Two rows, `is_above` True (score at least `threshold`) and False:
        `n_won` (worked and won), `n_lost` (worked, observed for the whole
        horizon, not won), `n_waiting` (worked, too young), `n_already_decided`,
        `n_unknown` (never handed off: neither right nor wrong).

    Raises
    ------
    ValueError
        If a column is missing or a count is impossible.
    """
    counts = _checked_scores(scores)
    counts = counts.assign(
        is_above=counts["score"] >= threshold,
        n_lost=counts["n_mature"] - counts["n_won"],
        n_waiting=counts["n_immature"],
        n_unknown=counts["n_standing"],
    )
    cells = ["n_won", "n_lost", "n_waiting", "n_already_decided", "n_unknown"]
    sides = counts.groupby("is_above")[cells].sum().reindex([True, False], fill_value=0)
    return sides.rename_axis("is_above").reset_index()


def _checked_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Return one row per score, ascending, with whole numbers."""
    missing = {"score", *COUNTS} - set(scores.columns)
    if missing:
        raise ValueError(f"scores lacks the column(s) {', '.join(sorted(missing))}.")
    grouped = scores.groupby("score", sort=True)
    counts = grouped[list(COUNTS)].sum().astype("int64").reset_index()
    if "is_scored" in scores:
        counts["is_scored"] = grouped["is_scored"].all().to_numpy()
    is_possible = (counts[list(COUNTS)] >= 0).all(axis=1) & (counts["n_won"] <= counts["n_mature"])
    if not is_possible.all():
        row = counts[~is_possible].iloc[0].to_dict()
        raise ValueError(f"Counts must be at least 0 and n_won at most n_mature; got {row}.")
    return counts


def _bands(counts: pd.DataFrame, bands: Sequence[ScoreBand]) -> pd.DataFrame:
    table = _band_edges(bands)
    # Scores below the lowest threshold belong to the lowest band: they have no other.
    inner_edges = [band.threshold for band in sorted(bands, key=lambda band: band.threshold)][1:]
    band_no = np.searchsorted(np.asarray(inner_edges), counts["score"].to_numpy(), side="right")
    sums = counts.groupby(band_no)[list(COUNTS)].sum().reindex(range(len(table)), fill_value=0)
    scored = counts["is_scored"] if "is_scored" in counts else pd.Series(data=True, index=counts.index)
    is_scored = scored.groupby(band_no).any().reindex(range(len(table)), fill_value=True).to_numpy(dtype=bool)
    n_worked = sums["n_mature"] + sums["n_immature"]
    n_all = n_worked + sums["n_standing"]
    coverage_low, coverage_high = wilson_interval(n_worked, n_all)
    win_low, win_high = wilson_interval(sums["n_won"], sums["n_mature"])
    return table.assign(
        n_worked=n_worked,
        n_standing=sums["n_standing"],
        coverage=rates(n_worked, n_all),
        coverage_low=coverage_low,
        coverage_high=coverage_high,
        n_mature=sums["n_mature"],
        n_won=sums["n_won"],
        win_rate=rates(sums["n_won"], sums["n_mature"]),
        win_low=win_low,
        win_high=win_high,
        is_enough=sums["n_mature"] >= MIN_N,
        is_covered=rates(n_worked, n_all) >= MIN_COVERAGE,
        is_scored=is_scored,
    )


def _band_edges(bands: Sequence[ScoreBand]) -> pd.DataFrame:
    ordered = sorted(bands, key=lambda band: band.threshold)
    thresholds = [band.threshold for band in ordered]
    if not thresholds or len(set(thresholds)) < len(thresholds):
        raise ValueError(f"A ruleset needs bands, each with a threshold of its own; got {thresholds}.")
    return pd.DataFrame(
        {
            "band_no": np.arange(len(ordered)),
            "name_ja": [band.name_ja for band in ordered],
            "name_en": [band.name_en for band in ordered],
            "score_low": pd.array([pd.NA, *thresholds[1:]], dtype="Int64"),
            "score_high": pd.array([*(threshold - 1 for threshold in thresholds[1:]), pd.NA], dtype="Int64"),
        }
    )
