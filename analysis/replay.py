"""Replay of a ruleset over the history, as it stood at each decision.

The engine counts how often each rule fired; points never enter it. So new
points need no new replay: a score is points times counts, over the distinct
patterns of counts, which are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from analysis.counters import WORDS, Integers, Layout, counters, layouts
from analysis.matching import Mask
from analysis.rulesets.fields import suggestion
from analysis.rulesets.model import AXES, Ruleset
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine
from data.errors import LeadcalError

GROUPS: Final = ("standing", "already_decided", "immature", "not_won", "won")
"""What became of a decision, by the number the engine uses."""

COUNTS: Final = ("n_mature", "n_won", "n_immature", "n_already_decided", "n_standing")


class ReplayError(LeadcalError):
    """A replay was asked for that this history cannot give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The moment at which leads are scored.

    Attributes
    ----------
    kind : str
        "handoff": each handoff, one per pass. "stage": the first recorded entry
        into `stage`. "landmark": `days` after creation, for leads whose fate is
        still open then.
    stage : str
        For "stage".
    days : int
        For "landmark"; at least 0.
    """

    kind: Literal["handoff", "stage", "landmark"] = "handoff"
    stage: str = ""
    days: int = 0

    def __post_init__(self) -> None:
        if self.kind not in ("handoff", "stage", "landmark"):
            raise ValueError(f"kind must be handoff, stage or landmark, not {self.kind!r}.")
        if self.kind == "landmark" and self.days < 0:
            raise ValueError(f"days must be at least 0, not {self.days}.")


HANDOFF: Final = Decision()

_MAX_KEY: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternTable:
    """What became of the decisions, by how often each rule fired.

    Attributes
    ----------
    rule_ids, gate_ids : tuple of str
        Columns of `multiplicity` and `gated`.
    multiplicity : array of shape (n_patterns, n_rules)
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


def pattern_table(engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF) -> PatternTable:
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

    Raises
    ------
    ReplayError
        If the outcome or the decision names a stage that the history does not have.
    """
    replay = _Replay.prepare(engine, ruleset, selection, decision)
    if len(replay.layouts) == 1:
        frame = replay.ask(replay.layouts[0], "rule_patterns")
        counts = replay.layouts[0].unpack(frame)
    else:
        frame, counts = replay.decisions()
        frame["n_decisions"] = 1
    return _patterns(ruleset, counts, frame)


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
        `n_already_decided`, `n_standing`.

    Raises
    ------
    ValueError
        If the ruleset has other rules than the patterns.
    """
    ids = tuple(rule.id for rule in ruleset.rules)
    if ids != patterns.rule_ids:
        raise ValueError(f"The patterns were counted for the rules {patterns.rule_ids}, not {ids}; replay again.")
    scores = patterns.multiplicity @ ruleset.points
    distinct, place = np.unique(scores, return_inverse=True)
    table = pd.DataFrame({"score": distinct.astype(np.int64)})
    for name in COUNTS:
        sums = np.zeros(len(distinct), dtype=np.int64)
        np.add.at(sums, place, patterns.counts[name].to_numpy(dtype=np.int64))
        table[name] = sums
    return table


def lead_scores(engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF) -> pd.DataFrame:
    """Score the decisions one by one, for the lists behind the numbers.

    Returns
    -------
    DataFrame
        One row per decision: `lead_id`, `pass_no`, `decided_at`, `score`, `fit`,
        `engagement` (points of each axis; they add up to `score`), `is_gated`,
        `group` (one of `GROUPS`).

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    decisions, counts = _Replay.prepare(engine, ruleset, selection, decision).decisions()
    n_rules = len(ruleset.rules)
    multiplicity, gated = counts[:, :n_rules], counts[:, n_rules:]
    scores = decisions[["lead_id", "pass_no", "decided_at"]].copy()
    scores["score"] = multiplicity @ ruleset.points
    for axis in AXES:
        scores[axis] = multiplicity @ np.array(
            [rule.points * (rule.axis == axis) for rule in ruleset.rules], dtype=np.int64
        )
    scores["is_gated"] = np.asarray((gated > 0).any(axis=1))
    scores["group"] = np.array(GROUPS, dtype=object)[decisions["outcome_no"].to_numpy(dtype=np.int64)]
    return scores


def rule_hits(engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF) -> pd.DataFrame:
    """List how often each rule fired at each decision.

    Returns
    -------
    DataFrame
        One row per decision and rule that fired: `lead_no`, `lead_id`,
        `pass_no`, `decided_at`, `rule_no`, `rule_id`, `multiplicity`.

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    decisions, counts = _Replay.prepare(engine, ruleset, selection, decision).decisions()
    rows, rule_no = np.nonzero(counts[:, : len(ruleset.rules)])
    hits = decisions.iloc[rows][["lead_no", "lead_id", "pass_no", "decided_at"]].reset_index(drop=True)
    hits["rule_no"] = rule_no
    hits["rule_id"] = [ruleset.rules[number].id for number in rule_no]
    hits["multiplicity"] = counts[rows, rule_no]
    return hits


