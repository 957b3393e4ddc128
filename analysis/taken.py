"""The decisions that were taken, moment by moment: the arrays that `analysis.decided` is made of.

As in a replay (docs/adr/0008), the engine finds the rows and what they add up to by
moment is summed here: joining a million sums with a million decisions inside the
engine, and grouping six attributes of each, took most of the time before.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counters import Integers
from analysis.keys import distinct_digits
from analysis.layouts import distinct_rows
from analysis.moments import Replay, replay_sql, told_apart
from analysis.patterns import PatternTable, count_patterns


def taken(replay: Replay) -> tuple[pd.DataFrame, Integers, Integers]:
    """Return the decisions that were taken as numbers, one by one.

    Returns
    -------
    rows : DataFrame
        One row per decision: `moment_no` (ascending), `lead_no`, `pass_no`,
        `decided_at`, `created_at`, `outcome_no` (place in
        `analysis.patterns.GROUPS`; never 0, for standing leads are left out),
        `won_days` (whole days until a win within the horizon, else -1).
    pattern_no : array of shape (n_decisions,)
        Row of `patterns` that each decision shows.
    patterns : array of shape (n_patterns, n_columns)
        Multiplicities by column of the ruleset.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`.
    """
    rows, outside = ask_moments(replay, "taken_decisions"), replay.questions.ruleset.outside
    moments = rows["moment_no"].to_numpy(dtype=np.int64)
    if outside is not None:  # the points of another tool are no sums of cells
        return rows, *distinct_rows(replay.outside_points(outside, moments))
    return rows, *patterned(replay, moments)


def taken_with_patterns(replay: Replay) -> tuple[PatternTable, pd.DataFrame, Integers, Integers]:
    """Return the rule patterns of all moments, and the decisions that were taken as from `taken`, by one replay.

    Not for the score of another tool, nor for more rules than one layout holds.
    """
    layout, ruleset = replay.layouts[0], replay.questions.ruleset
    rows = ask_moments(replay, "moment_outcomes")
    words = replay.sums(layout)[:, rows["moment_no"].to_numpy(dtype=np.int64)]
    outcome_no = rows["outcome_no"].to_numpy(dtype=np.int64)
    counts, totals, place = told_apart(layout, words, outcome_no)
    multiplicity = replay.questions.multiplicity(counts)
    table = count_patterns(ruleset, multiplicity, replay.questions.gated(counts), totals)
    is_taken = outcome_no > 0
    return table, rows[is_taken].reset_index(drop=True), place[is_taken], multiplicity


def segment_words(replay: Replay, values: pd.DataFrame) -> NDArray[np.int64]:
    """Return the packed segments of each moment, shape (n_moments,); `values` holds `value_no` and its `word`."""
    words = np.zeros(replay.n_moments, dtype=np.int64)
    if len(values):
        sql = replay_sql(replay.decision, is_prepared=replay.is_prepared, result="segment_words")
        for batch in replay.engine.stream(sql, None, {**replay.moments, "segment_values": values}):
            np.add.at(words, batch["moment_no"], batch["word"])
    return words


def ask_moments(replay: Replay, question: str) -> pd.DataFrame:
    """Ask a question about what became of the moments; its answer in their order."""
    rows = replay.ask(question, {})
    in_order = rows["moment_no"].is_monotonic_increasing
    return rows if in_order else rows.sort_values("moment_no", ignore_index=True)


def patterned(replay: Replay, moments: Integers) -> tuple[Integers, Integers]:
    """Return the pattern of each of these moments, and the patterns, as from `taken`; not for another tool's score."""
    digits, counts = [], []
    for layout in replay.layouts:
        words = replay.sums(layout)[:, moments]
        place, example = layout.distinct(words)
        digits.append((place, max(len(example), 1)))
        counts.append(layout.unpack(words[:, example]))
    pattern_no, shown = digits[0][0], counts
    if len(counts) > 1:
        pattern_no, first = distinct_digits(digits, len(moments))
        shown = [found[place[first]] for found, (place, _) in zip(counts, digits, strict=True)]
    return pattern_no, replay.questions.multiplicity(np.hstack(shown))
