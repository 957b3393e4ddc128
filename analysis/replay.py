"""Replay of a ruleset over the history, as it stood at each decision.

Counted is how often each rule fired; points never enter it. So new points need
no new replay: a score is points times counts, over the distinct patterns of
counts, which are few. `analysis.moments` does the counting.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.matching import Mask
from analysis.moments import HANDOFF, Decision, Replay, ReplayError, lead_moments, replay_sql
from analysis.patterns import (
    COUNTS,
    GROUPS,
    PatternTable,
    count_patterns,
    grade_table,
    pattern_scores,
    score_table,
    totals_of,
)
from analysis.rulesets.columns import Integers
from analysis.rulesets.model import Ruleset
from analysis.rulesets.rules import AXES
from analysis.rulesets.scoring import axis_points, grades_of
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

__all__ = [
    "COUNTS",
    "GROUPS",
    "HANDOFF",
    "Decision",
    "DecisionPatterns",
    "PatternTable",
    "ReplayError",
    "decision_patterns",
    "every_row",
    "grade_table",
    "lead_moments",
    "lead_scores",
    "pattern_scores",
    "pattern_table",
    "pattern_tables",
    "replay_sql",
    "rule_hits",
    "score_table",
    "won_decisions",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPatterns:
    """How often each rule fired at each decision, one by one.

    Attributes
    ----------
    decisions : DataFrame
        One row per decision, in a stable order: `lead_no`, `lead_id`, `pass_no`,
        `decided_at`, `group` (one of `GROUPS`).
    multiplicity : array of shape (n_decisions, n_columns)
        As in `PatternTable`.
    is_gated : boolean array of shape (n_decisions,)
        Whether any gate was shut.
    """

    decisions: pd.DataFrame
    multiplicity: Integers
    is_gated: Mask


def pattern_table(
    engine: Engine,
    ruleset: Ruleset,
    selection: Selection,
    decision: Decision = HANDOFF,
    *,
    without: Collection[str] = (),
) -> PatternTable:
    """Count the decisions by rule pattern and by what became of them.

    Parameters
    ----------
    engine : Engine
        The history.
    ruleset : Ruleset
        Its points do not matter here.
    selection : Selection
        `start` and `end` bound the moment of the decision; for leads that were
        never decided the moment of their last touch.
    decision : Decision
        When leads are scored.
    without : collection of str
        Handoffs that are left out, by id.

    Raises
    ------
    ReplayError
        If the outcome or the decision names a stage that the history does not have.
    """
    return _table(Replay.prepare(engine, ruleset, selection, decision), without)


def pattern_tables(
    engine: Engine,
    ruleset: Ruleset,
    selections: Sequence[Selection],
    decision: Decision = HANDOFF,
    *,
    without: Collection[str] = (),
) -> list[PatternTable]:
    """Return the `pattern_table` of each of several periods of one history, its touches read once where they can be.

    Parameters
    ----------
    selections : sequence of Selection
        At least one; they differ in nothing but `start` and `end`.
    """
    first = Replay.prepare(engine, ruleset, selections[0], decision)
    if not first.is_prepared or ruleset.outside is not None:
        return [pattern_table(engine, ruleset, part, decision, without=without) for part in selections]
    shared = replace(first, known=tuple(first.sums(layout) for layout in first.layouts))
    return [_table(shared.selecting(part), without) for part in selections]


def _table(replay: Replay, without: Collection[str]) -> PatternTable:
    ruleset = replay.questions.ruleset
    if len(replay.layouts) == 1 and ruleset.outside is None and not without:
        counts, totals = replay.patterns(replay.layouts[0])
        return count_patterns(ruleset, replay.questions.multiplicity(counts), replay.questions.gated(counts), totals)
    frame, multiplicity, gated = replay.decisions()
    kept = _others(replay.engine, frame, without)
    outcome_no = frame["outcome_no"].to_numpy(dtype=np.int64)
    return count_patterns(ruleset, multiplicity[kept], gated[kept], totals_of(outcome_no[kept]))


def _others(engine: Engine, decisions: pd.DataFrame, without: Collection[str]) -> Mask:
    """Return which decisions are none of these handoffs."""
    wanted = pd.DataFrame({"handoff_id": pd.Series(sorted(without), dtype="str")})
    found = engine.query(sql_text("handoff_keys"), tables={"wanted": wanted}) if without else decisions.iloc[:0]
    keys = ["lead_no", "pass_no", "decided_at"]
    is_kept: Mask = ~pd.MultiIndex.from_frame(decisions[keys]).isin(pd.MultiIndex.from_frame(found[keys]))
    return is_kept


def decision_patterns(
    engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF
) -> DecisionPatterns:
    """Replay the decisions one by one, for questions that join something to each of them.

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    decisions, multiplicity, gated = Replay.prepare(engine, ruleset, selection, decision).decisions()
    groups = np.array(GROUPS, dtype=object)[decisions["outcome_no"].to_numpy(dtype=np.int64)]
    return DecisionPatterns(
        decisions=decisions[["lead_no", "lead_id", "pass_no", "decided_at"]].assign(group=groups),
        multiplicity=multiplicity,
        is_gated=np.asarray(gated.any(axis=1)),
    )


