"""The workbench: what a change of points would do, and what the tuner is asked, from counts alone.

The decisions are replayed once, quarter by quarter. Everything else follows from
the rule patterns: an edited cell asks no question of the history.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import dropwhile, pairwise
from typing import Final

import numpy as np
import pandas as pd

from analysis.calibration import Calibration, calibrate
from analysis.intervals import MIN_N, rates, wilson_interval
from analysis.keys import distinct_digits
from analysis.patterns import COUNTS, PatternTable, pattern_scores, score_table
from analysis.replay import HANDOFF, Decision, lead_scores, pattern_tables
from analysis.rulesets import Ruleset, Tier
from analysis.selection import Selection
from analysis.tuning import (
    Constraints,
    PatternCounts,
    constraints,
    counts_of_periods,
    keep_volume,
    pattern_counts,
    rule_stability,
    structure_of,
)
from data.engine import Engine

MAX_QUARTERS: Final = 12
"""Older decisions share the first period: what won three years ago is one opinion, not many."""

QUARTER_DAYS: Final = 91
DEFAULT_LOW: Final = -5
DEFAULT_HIGH: Final = 5

VOLUME_TOLERANCE: Final = 0.02
"""How far the share of leads above the threshold may move when the volume is to be kept."""

MOVES: Final = ("in", "out", "stay", "below")
"""Above the threshold only with the other points, only with today's, with both, with neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything the workbench knows of a history.

    Attributes
    ----------
    patterns : PatternTable
        All decisions of the selection.
    quarters : tuple of PatternTable
        The same by quarter of the decision, from the first one on that has any.
    counts : PatternCounts
        The quarters, as the tuner wants them.
    """

    patterns: PatternTable
    quarters: tuple[PatternTable, ...]
    counts: PatternCounts

    @property
    def n_quarters(self) -> int:
        """Periods in `counts`, empty ones included."""
        return len(self.quarters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What other points would have done.

    Attributes
    ----------
    today, mine : Calibration
        With the points in force, and with the others.
    swaps : DataFrame
        One row per move (`MOVES`): `move`, `n_leads` = `n_mature` + `n_immature`
        + `n_unknown` (never worked: nobody knows); `n_won` of `n_mature`,
        `win_rate`, `win_low`, `win_high`, `is_enough`. Leads behind a gate are
        left out, and so are those that had won before.
    n_gated : int
        Leads behind a gate.
    """

    today: Calibration
    mine: Calibration
    swaps: pd.DataFrame
    n_gated: int

    def n_above(self, *, is_mine: bool) -> int:
        """Return how many leads are at or above the threshold, behind no gate."""
        moves = ("in", "stay") if is_mine else ("out", "stay")
        return int(self.swaps.loc[self.swaps["move"].isin(moves), "n_leads"].sum())


def bench(
    engine: Engine,
    ruleset: Ruleset,
    selection: Selection,
    decision: Decision = HANDOFF,
    *,
    without: Collection[str] = (),
) -> Bench:
    """Replay the decisions of a selection, quarter by quarter.

    `without` leaves handoffs out by id, such as those of `analysis.losses.court.excluded_handoffs`.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`.
    """
    replayed = pattern_tables(engine, ruleset, quarters(selection), decision, without=without)
    # Quarters before the first decision are no past to learn from.
    tables = list(dropwhile(lambda table: table.counts.empty, replayed)) or replayed[-1:]
    return Bench(patterns=pooled(tables), quarters=tuple(tables), counts=_counts(tables, ruleset))


def _counts(tables: list[PatternTable], ruleset: Ruleset) -> PatternCounts:
    structure = structure_of(ruleset)
    if not all(bool(table.is_gated.all()) for table in tables):
        return counts_of_periods(tables, structure=structure)
    # Nobody decided, or everybody behind a gate: no leads to learn from, and no error either.
    ids = tables[0].rule_ids
    nobody = np.zeros((1, len(ids)), dtype=np.int64)
    return pattern_counts(nobody, [0], [0], n_scored=[0], rule_ids=ids, structure=structure)


def quarters(selection: Selection) -> tuple[Selection, ...]:
    """Cut a selection into calendar quarters of the decision: no decision twice, none left out."""
    last = selection.as_of.date() if selection.end is None else min(selection.end, selection.as_of.date())
    starts = [_quarter_start(last)]
    earliest = selection.start or date.min
    while len(starts) < MAX_QUARTERS and starts[0] > earliest:
        starts.insert(0, _quarter_before(starts[0]))
    cuts = [start for start in starts[1:] if start > earliest and (selection.end is None or start < selection.end)]
    edges = [selection.start, *cuts, selection.end]
    return tuple(replace(selection, start=start, end=end) for start, end in pairwise(edges))


