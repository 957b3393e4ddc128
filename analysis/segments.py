"""By segment: does the score work here, and do its leads win what their scores promise?

Two questions, asked of every source, industry, size of company, region, owner and
way in. Does the score put this segment's winners first? And does the segment win
as often as others do at the same scores? Many segments are looked at, so chance
alone would point at some: all of them together are held to one false discovery rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decided import Decided
from analysis.equal_scores import in_strata, joined
from analysis.groups import FALSE_DISCOVERY_RATE, MAX_RELATIVE_RATE, adjusted
from analysis.intervals import Floats
from analysis.ranking import Ranking, ranking_of_counts, ranking_power
from analysis.rulesets.model import Ruleset
from analysis.shrinkage import shrunken_ratios
from analysis.wins_so_far import N_STEPS, life_tables

Level: TypeAlias = Literal["less", "more", "alike", "too_few"]
Order: TypeAlias = Literal["works", "reversed", "unclear", "too_few"]

MIN_RELATIVE_RATE: Final = 1 / MAX_RELATIVE_RATE
"""A segment is called better from five quarters of the wins expected of it upwards."""

COLUMNS: Final = (
    "dimension", "label", "n_mature", "n_won", "n_immature", "n_so_far", "n_expected", "ratio", "ratio_low", "ratio_high",
    "shrunken_ratio", "shrunken_low", "shrunken_high", "chance", "level", "auc", "auc_low", "auc_high", "auc_chance",
    "order",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """What the score is worth in each segment.

    Attributes
    ----------
    segments : DataFrame
        One row per segment with a scored decision, by dimension and most
        decisions first: `dimension`, `label` ('' is unknown); `n_mature`,
        `n_won`, `n_immature`; `n_so_far` (wins that are compared: of decisions
        that are still young, too), `n_expected` (had it won like all others at
        the same scores and ages), `ratio` of both with `ratio_low`, `ratio_high`, and the same drawn towards 1 (`shrunken_ratio`,
        `shrunken_low`, `shrunken_high`); `chance` of so large a difference,
        adjusted for the number of segments (NaN when not tested); `level`:
        "less" or "more" where chance is excluded and the difference matters,
        else "alike" or "too_few"; `auc` with `auc_low`, `auc_high` and
        `auc_chance` (adjusted); `order`: "works" (the interval lies above 0.5),
        "reversed" (chance is excluded), "unclear" or "too_few".
    overall : Ranking
        The score in all decisions together.
    n_tested : int
        Segments whose wins could be held against the expected ones.
    """

    segments: pd.DataFrame
    overall: Ranking
    n_tested: int

    @property
    def claims(self) -> pd.DataFrame:
        """The segments that win more or less than promised, the furthest from 1 first."""
        rows = self.segments[self.segments["level"].isin(["less", "more"])]
        distance = np.abs(np.log(np.maximum(rows["shrunken_ratio"].to_numpy(dtype=np.float64), 1e-9)))
        return rows.iloc[np.argsort(-distance, kind="stable")].reset_index(drop=True)

    @property
    def reversals(self) -> pd.DataFrame:
        """The segments in which high scores certainly win less."""
        return self.segments[self.segments["order"] == "reversed"].reset_index(drop=True)


def segment_cells(decisions: Decided, ruleset: Ruleset) -> pd.DataFrame:
    """Count decisions by segment and score.

    Returns
    -------
    DataFrame
        One row per `dimension`, `label` and `score` that occurs: `n_mature`,
        `n_won`, `n_immature`.

    Raises
    ------
    ValueError
        If the decisions were replayed for other rules.
    """
    scores, is_scored = decisions.scores(ruleset), decisions.is_scored
    outcome = np.select([decisions.is_won, decisions.is_mature], [2, 1], 0).astype(np.int64)
    is_kept = is_scored & (decisions.outcome_no >= 2)
    low = int(scores.min(initial=0))
    n_scores = int(scores.max(initial=0)) - low + 1
    parts = []
    for name, codes in decisions.codes.items():
        size = len(decisions.labels[name])
        key = (codes.astype(np.int64) * n_scores + (scores - low)) * 3 + outcome
        counts = np.bincount(key[is_kept], minlength=size * n_scores * 3).reshape(-1, 3)
        parts.append(_cells_of(counts, name, decisions.labels[name], low, n_scores))
    columns = ["dimension", "label", "score", "n_mature", "n_won", "n_immature"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _cells_of(
    counts: NDArray[np.int64], dimension: str, labels: tuple[str, ...], low: int, n_scores: int
) -> pd.DataFrame:
    used = np.flatnonzero(counts.sum(axis=1))
    return pd.DataFrame(
        {
            "dimension": dimension,
            "label": np.array(labels, dtype=object)[used // n_scores],
            "score": used % n_scores + low,
            "n_mature": counts[used, 1] + counts[used, 2],
            "n_won": counts[used, 2],
            "n_immature": counts[used, 0],
        }
    )


def segments(cells: pd.DataFrame, lives: pd.DataFrame | None = None) -> Segments:
    """Hold every segment against the others.

    Parameters
    ----------
    cells : DataFrame
        As from `segment_cells`: every decision once in each dimension.
    lives : DataFrame, optional
        As from `analysis.wins_so_far.segment_lives`. Without it only mature
        decisions are held against each other.

    Raises
    ------
    ValueError
        If a count is impossible.

    Notes
    -----
    Wins are held against those of all others at equal scores, so a segment whose
    leads merely score low is not blamed for it; see
    `analysis.equal_scores`. The probabilities of all segments of all
    dimensions are adjusted together by the method of Benjamini and Hochberg, and
    ratios are drawn towards 1 within their dimension. Segments that stand out are
    then taken out of what the rest of their dimension is held against: beside
    a very weak source all others would look good. A ratio between 0.8
    and 1.25 is no claim, however certain.
    """
    names = list(dict.fromkeys(cells["dimension"]))
    counts = {name: _counted(cells[cells["dimension"] == name], _of_dimension(lives, name)) for name in names}
    table = _judged(counts, {}) if counts else pd.DataFrame(columns=list(COLUMNS))
    odd = {name: _usual(table[table["dimension"] == name], counts[name]) for name in names}
    if not all(usual.all() for usual in odd.values()):
        table = _judged(counts, odd)
    first = cells[cells["dimension"] == names[0]] if names else cells
    return Segments(
        segments=table[list(COLUMNS)], overall=ranking_power(first), n_tested=int(table["chance"].notna().sum())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """One dimension: arrays of shape (n_labels, n_scores), and what is compared by stratum of scores and ages."""

    dimension: str
    labels: pd.Index
    scores: NDArray[np.int64]
    n: Floats
    won: Floats
    young: Floats
    watched: Floats
    won_then: Floats
    n_decisions: Floats
    ranking: pd.DataFrame


def _of_dimension(lives: pd.DataFrame | None, name: str) -> pd.DataFrame | None:
    return None if lives is None else lives[lives["dimension"] == name]


def _counted(cells: pd.DataFrame, lives: pd.DataFrame | None) -> _Counts:
    row, labels = pd.factorize(cells["label"])
    scores, column = np.unique(cells["score"].to_numpy(dtype=np.int64), return_inverse=True)
    n, won, young = counts = np.zeros((3, len(labels), len(scores)))
    for sums, name in zip(counts, ("n_mature", "n_won", "n_immature"), strict=True):
        np.add.at(sums, (row, column), cells[name].to_numpy(dtype=np.float64))
    if lives is None:
        watched, won_then = joined(n, n.sum(axis=0)), joined(won, n.sum(axis=0))
        n_decisions = n.sum(axis=1)
    else:
        watched, won_then = life_tables(lives, pd.Index(labels))
        n_decisions = watched[:, ::N_STEPS].sum(axis=1)
    return _Counts(
        dimension=str(cells["dimension"].iloc[0]),
        labels=pd.Index(labels),
        scores=scores,
        n=n,
        won=won,
        young=young,
        watched=watched,
        won_then=won_then,
        n_decisions=n_decisions,
        ranking=_rankings(n, won),
    )


def _usual(table: pd.DataFrame, counts: _Counts) -> NDArray[np.bool_]:
    """Return which segments the others are made of: those that stand out most leave, while half of all leads remain."""
    odd = table[table["level"].isin(["less", "more"])]
    distance = np.abs(np.log(np.maximum(odd["ratio"].to_numpy(dtype=np.float64), 1e-9)))
    is_usual = np.ones(len(counts.labels), dtype=bool)
    for label in odd["label"].to_numpy()[np.argsort(-distance, kind="stable")]:
        without = is_usual & (counts.labels != label)
        if counts.n[without].sum() >= counts.n.sum() / 2:
            is_usual = without
    return is_usual


def _dimension(counts: _Counts, is_usual: NDArray[np.bool_] | None) -> pd.DataFrame:
    """Return the segments of one dimension with their raw measures."""
    found = in_strata(counts.watched, counts.won_then, is_reference=is_usual, n_of_groups=counts.n_decisions)
    found = found.rename(columns={"n_won": "n_so_far"})
    shrunk = shrunken_ratios(found["ratio"], found["ratio_low"], found["ratio_high"])
    found = found.assign(
        dimension=counts.dimension,
        label=counts.labels,
        n_mature=counts.n.sum(axis=1).astype(np.int64),
        n_won=counts.won.sum(axis=1).astype(np.int64),
        n_immature=counts.young.sum(axis=1).astype(np.int64),
        shrunken_ratio=shrunk["ratio"],
        shrunken_low=shrunk["low"],
        shrunken_high=shrunk["high"],
    )
    return found.join(counts.ranking).sort_values(["n_mature", "label"], ascending=[False, True])


def _rankings(n: Floats, won: Floats) -> pd.DataFrame:
    """Rank the leads of each segment; scores are in order, so no table by score is needed for each."""
    if not bool(np.all((won >= 0) & (won <= n))):
        raise ValueError("Counts must satisfy 0 <= n_won <= n_mature for every score.")
    rows = []
    for own_n, own_won in zip(n, won, strict=True):
        found = ranking_of_counts(own_n[own_n > 0], own_won[own_n > 0])
        is_few = found.verdict == "too_few"
        rows.append((found.auc, found.auc_low, found.auc_high, np.nan if is_few else found.chance, is_few))
    return pd.DataFrame(rows, columns=["auc", "auc_low", "auc_high", "auc_chance", "is_few"])


def _judged(counts: dict[str, _Counts], usual: dict[str, NDArray[np.bool_]]) -> pd.DataFrame:
    """Return all segments with what may be said of them."""
    parts = [_dimension(own, usual.get(name)) for name, own in counts.items()]
    table = pd.concat(parts, ignore_index=True)
    chance = adjusted(table["chance"].to_numpy(dtype=np.float64))
    auc_chance = adjusted(table["auc_chance"].to_numpy(dtype=np.float64))
    is_sure = chance < FALSE_DISCOVERY_RATE
    level = np.select(
        [
            ~table["is_enough"],
            is_sure & (table["ratio"] <= MAX_RELATIVE_RATE),
            is_sure & (table["ratio"] >= MIN_RELATIVE_RATE),
        ],
        ["too_few", "less", "more"],
        "alike",
    )
    order = np.select(
        [table["is_few"], (auc_chance < FALSE_DISCOVERY_RATE) & (table["auc_high"] < 0.5), table["auc_low"] > 0.5],
        ["too_few", "reversed", "works"],
        "unclear",
    )
    return table.assign(chance=chance, auc_chance=auc_chance, level=level, order=order)
