"""Speed of the first contact against winning, among leads of the same score and source.

Hot leads are called sooner, so a plain table of speed shows the heat of the leads along
with the speed. Here each class of speed is held against the faster ones at the same
score and source, and its win rate is that which all leads would have, had they been called so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.business_hours import business_hours
from analysis.groups import FALSE_DISCOVERY_RATE, adjusted
from analysis.intervals import CONFIDENCE, MIN_N, Floats, critical_value, rates, wilson_interval
from analysis.losses.cases import Cases
from analysis.matching import Mask
from analysis.rulesets.columns import Integers
from analysis.stratified import Common, odds_ratio, strata_of

Clock = Literal["hours", "business"]
CLOCKS: Final[tuple[Clock, ...]] = get_args(Clock)

LIMITS: Final[dict[Clock, tuple[float, ...]]] = {"hours": (1, 4, 24, 48, 96), "business": (1, 4, 9, 18, 36)}
"""Hours below which each class lies; a working day has nine."""

CLASSES: Final = ("class_1", "class_2", "class_3", "class_4", "class_5", "later", "none")
"""Fastest first; "none" was never contacted."""

MAX_SCORE_GROUPS: Final = 12
PRIOR_VARIANCE: Final = 25.0
"""Of log-odds: only separated data ask for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Winning by speed of the first contact.

    Attributes
    ----------
    classes : DataFrame
        One row per class of `CLASSES`, empty ones included: `response`; `n_leads`, `n_won`,
        `win_rate`, `win_low`, `win_high` (as they are); `is_enough`; `mean_score`, `n_rejected`
        (sales rejected the lead); `even_rate`, `even_low`, `even_high` (all leads called so, same
        scores and sources; NaN with too few); `odds_ratio`, `odds_low`, `odds_high`, `n_compared`
        (leads that have a like one called sooner; for "none" one that was called at all), `chance`
        (adjusted for the number of classes), `verdict` ("less", "more", "unclear", "too_few", or
        "first" for the fastest class with leads).
    n_leads, n_won : int
        Handoffs of the period with a known result.
    clock : str
        One of `CLOCKS`.
    is_recorded : bool
        Whether anybody recorded first contacts; if not, all are "none" and nothing is said.
    """

    classes: pd.DataFrame
    n_leads: int
    n_won: int
    clock: Clock
    is_recorded: bool

    @property
    def worse_from(self) -> str:
        """The fastest class that wins less than all faster ones, by more than chance; empty without one."""
        found = self.classes.loc[(self.classes["verdict"] == "less") & (self.classes["response"] != "none"), "response"]
        return str(found.iloc[0]) if len(found) else ""


def response(cases: Cases, clock: Clock = "hours") -> Response:
    """Hold the speed of the first contact against winning.

    Parameters
    ----------
    cases : Cases
        Those of the period are judged, high scores and low ones.
    clock : {"hours", "business"}
        Count all hours, or hours of work.
    """
    table = cases.table[cases.table["is_in_period"]].reset_index(drop=True)
    place = classes_of(table, clock)
    counts = _counts(table, place)
    is_recorded = bool(table["wait_hours"].notna().any())
    counts = counts.assign(**_evened(table, place, counts["is_enough"].to_numpy(dtype=bool)))
    counts = pd.concat([counts, _held_against_faster(table, place, counts["n_leads"].to_numpy())], axis=1)
    return Response(
        classes=counts, n_leads=len(table), n_won=int(table["is_won"].sum()), clock=clock, is_recorded=is_recorded
    )


def classes_of(table: pd.DataFrame, clock: Clock) -> Integers:
    """Return the number in `CLASSES` of each case."""
    waits = table["wait_hours"].to_numpy(dtype=np.float64)
    if clock == "business":
        contact_at = table["decided_at"] + pd.to_timedelta(waits, unit="h")
        waits = business_hours(table["decided_at"].to_numpy(), contact_at.to_numpy())
    place = np.searchsorted(LIMITS[clock], waits, side="right")
    return np.where(np.isnan(waits), CLASSES.index("none"), place)


def _counts(table: pd.DataFrame, place: Integers) -> pd.DataFrame:
    def sums(values: np.ndarray) -> Floats:
        return np.bincount(place, weights=values, minlength=len(CLASSES)).astype(np.float64)

    n, won = sums(np.ones(len(place))), sums(table["is_won"].to_numpy(dtype=np.float64))
    low, high = wilson_interval(won, n)
    is_rejected = (table["response"] == "rejected").to_numpy(dtype=np.float64, na_value=0.0)
    score = np.divide(sums(table["score"].to_numpy(dtype=np.float64)), n, out=np.full(len(n), np.nan), where=n > 0)
    return pd.DataFrame(
        {
            "response": list(CLASSES),
            "n_leads": n.astype(np.int64),
            "n_won": won.astype(np.int64),
            "win_rate": rates(won, n),
            "win_low": low,
            "win_high": high,
            "is_enough": n >= MIN_N,
            "mean_score": score,
            "n_rejected": sums(is_rejected).astype(np.int64),
        }
    )


def _held_against_faster(table: pd.DataFrame, place: Integers, n_leads: Integers) -> pd.DataFrame:
    keys, is_won = table[["score", "source"]], table["is_won"].to_numpy(dtype=bool)
    found = []
    for number in range(len(CLASSES)):
        within = place <= number
        strata = strata_of(keys[within], place[within] == number, is_won[within])
        found.append((odds_ratio(strata), strata.n_compared))
    nothing = Common(value=np.nan, low=np.nan, high=np.nan, chance=np.nan)
    ratios = [common if n_compared >= MIN_N else nothing for common, n_compared in found]
    chance = adjusted(np.array([ratio.chance for ratio in ratios], dtype=np.float64))
    verdicts = [_verdict(ratio.value, one) for ratio, one in zip(ratios, chance, strict=True)]
    if n_leads.any():
        verdicts[int(np.argmax(n_leads > 0))] = "first"
    return pd.DataFrame(
        {
            "odds_ratio": [ratio.value for ratio in ratios],
            "odds_low": [ratio.low for ratio in ratios],
            "odds_high": [ratio.high for ratio in ratios],
            "n_compared": [n_compared for _, n_compared in found],
            "chance": chance,
            "verdict": verdicts,
        }
    )


def _verdict(ratio: float, chance: float) -> str:
    if np.isnan(ratio) or np.isnan(chance):
        return "too_few"
    if chance >= FALSE_DISCOVERY_RATE:
        return "unclear"
    return "less" if ratio < 1 else "more"


def _evened(table: pd.DataFrame, place: Integers, is_enough: Mask) -> dict[str, Floats]:
    """Return the win rate of each class, had all leads been called so (standardised logistic regression)."""
    even = {name: np.full(len(CLASSES), np.nan) for name in ("even_rate", "even_low", "even_high")}
    judged = np.flatnonzero(is_enough)
    rows = np.isin(place, judged)
    won = table["is_won"].to_numpy(dtype=np.float64)
    if not len(judged) or not 0 < won[rows].sum() < rows.sum():
        return even
    groups = pd.DataFrame({"score": score_groups(table["score"]), "source": _source_groups(table["source"])})
    cells = groups[rows].assign(place=place[rows], n=1.0, won=won[rows])
    cells = cells.groupby(["place", "score", "source"], as_index=False, observed=True).sum()
    design = _design(cells, judged)
    effects, covariance = _fitted(design, cells["n"].to_numpy(), cells["won"].to_numpy())
    weight = cells["n"].to_numpy() / cells["n"].sum()
    for number, name in enumerate(judged):
        as_if = design.copy()
        as_if[:, : len(judged)] = np.arange(len(judged)) == number
        chance = expit(as_if @ effects)
        rate = float(weight @ chance)
        slope = (weight * chance * (1 - chance)) @ as_if / (rate * (1 - rate))
        half = critical_value(CONFIDENCE) * float(np.sqrt(slope @ covariance @ slope))
        centre = np.log(rate / (1 - rate))
        even["even_rate"][name] = rate
        even["even_low"][name], even["even_high"][name] = expit([centre - half, centre + half])
    return even


def score_groups(scores: pd.Series, most: int = MAX_SCORE_GROUPS) -> Integers:
    """Return scores in at most so many groups of about equal size, equal scores together."""
    values = scores.to_numpy(dtype=np.float64)
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, most + 1)[1:-1])) if len(values) else values
    return np.searchsorted(cuts, values, side="left")


def _source_groups(sources: pd.Series) -> Integers:
    """Return the sources by number, those with few leads together."""
    counts = sources.value_counts()
    known = sorted(map(str, counts[counts >= MIN_N].index))
    return np.asarray(pd.Categorical(sources, categories=known).codes, dtype=np.int64)


def _design(cells: pd.DataFrame, judged: Integers) -> Floats:
    """Return a column per class, then one per group of scores and of sources but the first of each."""
    columns = [cells["place"].to_numpy() == number for number in judged]
    for name in ("score", "source"):
        values = cells[name].to_numpy()
        columns += [values == group for group in np.unique(values)[1:]]
    return np.column_stack(columns).astype(np.float64)


def _fitted(design: Floats, n: Floats, won: Floats) -> tuple[Floats, Floats]:
    """Return the log-odds of a logistic regression on counts, and their covariance."""
    effects = np.zeros(design.shape[1])
    ridge = np.eye(len(effects)) / PRIOR_VARIANCE
    for _ in range(50):
        chance = expit(design @ effects)
        information = design.T @ (design * (n * chance * (1 - chance))[:, None]) + ridge
        step = np.linalg.solve(information, design.T @ (won - n * chance) - ridge @ effects)
        effects = effects + np.clip(step, -2, 2)
        if float(np.abs(step).max()) < 1e-9:
            break
    return effects, np.linalg.inv(information)