def pooled(tables: list[PatternTable]) -> PatternTable:
    """Put the patterns of several periods together."""
    first = tables[0]
    rows = np.vstack([np.hstack([table.multiplicity, table.gated]) for table in tables]).astype(np.int64)
    counts = np.vstack([table.counts[list(COUNTS)].to_numpy(dtype=np.int64) for table in tables])
    sizes = (int(column.max(initial=0)) + 1 for column in rows.T)
    place, example = distinct_digits(zip(rows.T, sizes, strict=True), len(rows))
    distinct = rows[example]
    sums = np.zeros((len(distinct), len(COUNTS)), dtype=np.int64)
    np.add.at(sums, place, counts)
    n_rules = len(first.rule_ids)
    return PatternTable(
        rule_ids=first.rule_ids,
        gate_ids=first.gate_ids,
        multiplicity=distinct[:, :n_rules],
        gated=distinct[:, n_rules:].astype(bool),
        counts=pd.DataFrame(sums, columns=list(COUNTS)),
    )


def consequences(
    patterns: PatternTable, today: Ruleset, mine: Ruleset, before: Calibration | None = None
) -> Consequences:
    """Hold other points against today's: no query.

    Parameters
    ----------
    patterns : PatternTable
        Replayed for the rules of both.
    today, mine : Ruleset
        The same rules with different points.
    before : Calibration, optional
        That of today's points on these patterns, where it is at hand already.

    Raises
    ------
    ValueError
        If the patterns were counted for other rules.
    """
    return Consequences(
        today=before or calibrate(score_table(patterns, today), today),
        mine=calibrate(score_table(patterns, mine), mine),
        swaps=_swaps(patterns, today, mine),
        n_gated=int(_scored(patterns.counts)[patterns.is_gated].sum()),
    )


def swapped_leads(engine: Engine, today: Ruleset, mine: Ruleset, selection: Selection) -> pd.DataFrame:
    """List the leads that other points would bring above the threshold, or below it.

    Returns
    -------
    DataFrame
        Latest first: `lead_id`, `pass_no`, `decided_at`, `score_today`,
        `score_mine`, `group` (as `analysis.replay.lead_scores`), `move` ("in" or "out").
    """
    keys = ["lead_id", "pass_no", "decided_at"]
    before = lead_scores(engine, today, selection)
    after = lead_scores(engine, mine, selection)
    leads = before[[*keys, "group", "is_gated"]].assign(
        score_today=before["score"], score_mine=after["score"].to_numpy()
    )
    leads = leads[~leads["is_gated"] & (leads["group"] != "already_decided")].drop(columns="is_gated")
    was, will = leads["score_today"] >= today.threshold, leads["score_mine"] >= mine.threshold
    leads = leads.assign(move=np.where(will, "in", "out"))[was != will]
    return leads.sort_values(["decided_at", "lead_id"], ascending=[False, True]).reset_index(drop=True)


def tunable(ruleset: Ruleset) -> dict[str, int]:
    """Return the place of each rule or tier that the tuner can move, by its name in `Ruleset.adjustable`."""
    return {name: number for number, name in enumerate(ruleset.adjustable)}


def limits_for(
    ruleset: Ruleset,
    counts: PatternCounts,
    ranges: Mapping[str, tuple[int, int]] | None = None,
    *,
    locked: frozenset[str] = frozenset(),
    max_changes: int | None = None,
    max_step: int | None = None,
    is_volume_kept: bool = False,
) -> Constraints:
    """Put together what a proposal must respect.

    Parameters
    ----------
    ruleset : Ruleset
        Today's points. Rules marked as locked in its file stay as they are.
    counts : PatternCounts
        Replayed for its rules.
    ranges : mapping, optional
        Least and most points by rule or tier; `usual_range` for what is not named.
    locked : frozenset of str
        Rules or tiers that keep their points.
    max_changes, max_step : int, optional
        How many may change, and by how much each.
    is_volume_kept : bool
        Keep the share of leads at or above the threshold.

    Raises
    ------
    TuningError
        If a rule has no points left that it may have.
    """
    # The score of another tool has columns, but none that can be tuned.
    today = ruleset.adjustable or {column.id: column.points for column in ruleset.columns}
    fixed = frozenset(rule.id for rule in ruleset.rules if rule.is_locked)
    is_locked = [
        name not in ruleset.adjustable or name in locked or name.split("[")[0] in fixed | locked for name in today
    ]
    chosen = [(ranges or {}).get(name, usual_range(points)) for name, points in today.items()]
    points = np.array(list(today.values()), dtype=np.int64)
    volume = keep_volume(counts, points, ruleset.threshold, VOLUME_TOLERANCE) if is_volume_kept else None
    return constraints(
        points,
        low=[low for low, _ in chosen],
        high=[high for _, high in chosen],
        is_locked=is_locked,
        max_changes=max_changes,
        max_step=max_step,
        tiers=list(_rising_tiers(ruleset)),
        volume=volume,
        rule_ids=list(today),
    )


