"""From points to probability: what a score has meant so far, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from analysis.calibration import Calibration
from analysis.gains import scored
from analysis.intervals import CONFIDENCE, Floats, rates, wilson_interval
from analysis.isotonic import isotonic_interval, isotonic_rates, steps_of
from analysis.logistic_map import LogisticMap, fit_logistic_map
from analysis.tuning.loss import sigmoid

Shape: TypeAlias = Literal["too_few", "flat", "falling", "plateau", "rising"]

MIN_PLATEAU_SHARE: Final = 0.15
"""Part of the leads that a step needs to be spoken of."""

MAX_PLATEAU_Z: Final = -3.1
"""A step is a plateau when it rises so much less than the curve that chance does it in one of a thousand."""

N_RESAMPLES: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """What the points have meant: the share of leads that won, by score.

    Attributes
    ----------
    curve : DataFrame
        One row per score with mature leads, ascending: `score`, `n_mature`,
        `n_won`, `win_rate` (raw); `p_steps`, `p_low`, `p_high` (rising steps with
        their 95 % interval); `p_smooth` (logistic curve); `consistent_low`,
        `consistent_high` (where 95 % of the steps would lie if the smooth curve
        were right).
    mass : DataFrame
        All scores: `score`, `n_worked` (mature or too young), `n_standing`
        (never handed over).
    plateaus : DataFrame
        Stretches in which more points do not win more, though the rest of the
        curve rises: `score_low`, `score_high`, `n_mature`, `n_won`, `win_rate`,
        `win_low`, `win_high`, `share` (of all mature leads).
    smooth : LogisticMap or None
        The smooth curve; None without mature leads.
    misfit : float
        Mean distance between the steps and the smooth curve over the mature leads, in [0, 1].
    misfit_chance : float
        How often steps as far from the smooth curve come about although it is right.
    shape : str
        "too_few", "flat" (chance is not excluded), "falling", "plateau"
        (rising, with a plateau), "rising".
    """

    curve: pd.DataFrame
    mass: pd.DataFrame
    plateaus: pd.DataFrame
    smooth: LogisticMap | None
    misfit: float
    misfit_chance: float
    shape: Shape


def reliability(result: Calibration, n_resamples: int = N_RESAMPLES, seed: int = 0) -> Reliability:
    """Turn points into probabilities, from counts per score.

    Parameters
    ----------
    result : Calibration
        Its `scores` are counted, its `ranking` says whether there is a signal at all.
    n_resamples : int
        Draws for the consistency band.
    seed : int
        Of the draws.

    Notes
    -----
    The steps, the band and the decomposition are those of CORP reliability
    diagrams [1]_, on counts. Points are no probabilities; what can be judged of
    them is whether they rise, and whether the curve that is fitted to them holds.

    References
    ----------
    .. [1] T. Dimitriadis, T. Gneiting, A. I. Jordan. "Stable reliability diagrams
       for probabilistic classifiers". PNAS 118(8), 2021. doi:10.1073/pnas.2016191118
    """
    scores = scored(result.scores)
    mass = pd.DataFrame(
        {
            "score": scores["score"],
            "n_worked": scores["n_mature"] + scores["n_immature"],
            "n_standing": scores["n_standing"],
        }
    )
    counts = scores[scores["n_mature"] > 0]
    won, leads = (counts[name].to_numpy(dtype=np.float64) for name in ("n_won", "n_mature"))
    points = counts["score"].to_numpy(dtype=np.float64)
    smooth = fit_logistic_map(points, won, leads) if len(counts) else None
    p_smooth = smooth.probabilities(points) if smooth else points
    steps = isotonic_rates(won, leads)
    low, high = isotonic_interval(won, leads)
    band_low, band_high, chance = _consistency(p_smooth, leads, steps, n_resamples, seed)
    plateaus = _plateaus(points, won, leads, steps, smooth)
    curve = pd.DataFrame(
        {
            "score": counts["score"],
            "n_mature": counts["n_mature"],
            "n_won": counts["n_won"],
            "win_rate": rates(won, leads),
            "p_steps": steps,
            "p_low": low,
            "p_high": high,
            "p_smooth": p_smooth,
            "consistent_low": band_low,
            "consistent_high": band_high,
        }
    ).reset_index(drop=True)
    return Reliability(
        curve=curve,
        mass=mass,
        plateaus=plateaus,
        smooth=smooth,
        misfit=float(np.average(np.abs(steps - p_smooth), weights=leads)) if len(leads) else 0.0,
        misfit_chance=chance,
        shape=_shape(result, plateaus),
    )


def _consistency(
    p_smooth: Floats, leads: Floats, steps: Floats, n_resamples: int, seed: int
) -> tuple[Floats, Floats, float]:
    """Return where the steps would lie if the smooth curve were right, and how odd the ones seen are."""
    if not len(leads):
        return leads, leads, 1.0
    drawn = np.random.default_rng(seed).binomial(leads.astype(np.int64), p_smooth, (n_resamples, len(leads)))
    likely = np.array([isotonic_rates(won, leads) for won in drawn])
    low, high = np.quantile(likely, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    distance, distances = (leads @ (each - p_smooth).T ** 2 for each in (steps, likely))
    return low, high, float((1 + np.sum(distances >= distance)) / (1 + n_resamples))


def _plateaus(points: Floats, won: Floats, leads: Floats, steps: Floats, smooth: LogisticMap | None) -> pd.DataFrame:
    rows = []
    for step in np.unique(steps_of(steps)) if smooth else ():
        on = steps_of(steps) == step
        n_leads, n_won = float(leads[on].sum()), float(won[on].sum())
        is_large = n_leads >= MIN_PLATEAU_SHARE * leads.sum() and on.sum() > 1
        if is_large and smooth and _tilt(points[on], won[on], leads[on], smooth.slope) < MAX_PLATEAU_Z:
            low, high = wilson_interval(n_won, n_leads)
            rows.append((int(points[on].min()), int(points[on].max()), int(n_leads), int(n_won), n_won / n_leads,
                         float(low), float(high), n_leads / leads.sum()))  # fmt: skip
    names = ["score_low", "score_high", "n_mature", "n_won", "win_rate", "win_low", "win_high", "share"]
    return pd.DataFrame(rows, columns=names)


def _tilt(points: Floats, won: Floats, leads: Floats, slope: float) -> float:
    """Return by how many standard errors some scores rise more than a slope: the score test, the level fitted."""
    offset = slope * (points - np.average(points, weights=leads))
    rate = np.clip(won.sum() / leads.sum(), 1e-9, 1 - 1e-9)
    base = float(np.log(rate / (1 - rate)))
    for _ in range(50):
        p = sigmoid(base + offset)
        spread = leads * p * (1 - p)
        step = float(np.clip((won.sum() - leads @ p) / max(spread.sum(), 1e-12), -2, 2))
        base += step
        if abs(step) < 1e-10:
            break
    p = sigmoid(base + offset)
    spread = leads * p * (1 - p)
    distance = points - np.average(points, weights=spread)
    return float(distance @ (won - leads * p) / np.sqrt(max(float(spread @ distance**2), 1e-12)))


def _shape(result: Calibration, plateaus: pd.DataFrame) -> Shape:
    named: dict[str, Shape] = {"too_few": "too_few", "none": "flat", "reversed": "falling"}
    if result.ranking.verdict in named:
        return named[result.ranking.verdict]
    return "rising" if plateaus.empty else "plateau"
