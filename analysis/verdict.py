"""The verdict on a ruleset: may a meeting rely on this score, why, and what would change that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any, Final, Literal, TypeAlias

import pandas as pd
from scipy.stats import norm

from analysis.calibration import Calibration
from analysis.intervals import MIN_N, newcombe_interval
from analysis.ranking import MAX_CHANCE, MIN_LOST, MIN_WON, USEFUL_AUC
from analysis.selection import Selection

State: TypeAlias = Literal["ready", "caution", "cannot_say"]
Level: TypeAlias = Literal["good", "note", "caution", "stop"]

POWER: Final = 0.8
"""How surely a useful score is to be recognised, when it is said how many wins that takes."""

MAX_WAIT_DAYS: Final = 5 * 365
"""Nobody waits longer: then another period must be chosen."""

DRIFT_CODES: Final = ("scores_rose", "scores_fell", "rules_moved")
"""Reasons that are found elsewhere; see `analysis.judgement`."""

_DAYS_PER_MONTH: Final = 365.25 / 12
_ROUND_FROM: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One finding that the verdict rests on.

    Attributes
    ----------
    code : str
        What was found; the words for it are the dashboard's.
    level : str
        "good"; "note": must be known, changes nothing; "caution"; "stop":
        nothing can be said.
    values : mapping
        Numbers and bands that belong into the words.
    """

    code: str
    level: Level
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Something that would change the verdict.

    Attributes
    ----------
    code : str
        "wait" (for `n_more` wins, at today's pace until `month`), "longer_period"
        (for `n_more` wins, which will not come), "turn_round", "review_points",
        "check_bands", "check_threshold", "explore", "check_drift" (the leads that
        changed have outcomes from `month` on), "judge_drifted" (those created in
        `month` have them already).
    values : mapping
        Numbers and dates that belong into the words.
    """

    code: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What may be said of a score.

    Attributes
    ----------
    state : str
        "ready", "caution" or "cannot_say".
    signal : str
        Code of the first reason: "too_few", "no_signal" (a useful score would
        have been seen), "no_signal_yet" (there are too few wins to exclude
        one), "reversed", "weak", "useful" or "strong".
    reasons : tuple of Reason
        The signal first, then bands, threshold, coverage and what was given.
    remedies : tuple of Remedy
        What would change it, the most pressing first; empty when ready.
    """

    state: State
    signal: str
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WinPace:
    """How fast handoffs become old enough and turn out won.

    Attributes
    ----------
    per_day : float
        Wins a day.
    begins_on : date
        First day on which another handoff becomes old enough.
    n_at_most : float
        Wins still to come; infinite while the period is open.
    """

    per_day: float
    begins_on: date
    n_at_most: float


def verdict(result: Calibration, selection: Selection, more: Sequence[Reason] = ()) -> Verdict:
    """Judge a score by its calibration.

    Parameters
    ----------
    result : Calibration
        Of the ruleset.
    selection : Selection
        What it was computed for; `as_of` is today.
    more : sequence of Reason
        Findings from elsewhere, such as drift; those of level "caution" and
        "stop" count like those found here.

    Notes
    -----
    A score without signal is told from one of which too little is known by the
    interval of its ranking power: when that stays below a useful one, waiting will
    not help. How many wins would show a useful score is Noether's sample size for
    the Mann-Whitney test [1]_, with a power of 0.8.

    References
    ----------
    .. [1] G. E. Noether. "Sample size determination for some common nonparametric
       tests". Journal of the American Statistical Association 82(398), 1987.
       doi:10.1080/01621459.1987.10478478
    """
    signal = _signal(result)
    others = (_band_order(result), _threshold(result), *_coverage(result)) if signal.level != "stop" else ()
    reasons = (signal, *others, *more)
    levels = {reason.level for reason in reasons}
    state: State = "cannot_say" if "stop" in levels else "caution" if "caution" in levels else "ready"
    remedies = () if state == "ready" else tuple(_remedies(reasons, result, selection))
    return Verdict(state=state, signal=signal.code, reasons=reasons, remedies=remedies)


def win_pace(result: Calibration, selection: Selection) -> WinPace:
    """Return how fast wins come: the handoffs that are still too young, at today's win rate.

    Notes
    -----
    They were made within the last `horizon_days`, or since the period began, and
    become old enough at the same pace. One half win is added, so that a month
    without any does not mean never.
    """
    as_of, horizon = selection.as_of, timedelta(days=selection.horizon_days)
    first = max(selection.starts_at, selection.mature_at)
    last = min(selection.ends_at, as_of)
    days = max((last - first).total_seconds() / 86400, 1.0)
    n_coming = result.n_immature * (result.n_won + 0.5) / (result.n_mature + 1)
    is_open = selection.end is None or datetime.combine(selection.end, datetime.min.time()) > as_of
    return WinPace(
        per_day=n_coming / days,
        begins_on=max(as_of, first + horizon).date(),
        n_at_most=float("inf") if is_open else n_coming,
    )


def wins_needed(base_rate: float, auc: float = USEFUL_AUC) -> int:
    """Return how many wins it takes to tell a score with this ranking power from chance.

    Parameters
    ----------
    base_rate : float
        Win rate of all, in [0, 1).
    auc : float
        Ranking power that is to be recognised.
    """
    needed = (norm.ppf(1 - MAX_CHANCE / 2) + norm.ppf(POWER)) ** 2 / (12 * (auc - 0.5) ** 2 * (1 - base_rate))
    return max(ceil(float(needed)), MIN_WON)


def _signal(result: Calibration) -> Reason:
    ranking = result.ranking
    values = {"n_leads": ranking.n_leads, "n_won": ranking.n_won, "n_lost": ranking.n_leads - ranking.n_won}
    if ranking.verdict == "none" and ranking.auc_high < USEFUL_AUC:
        return Reason(code="no_signal", level="caution", values=values)
    codes: dict[str, tuple[str, Level]] = {
        "too_few": ("too_few", "stop"),
        "none": ("no_signal_yet", "stop"),
        "reversed": ("reversed", "caution"),
        "weak": ("weak", "caution"),
    }
    code, level = codes.get(ranking.verdict, (ranking.verdict, "good"))
    return Reason(code=code, level=level, values=values)


def _band_order(result: Calibration) -> Reason:
    if len(result.reversals):
        first = result.reversals.iloc[0]
        pair = {"lower": int(first["lower_band_no"]), "upper": int(first["upper_band_no"])}
        return Reason(code="bands_reversed", level="caution", values={**pair, "n_pairs": len(result.reversals)})
    enough = _scored_bands(result)
    enough = enough[enough["is_enough"]]
    if len(enough) < 2:
        return Reason(code="bands_untested", level="note", values={"n_bands": len(enough)})
    low, high = enough.iloc[0], enough.iloc[-1]
    pair = {"lower": int(low["band_no"]), "upper": int(high["band_no"])}
    if high["win_low"] > low["win_high"]:
        return Reason(code="bands_rise", level="good", values=pair)
    return Reason(code="bands_alike", level="caution", values=pair)


def _threshold(result: Calibration) -> Reason:
    is_above = result.scores["score"] >= result.threshold
    sides = [result.scores.loc[side, ["n_won", "n_mature"]].sum() for side in (is_above, ~is_above)]
    values: dict[str, Any] = {"threshold": result.threshold}
    for name, side in zip(("above", "below"), sides, strict=True):
        values |= {f"n_{name}": int(side["n_mature"]), f"n_won_{name}": int(side["n_won"])}
    if min(values["n_above"], values["n_below"]) < MIN_N:
        return Reason(code="threshold_untested", level="note", values=values)
    low, high = newcombe_interval(values["n_won_above"], values["n_above"], values["n_won_below"], values["n_below"])
    if low > 0:
        return Reason(code="threshold_parts", level="good", values=values)
    return Reason(code="threshold_wrong" if high < 0 else "threshold_idle", level="caution", values=values)


def _coverage(result: Calibration) -> Iterator[Reason]:
    """Thin coverage above the threshold is a fault; below it is what a threshold does, and must be known."""
    bands = _scored_bands(result)
    has_leads = bands["n_worked"] + bands["n_standing"] > 0
    thin = bands[has_leads & ~bands["is_covered"]]
    is_above = thin["score_high"].isna() | (thin["score_high"] >= result.threshold)
    if is_above.any():
        yield Reason(code="coverage_thin", level="caution", values={"bands": tuple(thin.loc[is_above, "band_no"])})
    if (~is_above).any():
        yield Reason(code="blind_below", level="note", values={"bands": tuple(thin.loc[~is_above, "band_no"])})
    if thin.empty:
        yield Reason(code="coverage_fine", level="good", values={})


def _scored_bands(result: Calibration) -> pd.DataFrame:
    bands = result.bands
    return bands[bands["is_scored"]] if "is_scored" in bands else bands


def _remedies(reasons: Sequence[Reason], result: Calibration, selection: Selection) -> Iterator[Remedy]:
    codes = [reason.code for reason in reasons]
    if "too_few" in codes or "no_signal_yet" in codes:
        yield _wait(_n_more(result), win_pace(result, selection))
    for reason_codes, code in (
        (("reversed",), "turn_round"),
        (("no_signal", "weak"), "review_points"),
        (("bands_reversed", "bands_alike"), "check_bands"),
        (("threshold_wrong", "threshold_idle"), "check_threshold"),
        (("coverage_thin",), "explore"),
    ):
        if any(wanted in codes for wanted in reason_codes):
            yield Remedy(code=code, values={})
    for reason in reasons:
        if reason.code in DRIFT_CODES:
            known_on = reason.values["known_on"]
            if known_on > selection.as_of.date():
                yield Remedy(code="check_drift", values={"month": known_on.replace(day=1)})
            else:
                yield Remedy(code="judge_drifted", values={"month": reason.values["month"]})


def _n_more(result: Calibration) -> int:
    """Return how many more wins are wanted, rounded as nobody counts more exactly."""
    ranking = result.ranking
    if ranking.verdict == "too_few":
        n_lost = ranking.n_leads - ranking.n_won
        rate = result.base_rate if result.n_won else 0.0
        wins_for_losses = ceil((MIN_LOST - n_lost) * rate / max(1 - rate, 0.01)) if n_lost < MIN_LOST else 0
        return max(MIN_WON - ranking.n_won, wins_for_losses, 1)
    missing = wins_needed(result.base_rate) - ranking.n_won
    missing = missing if missing > 0 else ranking.n_won
    return missing if missing < _ROUND_FROM else 10 * ceil(missing / 10)


def _wait(n_more: int, pace: WinPace) -> Remedy:
    days = n_more / pace.per_day if pace.per_day > 0 else float("inf")
    if n_more > pace.n_at_most or days > MAX_WAIT_DAYS:
        return Remedy(code="longer_period", values={"n_more": n_more})
    on = pace.begins_on + timedelta(days=ceil(days))
    per_month = pace.per_day * _DAYS_PER_MONTH
    return Remedy(code="wait", values={"n_more": n_more, "month": on.replace(day=1), "n_per_month": per_month})
