"""The distinct patterns of rule counts, and what follows from them without a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.keys import distinct_digits
from analysis.matching import Mask
from analysis.rulesets.columns import UNSCORED, Integers
from analysis.rulesets.model import Ruleset
from analysis.rulesets.scoring import axis_points, grades_of, scores_of

GROUPS: Final = ("standing", "already_decided", "immature", "not_won", "won")
"""What became of a decision, by the number the engine uses."""

COUNTS: Final = ("n_mature", "n_won", "n_immature", "n_already_decided", "n_standing")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternTable:
    """What became of the decisions, by how often each rule fired.

    Attributes
    ----------
    rule_ids, gate_ids : tuple of str
        Columns of `multiplicity` and `gated`. A rule with tiers or a half-life
        has a column for each tier or step, named after it (`visits[3]`,
        `seminar[1/4]`); see `analysis.rulesets.columns`.
    multiplicity : array of shape (n_patterns, n_columns)
        How often each rule fired, capped; the patterns are distinct.
    gated : boolean array of shape (n_patterns, n_gates)
        Which gates were shut.
    counts : DataFrame
        One row per pattern: `n_mature`, `n_won` (a part of n_mature),
        `n_immature`, `n_already_decided`, `n_standing`.
    """

    rule_ids: tuple[str, ...]
    gate_ids: tuple[str, ...]
    multiplicity: Integers
    gated: Mask
    counts: pd.DataFrame

    @property
    def is_gated(self) -> Mask:
        """Whether any gate was shut, shape (n_patterns,)."""
        is_gated: Mask = np.asarray(self.gated.any(axis=1))
        return is_gated

    @property
    def n_unscored(self) -> int:
        """Leads that the other tool had not scored; 0 when the points are ours."""
        if UNSCORED not in self.rule_ids:
            return 0
        is_unscored = self.multiplicity[:, self.rule_ids.index(UNSCORED)] > 0
        totals = self.counts[list(COUNTS)].sum(axis=1) - self.counts["n_won"]
        return int(totals[is_unscored].sum())


def score_table(patterns: PatternTable, ruleset: Ruleset) -> pd.DataFrame:
    """Turn patterns into counts by score: whole numbers, no query.

    Parameters
    ----------
    patterns : PatternTable
        From `pattern_table`.
    ruleset : Ruleset
        The points; its rules are those the patterns were counted for.

    Returns
    -------
    DataFrame
        One row per score, ascending: `score`, `n_mature`, `n_won`, `n_immature`,
        `n_already_decided`, `n_standing`; for the score of another tool also
        `is_scored` (False for leads that it had not scored).

    Raises
    ------
    ValueError
        If the ruleset has other rules than the patterns.
    """
    scores = pattern_scores(patterns, ruleset)
    distinct, place = np.unique(scores, return_inverse=True)
    table = pd.DataFrame({"score": distinct.astype(np.int64)})
    if ruleset.outside is not None:
        table["is_scored"] = distinct > ruleset.min_score
    for name in COUNTS:
        sums = np.zeros(len(distinct), dtype=np.int64)
        np.add.at(sums, place, patterns.counts[name].to_numpy(dtype=np.int64))
        table[name] = sums
    return table


def pattern_scores(patterns: PatternTable, ruleset: Ruleset) -> Integers:
    """Return the score of each pattern, shape (n_patterns,); errors as for `score_table`."""
    ids = tuple(column.id for column in ruleset.columns)
    if ids != patterns.rule_ids:
        raise ValueError(f"The patterns were counted for the rules {patterns.rule_ids}, not {ids}; replay again.")
    return scores_of(ruleset, patterns.multiplicity)


def grade_table(patterns: PatternTable, ruleset: Ruleset) -> pd.DataFrame:
    """Turn patterns into counts by grade of fit and engagement: no query.

    Returns
    -------
    DataFrame
        One row per grade of the grid, best first and empty ones included:
        `grade`, then the counts as in `score_table`.

    Raises
    ------
    ValueError
        If the ruleset has no grid, or other rules than the patterns.
    """
    if ruleset.grid is None:
        raise ValueError(f"The ruleset {ruleset.id} has no grid; add [grid] to it.")
    pattern_scores(patterns, ruleset)
    grades = grades_of(ruleset, axis_points(ruleset, patterns.multiplicity))
    counts = patterns.counts[list(COUNTS)].groupby(np.array(grades, dtype=object)).sum()
    return counts.reindex(list(ruleset.grid.grades), fill_value=0).rename_axis("grade").reset_index()


def count_patterns(ruleset: Ruleset, multiplicity: Integers, gated: Mask, totals: Integers) -> PatternTable:
    """Join rows that show the same pattern.

    Parameters
    ----------
    ruleset : Ruleset
        Its columns and gates are those of the next two.
    multiplicity, gated : arrays of shape (n_rows, n_columns) and (n_rows, n_gates)
        As in `PatternTable`, but not distinct.
    totals : array of shape (n_rows, len(GROUPS))
        How many decisions each row stands for, by what became of them.
    """
    columns = ruleset.columns
    sizes = [column.high + 1 for column in columns] + [2] * len(ruleset.gates)
    digits = zip([*multiplicity.T, *gated.T], sizes, strict=True)
    # In the order of the digits, so that a history gives the same table whatever order the engine answers in.
    place, example = distinct_digits(digits, len(totals))
    sums = np.zeros((len(GROUPS), len(example)), dtype=np.int64)
    for group, own in zip(sums, totals.T, strict=True):
        np.add.at(group, place, own)
    n_standing, n_already_decided, n_immature, n_not_won, n_won = sums
    return PatternTable(
        rule_ids=tuple(column.id for column in columns),
        gate_ids=tuple(gate.id for gate in ruleset.gates),
        multiplicity=multiplicity[example],
        gated=gated[example],
        counts=pd.DataFrame(
            {
                "n_mature": n_not_won + n_won,
                "n_won": n_won,
                "n_immature": n_immature,
                "n_already_decided": n_already_decided,
                "n_standing": n_standing,
            }
        ),
    )


def totals_of(outcome_no: Integers) -> Integers:
    """Return the `totals` of `count_patterns` for rows that are a decision each."""
    return np.eye(len(GROUPS), dtype=np.int64)[outcome_no]
