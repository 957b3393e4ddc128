"""The decisions in numbers: one row each, from which every question about segments and time is counted.

The attributes, months and rule patterns of a decision together are nearly as many
as the decisions, so a table of their joint counts would save nothing. What is kept
is a few small whole numbers per decision (about 40 bytes), counted in one question;
other points, another segment or another month ask nothing more of the history.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.matching import read_attribute_values
from analysis.moments import HANDOFF, Decision, Replay
from analysis.patterns import GROUPS, PatternTable
from analysis.replay import pattern_table
from analysis.rulesets.columns import UNSCORED, Integers
from analysis.rulesets.model import Ruleset
from analysis.rulesets.scoring import scores_of
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from analysis.taken import ask_moments, patterned, segment_words, taken, taken_with_patterns
from data.engine import Engine

SEGMENTS: Final = {
    "source": "source",
    "industry": "industry",
    "company_size": "employees",
    "region": "region",
    "owner": "owner",
    "is_inbound": "is_inbound",
}
"""What a decision can be split by, and the attribute it is read from, as it was believed at the decision."""

ATTRIBUTES: Final = {**SEGMENTS, "seniority": "seniority", "department": "department"}
"""All that may be read beside a decision."""

SIZES: Final = ((100, "1-99"), (1000, "100-999"), (float("inf"), "1000+"))
"""Classes of employees: those that the usual rules for handing over tell apart."""

OTHER: Final = "*"
"""Label of the values that no code is left for; no value of its own."""

WON: Final = GROUPS.index("won")
NOT_WON: Final = GROUPS.index("not_won")

_MAX_BITS: Final = 10
_WORD_BITS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredMoments:
    """Moments at which leads were scored, whatever became of them.

    Attributes
    ----------
    rule_ids : tuple of str
        Columns of `multiplicity`, as in `analysis.patterns.PatternTable`.
    multiplicity : array of shape (n_patterns, n_columns)
        How often each rule fired.
    pattern_no : array of shape (n,)
        Row of `multiplicity` of each moment.
    decided_at, created_at : arrays of shape (n,), datetime64[us]
        When it was, and when its lead was created.
    """

    rule_ids: tuple[str, ...]
    multiplicity: Integers
    pattern_no: NDArray[np.int32]
    decided_at: NDArray[np.datetime64]
    created_at: NDArray[np.datetime64]

    @property
    def decided_month(self) -> NDArray[np.int32]:
        """Month (UTC) of the decision, counted from January 1970; shape (n,)."""
        return self.decided_at.astype("datetime64[M]").astype(np.int64).astype(np.int32)

    @property
    def created_month(self) -> NDArray[np.int32]:
        """Month in which its lead was created, counted alike; shape (n,)."""
        return self.created_at.astype("datetime64[M]").astype(np.int64).astype(np.int32)

    @property
    def is_scored(self) -> NDArray[np.bool_]:
        """Whether there is a score: another tool may not have given one; shape (n,)."""
        if UNSCORED not in self.rule_ids:
            return np.ones(len(self.pattern_no), dtype=bool)
        is_unscored = self.multiplicity[:, self.rule_ids.index(UNSCORED)] > 0
        return np.asarray(~is_unscored[self.pattern_no], dtype=bool)

    def scores(self, ruleset: Ruleset) -> NDArray[np.int32]:
        """Return the score of each decision, shape (n,); ValueError when it was replayed for other rules."""
        ids = tuple(column.id for column in ruleset.columns)
        if ids != self.rule_ids:
            raise ValueError(f"The decisions were replayed for the rules {self.rule_ids}, not {ids}; replay again.")
        return np.asarray(scores_of(ruleset, self.multiplicity)[self.pattern_no], dtype=np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(ScoredMoments):
    """The decisions that were taken, in the order of their moments; with what is known of any `ScoredMoments`.

    Attributes
    ----------
    outcome_no : array of shape (n,)
        Place in `analysis.patterns.GROUPS`; never 0, for standing leads are left out.
    won_days : array of shape (n,), int32
        Whole days until it won within the horizon, -1 when it did not, or not yet:
        immature decisions may have won, too.
    moment_no, lead_no, pass_no : arrays of shape (n,)
        Which decision. Two rulesets asked about one selection give the same.
    codes : dict of arrays of shape (n,)
        Place in `labels`, by the names of `SEGMENTS`.
    labels : dict of tuples of str
        Values of each attribute; '' is unknown.
    """

    outcome_no: NDArray[np.int8]
    won_days: NDArray[np.int32]
    moment_no: NDArray[np.int32]
    lead_no: NDArray[np.int32]
    pass_no: NDArray[np.int32]
    codes: dict[str, NDArray[np.int16]]
    labels: dict[str, tuple[str, ...]]

    @property
    def is_mature(self) -> NDArray[np.bool_]:
        """Whether a decision was observed for the whole horizon; shape (n,)."""
        is_mature: NDArray[np.bool_] = self.outcome_no >= NOT_WON
        return is_mature

    @property
    def is_won(self) -> NDArray[np.bool_]:
        """Whether it is mature and won; shape (n,)."""
        is_won: NDArray[np.bool_] = self.outcome_no == WON
        return is_won


def decided(
    engine: Engine,
    ruleset: Ruleset,
    selection: Selection,
    decision: Decision = HANDOFF,
    dimensions: tuple[str, ...] = tuple(SEGMENTS),
) -> Decided:
    """Ask the history for the decisions of a selection.

    Parameters
    ----------
    engine : Engine
        The history.
    ruleset : Ruleset
        Its points do not matter here.
    selection : Selection
        `start` and `end` bound the moment of the decision.
    decision : Decision
        When leads are scored.
    dimensions : tuple of str
        Which of `ATTRIBUTES` to read too.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`.
    """
    replay = Replay.prepare(engine, ruleset, selection, decision)
    found = _decided(ruleset, *taken(replay))
    if not dimensions:
        return found
    codes, labels = _segmented(replay, found.moment_no, dimensions)
    return replace(found, codes=codes, labels=labels)


def at_age(engine: Engine, ruleset: Ruleset, selection: Selection, days: int) -> ScoredMoments:
    """Score every lead at the same age: the decisions of a landmark, without what became of them.

    That takes half the time of `decided`: neither deals nor stages are looked at.

    Parameters
    ----------
    engine, ruleset, selection
        As for `decided`.
    days : int
        Age at which each lead is scored.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`.
    """
    landmark = Decision(kind="landmark", days=days)
    if ruleset.outside is not None:
        return decided(engine, ruleset, selection, landmark, ())
    params = selection.params("as_of", "starts_at", "ends_at", "sources") | {"landmark_days": days}
    rows = engine.query(sql_text("leads_of_age"), params)
    replay = Replay.of_moments(engine, ruleset, landmark, rows.assign(turn_no=np.int8(0)))
    moments = replay.moments["moments"]
    pattern_no, multiplicity = patterned(replay, moments["moment_no"].to_numpy(dtype=np.int64))
    return ScoredMoments(
        rule_ids=tuple(column.id for column in ruleset.columns),
        multiplicity=multiplicity,
        pattern_no=pattern_no.astype(np.int32),
        decided_at=moments["decided_at"].to_numpy(dtype="datetime64[us]"),
        created_at=moments["created_at"].to_numpy(dtype="datetime64[us]"),
    )


def decided_with_patterns(
    engine: Engine, ruleset: Ruleset, selection: Selection, known: tuple[Integers, ...] = ()
) -> tuple[PatternTable, Decided]:
    """Ask for the rule patterns of a selection and for its decisions, without segments, by one replay.

    The patterns are those of `analysis.replay.pattern_table`, the decisions those
    of `decided`; errors as there. `known` are the sums that
    `analysis.moments.prepared_sums` gave for the same history and rules: with them
    another selection need not read the touches again.
    """
    replay = replace(Replay.prepare(engine, ruleset, selection, HANDOFF), known=known)
    if len(replay.layouts) > 1 or ruleset.outside is not None:
        return pattern_table(engine, ruleset, selection), _decided(ruleset, *taken(replay))
    table, rows, pattern_no, multiplicity = taken_with_patterns(replay)
    return table, _decided(ruleset, rows, pattern_no, multiplicity)


def _decided(ruleset: Ruleset, rows: pd.DataFrame, pattern_no: Integers, multiplicity: Integers) -> Decided:
    return Decided(
        rule_ids=tuple(column.id for column in ruleset.columns),
        multiplicity=multiplicity,
        pattern_no=pattern_no.astype(np.int32),
        outcome_no=rows["outcome_no"].to_numpy(dtype=np.int8),
        won_days=rows["won_days"].to_numpy(dtype=np.int32),
        moment_no=rows["moment_no"].to_numpy(dtype=np.int32),
        lead_no=rows["lead_no"].to_numpy(dtype=np.int32),
        pass_no=rows["pass_no"].to_numpy(dtype=np.int32),
        decided_at=rows["decided_at"].to_numpy(dtype="datetime64[us]"),
        created_at=rows["created_at"].to_numpy(dtype="datetime64[us]"),
        codes={},
        labels={},
    )


def won_amounts(engine: Engine, ruleset: Ruleset, selection: Selection) -> pd.DataFrame:
    """Return what the decisions that won in time brought, as `analysis.replay.won_decisions` counts it.

    Returns
    -------
    DataFrame
        One row per decision with a deal, ascending: `moment_no` as in `Decided`,
        `amount` (yen; NaN when no deal says it). Points do not matter.
    """
    return ask_moments(Replay.prepare(engine, ruleset, selection, HANDOFF), "won_amounts")


def with_segments(
    engine: Engine,
    decisions: Decided,
    ruleset: Ruleset,
    selection: Selection,
    decision: Decision = HANDOFF,
    dimensions: tuple[str, ...] = tuple(SEGMENTS),
) -> Decided:
    """Read the segments of decisions that were asked for without; all else as for `decided`.

    Most questions need none, and six attributes of a million moments take longer
    to read than all rules.
    """
    replay = Replay.prepare(engine, ruleset, selection, decision)
    codes, labels = _segmented(replay, decisions.moment_no, dimensions)
    return replace(decisions, codes=codes, labels=labels)


def _segmented(
    replay: Replay, moment_no: NDArray[np.int32], dimensions: tuple[str, ...]
) -> tuple[dict[str, NDArray[np.int16]], dict[str, tuple[str, ...]]]:
    values = coded_values(replay.engine, dimensions)
    told = pd.DataFrame({"value_no": values["value_no"].astype("int32"), "word": values["word"]})
    return unpacked(values, segment_words(replay, told)[moment_no], dimensions)


def month_no(moment: np.datetime64) -> int:
    """Return the month of a moment, counted from January 1970."""
    return int(moment.astype("datetime64[M]").astype(np.int64))


def month_start(month: int) -> pd.Timestamp:
    """Return the first day of a month that is counted from January 1970."""
    return pd.Timestamp(np.datetime64(int(month), "M"))


def coded_values(engine: Engine, dimensions: tuple[str, ...]) -> pd.DataFrame:
    """Give each attribute value a code within its dimension; 0 is unknown.

    Returns
    -------
    DataFrame
        One row per value: `value_no`, `dimension`, `label`, `code`, `word` (what
        it adds to the packed codes of a moment; `unpacked` takes them apart).
    """
    found = read_attribute_values(engine, [ATTRIBUTES[name] for name in dimensions])
    bits = _bits(dimensions)
    parts = []
    for place, name in enumerate(dimensions):
        own = found[found["field"] == ATTRIBUTES[name]]
        label = own["value"].fillna("").astype(str)
        if name == "company_size":
            label = _sizes(own["number"])
        known = sorted(set(label) - {""})
        kept = {"": 0} | {text: number + 1 for number, text in enumerate(known[: 2**bits - 2])}
        code = label.map(kept).fillna(2**bits - 1).astype("int64")
        part = {"value_no": own["value_no"], "dimension": name, "label": label.where(code < 2**bits - 1, OTHER)}
        parts.append(pd.DataFrame({**part, "code": code, "word": code.to_numpy() << (bits * place)}))
    columns = {"value_no": "int64", "dimension": "str", "label": "str", "code": "int64", "word": "int64"}
    return pd.concat(parts) if parts else pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})


def unpacked(
    values: pd.DataFrame, words: NDArray[np.int64], dimensions: tuple[str, ...]
) -> tuple[dict[str, NDArray[np.int16]], dict[str, tuple[str, ...]]]:
    """Return the codes of each decision by dimension, and the label of each code, as in `Decided`."""
    bits = _bits(dimensions)
    codes = {
        name: ((words >> (bits * place)) & (2**bits - 1)).astype(np.int16) for place, name in enumerate(dimensions)
    }
    return codes, {name: _labels(values[values["dimension"] == name]) for name in dimensions}


def _bits(dimensions: tuple[str, ...]) -> int:
    """Return how many bits of a word each dimension gets."""
    return min(_MAX_BITS, _WORD_BITS // max(len(dimensions), 1))


def _sizes(employees: pd.Series) -> pd.Series:
    n = employees.to_numpy(dtype=np.float64, na_value=np.nan)
    names = np.array([name for _, name in SIZES], dtype=object)
    place = np.searchsorted([limit for limit, _ in SIZES[:-1]], n, side="right")
    return pd.Series(np.where(np.isnan(n), "", names[place]), index=employees.index)


def _labels(values: pd.DataFrame) -> tuple[str, ...]:
    """Return the label of each code; 0 is always there."""
    known = dict(zip(values["code"], values["label"], strict=True))
    return tuple(str(known.get(code, "")) for code in range(max([0, *known]) + 1))