def lead_scores(engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF) -> pd.DataFrame:
    """Score the decisions one by one, for the lists behind the numbers.

    Returns
    -------
    DataFrame
        One row per decision: `lead_id`, `pass_no`, `decided_at`, `score`, `fit`,
        `engagement` (points of each axis; they add up to `score`), `grade` (empty
        without a grid), `is_gated`, `group` (one of `GROUPS`).

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    replayed = decision_patterns(engine, ruleset, selection, decision)
    scores = replayed.decisions[["lead_id", "pass_no", "decided_at"]].copy()
    points = axis_points(ruleset, replayed.multiplicity)
    scores["score"] = points.sum(axis=1)
    for number, axis in enumerate(AXES):
        scores[axis] = points[:, number]
    scores["grade"] = np.array(grades_of(ruleset, points), dtype=object)
    scores["is_gated"] = replayed.is_gated
    scores["group"] = replayed.decisions["group"]
    return scores


def every_row(
    engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF
) -> tuple[pd.DataFrame, Integers, Integers]:
    """Return all decisions one by one, standing leads included, and the pattern that each shows.

    Returns
    -------
    rows : DataFrame
        One row per decision, in a stable order: `lead_no`, `lead_id`, `pass_no`, `decided_at`, `outcome_no`
        (place in `GROUPS`).
    pattern_no : array of shape (n_decisions,)
        Row of `patterns` that each decision shows.
    patterns : array of shape (n_patterns, n_columns)
        The distinct patterns of multiplicities, by column of the ruleset. Not for the score of another tool; errors as
        for `pattern_table`.
    """
    return Replay.prepare(engine, ruleset, selection, decision).every_row()


def won_decisions(
    engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF
) -> tuple[pd.DataFrame, Integers, Mask]:
    """Return the decisions that won in time, and what they brought.

    Returns
    -------
    rows : DataFrame
        One row per decision: `lead_id`, `pass_no`, `decided_at`, `amount` (yen of the deals won after it, within
        the horizon and before the next decision, so that no deal counts twice; NaN when unknown).
    multiplicity, gated : arrays of shape (n_decisions, n_columns) and (n_decisions, n_gates)
        As in `PatternTable`; errors as for `pattern_table`.
    """
    return Replay.prepare(engine, ruleset, selection, decision).decisions("won_decisions")


def rule_hits(engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF) -> pd.DataFrame:
    """List how often each rule fired at each decision.

    Returns
    -------
    DataFrame
        One row per decision and column of the patterns that is not 0:
        `lead_no`, `lead_id`, `pass_no`, `decided_at`, `rule_no`, `rule_id`,
        `column_id` (names the tier or step), `multiplicity`.

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    replayed = decision_patterns(engine, ruleset, selection, decision)
    decisions, multiplicity = replayed.decisions, replayed.multiplicity
    rows, places = np.nonzero(multiplicity)
    columns = ruleset.columns
    hits = decisions.iloc[rows][["lead_no", "lead_id", "pass_no", "decided_at"]].reset_index(drop=True)
    hits["rule_no"] = np.array([column.rule_no for column in columns], dtype=np.int64)[places]
    hits["rule_id"] = [ruleset.rules[columns[place].rule_no].id for place in places]
    hits["column_id"] = [columns[place].id for place in places]
    hits["multiplicity"] = multiplicity[rows, places]
    return hits