def replay_sql(decision: Decision = HANDOFF, *, is_prepared: bool = True, result: str = "rule_patterns") -> str:
    """Return the statement of a replay: always the same text, whatever the ruleset.

    Parameters
    ----------
    decision : Decision
        When leads are scored.
    is_prepared : bool
        Use the moments prepared at import; only for handoffs.
    result : str
        "rule_patterns" or "scored_decisions".
    """
    if is_prepared:
        steps = {name: f"{name}_prepared" for name in ("moments", "moment_touches", "moment_values")}
    else:
        steps = {"decided": f"decided_{decision.kind}"}
        steps |= {name: name for name in ("moments", "moment_touches", "moment_values")}
    steps |= {"decisions": "decisions", "rule_hits": "rule_hits"}
    parts = [f"{name} AS (\n{sql_text(file).strip()}\n)" for name, file in steps.items()]
    return "WITH " + ",\n\n".join(parts) + "\n\n" + sql_text(result)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replay:
    """A question in the making: everything but what is asked of the hits."""

    engine: Engine
    params: dict[str, Any]
    decision: Decision
    is_prepared: bool
    layouts: tuple[Layout, ...]

    @classmethod
    def prepare(cls, engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision) -> _Replay:
        info = engine.query(
            "SELECT last_event_at AS last_event_at, n_touches_max AS n_touches_max FROM prep.replay_info"
        ).iloc[0]
        last_event_at = info["last_event_at"]
        is_last = pd.isna(last_event_at) or pd.Timestamp(selection.as_of) >= last_event_at
        is_prepared = decision.kind == "handoff" and bool(is_last)
        n_touches_max = max(int(info["n_touches_max"]), 1)
        found = counters(engine, ruleset, n_touches_max=n_touches_max, is_ranked=is_prepared)
        return cls(
            engine=engine,
            params=_params(engine, selection, decision),
            decision=decision,
            is_prepared=is_prepared,
            layouts=layouts(found),
        )

    def ask(self, layout: Layout, result: str) -> pd.DataFrame:
        sql = replay_sql(self.decision, is_prepared=self.is_prepared, result=result)
        return self.engine.query(sql, self.params, layout.tables())

    def decisions(self) -> tuple[pd.DataFrame, Integers]:
        """Return the decisions in a stable order, and the counts of all rules and gates at each."""
        frames = [self.ask(layout, "scored_decisions") for layout in self.layouts]
        counts = [layout.unpack(frame) for layout, frame in zip(self.layouts, frames, strict=True)]
        return frames[0].drop(columns=list(WORDS)), np.hstack(counts)


def _params(engine: Engine, selection: Selection, decision: Decision) -> dict[str, Any]:
    positions = engine.query(sql_text("stages")).set_index("stage")["position"].to_dict()
    params = selection.params("as_of", "starts_at", "ends_at", "mature_at", "sources", "horizon_days")
    params["outcome_position"] = _position(positions, selection.outcome)
    if decision.kind == "stage":
        params["stage_position"] = _position(positions, decision.stage)
    if decision.kind == "landmark":
        params["landmark_days"] = decision.days
    return params


def _position(positions: dict[Any, Any], stage: str) -> int:
    if stage not in positions:
        raise ReplayError(f'there is no stage "{stage}" in this history; {suggestion(stage, map(str, positions))}')
    return int(positions[stage])


def _patterns(ruleset: Ruleset, counts: Integers, outcomes: pd.DataFrame) -> PatternTable:
    """Join rows that show the same pattern, as many do once their counts are capped."""
    caps = [rule.cap for rule in ruleset.rules] + [1] * len(ruleset.gates)
    first, place = _distinct_rows(counts, caps)
    sums = np.zeros((len(first), len(GROUPS)), dtype=np.int64)
    outcome_no = outcomes["outcome_no"].to_numpy(dtype=np.int64)
    np.add.at(sums, (place, outcome_no), outcomes["n_decisions"].to_numpy(dtype=np.int64))
    n_standing, n_already_decided, n_immature, n_not_won, n_won = sums.T
    n_rules = len(ruleset.rules)
    return PatternTable(
        rule_ids=tuple(rule.id for rule in ruleset.rules),
        gate_ids=tuple(gate.id for gate in ruleset.gates),
        multiplicity=counts[first, :n_rules],
        gated=counts[first, n_rules:] > 0,
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


def _distinct_rows(counts: Integers, caps: Sequence[int]) -> tuple[Integers, Integers]:
    """Return a row of each pattern, and the pattern of each row; columns are at most `caps`."""
    key, n_keys = np.zeros(len(counts), dtype=np.int64), 1
    for column, cap in enumerate(caps):
        if n_keys * (cap + 1) > _MAX_KEY:
            distinct, key = np.unique(key, return_inverse=True)
            n_keys = len(distinct)
        key = key * (cap + 1) + counts[:, column]
        n_keys *= cap + 1
    place, patterns = pd.factorize(key)
    first = np.empty(len(patterns), dtype=np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    return first, place.astype(np.int64)