def usual_range(points: int) -> tuple[int, int]:
    """Return the range in which points are looked for: they keep their sign, and stay small."""
    low = 0 if points > 0 else min(DEFAULT_LOW, points)
    high = 0 if points < 0 else max(DEFAULT_HIGH, points)
    return low, high


def named_points(ruleset: Ruleset, points: np.ndarray) -> dict[str, int]:
    """Return proposed points by rule or tier, from points by column."""
    return {name: int(points[number]) for name, number in tunable(ruleset).items()}


def stability_by_points(counts: PatternCounts, ruleset: Ruleset) -> pd.DataFrame:
    """Return whether each rule or tier keeps its meaning over the quarters, as `analysis.tuning.rule_stability`.

    Returns
    -------
    DataFrame
        Indexed by the names of `Ruleset.adjustable`, in its order; a rule that
        fades is judged by its freshest touches.
    """
    table = rule_stability(counts).set_index("rule_id")
    names = list(ruleset.adjustable)
    own = [name if name in table.index else f"{name}[1/1]" for name in names]
    return table.loc[own].set_axis(names, axis=0)


def n_undecided_quarters(selection: Selection) -> int:
    """Return how many quarters pass until the deals of a quarter are decided."""
    return -(-selection.horizon_days // QUARTER_DAYS)


def _rising_tiers(ruleset: Ruleset) -> Iterator[tuple[int, ...]]:
    """Tiers that rise today must not fall in a proposal."""
    names = tunable(ruleset)
    for rule in ruleset.rules:
        points = [tier.points for tier in rule.tiers]
        if len(points) > 1 and points == sorted(points):
            yield tuple(names[_tier_name(rule.id, tier)] for tier in rule.tiers)


def _tier_name(rule_id: str, tier: Tier) -> str:
    return f"{rule_id}[{tier.start}]"


def _swaps(patterns: PatternTable, today: Ruleset, mine: Ruleset) -> pd.DataFrame:
    was = pattern_scores(patterns, today) >= today.threshold
    will = pattern_scores(patterns, mine) >= mine.threshold
    move = np.array([3, 0, 1, 2])[2 * was.astype(np.int64) + will]
    move[patterns.is_gated] = len(MOVES)
    # Counts are whole numbers far below 2**53: sums of doubles are exact, and need no grouping by names.
    sums = {
        name: np.bincount(move, patterns.counts[name].to_numpy(), len(MOVES))[: len(MOVES)].astype(np.int64)
        for name in COUNTS
    }
    return move_table(pd.DataFrame(sums, index=pd.Index(MOVES)))


def move_table(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the leads of each move across the threshold, as in `Consequences.swaps`.

    Parameters
    ----------
    counts : DataFrame
        Indexed by move; columns as in `score_table`, without `score`.
    """
    sums = counts.reindex(list(MOVES), fill_value=0)
    low, high = wilson_interval(sums["n_won"], sums["n_mature"])
    table = pd.DataFrame(
        {
            "n_leads": _scored(sums),
            "n_mature": sums["n_mature"],
            "n_won": sums["n_won"],
            "n_immature": sums["n_immature"],
            "n_unknown": sums["n_standing"],
            "win_rate": rates(sums["n_won"], sums["n_mature"]),
            "win_low": low,
            "win_high": high,
            "is_enough": sums["n_mature"] >= MIN_N,
        }
    )
    return table.rename_axis("move").reset_index()


def _scored(counts: pd.DataFrame) -> pd.Series:
    total: pd.Series = counts["n_mature"] + counts["n_immature"] + counts["n_standing"]
    return total


def _quarter_start(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _quarter_before(start: date) -> date:
    return date(start.year - 1, 10, 1) if start.month == 1 else date(start.year, start.month - 3, 1)
