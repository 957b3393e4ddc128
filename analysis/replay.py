"""Replay of a ruleset over the history, as it stood at each decision.

The engine counts how often each rule fired; points never enter it. So new
points need no new replay: a score is points times counts, over the distinct
patterns of counts, which are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from analysis.counters import WORDS, Integers, Layout, Questions, counters, layouts
from analysis.matching import Mask
from analysis.patterns import COUNTS, GROUPS, PatternTable, count_patterns, grade_table, pattern_scores, score_table
from analysis.rulesets.fields import suggestion
from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import OutsideScore
from analysis.rulesets.rules import AXES
from analysis.rulesets.scoring import axis_points, grades_of
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine
from data.errors import LeadcalError

__all__ = [
    "COUNTS",
    "GROUPS",
    "HANDOFF",
    "Decision",
    "DecisionPatterns",
    "PatternTable",
    "ReplayError",
    "decided_rows",
    "decision_patterns",
    "grade_table",
    "lead_moments",
    "lead_scores",
    "pattern_scores",
    "pattern_table",
    "replay_sql",
    "rule_hits",
    "score_table",
    "won_decisions",
]


_INFO: Final = "SELECT last_event_at AS last_event_at, n_touches_max AS n_touches_max FROM prep.replay_info"
_UNUSED: Final = {
    "outside_decisions": ("moment_touches", "moment_values", "rule_hits"),
    "lead_moments": ("moment_touches", "moment_values", "decisions", "rule_hits"),
}


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
    if len(replay.layouts) == 1 and ruleset.outside is None:
        frame = replay.ask(replay.layouts[0], "rule_patterns")
        counts = replay.layouts[0].unpack(frame)
        return count_patterns(ruleset, replay.questions.multiplicity(counts), replay.questions.gated(counts), frame)
    frame, multiplicity, gated = replay.decisions()
    return count_patterns(ruleset, multiplicity, gated, frame.assign(n_decisions=1))


def decision_patterns(
    engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF
) -> DecisionPatterns:
    """Replay the decisions one by one, for questions that join something to each of them.

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    decisions, multiplicity, gated = _Replay.prepare(engine, ruleset, selection, decision).decisions()
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


def decided_rows(
    engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision, segment_values: pd.DataFrame
) -> tuple[pd.DataFrame, Integers, Integers]:
    """Return the decisions that were taken as numbers, one by one; `analysis.decided` is made of them.

    Parameters
    ----------
    segment_values : DataFrame
        `value_no` of an attribute and the `word` it adds to `segment_word`.

    Returns
    -------
    rows : DataFrame
        One row per decision: `moment_no` (ascending), `lead_no`, `pass_no`,
        `decided_at`, `created_at`, `outcome_no`, `segment_word`.
    pattern_no : array of shape (n_decisions,)
        Row of `patterns` that each decision shows.
    patterns : array of shape (n_patterns, n_columns)
        The distinct patterns of multiplicities, by column of the ruleset.

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    return _Replay.prepare(engine, ruleset, selection, decision).decided(segment_values)


def won_decisions(
    engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision = HANDOFF
) -> tuple[pd.DataFrame, Integers, Mask]:
    """Return the decisions that won in time, and what they brought; not for the score of another tool.

    Returns
    -------
    rows : DataFrame
        One row per decision: `lead_id`, `pass_no`, `decided_at`, `amount` (yen of won deals; NaN when unknown).
    multiplicity, gated : arrays of shape (n_decisions, n_columns) and (n_decisions, n_gates)
        As in `PatternTable`; errors as for `pattern_table`.
    """
    return _Replay.prepare(engine, ruleset, selection, decision).decisions("won_decisions")


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


def lead_moments(engine: Engine, lead_no: int, selection: Selection, decision: Decision = HANDOFF) -> pd.DataFrame:
    """List the moments at which one lead is scored.

    Returns
    -------
    DataFrame
        One row per decision, in the order of time: `pass_no`, `decided_at`,
        `is_standing` (1 for a lead that was never decided: its last touch).

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    is_prepared = _is_prepared(engine, selection, decision)
    params = _params(engine, selection, decision)
    unused = ("mature_at", "horizon_days", "outcome_position", *(("as_of",) if is_prepared else ()))
    params = {name: value for name, value in params.items() if name not in unused}
    sql = replay_sql(decision, is_prepared=is_prepared, result="lead_moments")
    return engine.query(sql, {**params, "lead_no": lead_no})


def replay_sql(decision: Decision = HANDOFF, *, is_prepared: bool = True, result: str = "rule_patterns") -> str:
    """Return the statement of a replay: always the same text, whatever the ruleset.

    Parameters
    ----------
    decision : Decision
        When leads are scored.
    is_prepared : bool
        Use the moments prepared at import; only for handoffs.
    result : str
        "rule_patterns", "scored_decisions", "won_decisions" or "decided_rows"; "outside_decisions"
        for the score of another tool; "lead_moments" for the moments of one lead.
    """
    if is_prepared:
        steps = {name: f"{name}_prepared" for name in ("moments", "moment_touches", "moment_values")}
    else:
        steps = {"decided": f"decided_{decision.kind}"}
        steps |= {name: name for name in ("moments", "moment_touches", "moment_values")}
    steps |= {"decisions": "decisions", "rule_hits": "rule_hits"}
    if result == "decided_rows":
        steps["decision_segments"] = "decision_segments"
    for step in _UNUSED.get(result, ()):
        del steps[step]
    parts = [f"{name} AS (\n{sql_text(file).strip()}\n)" for name, file in steps.items()]
    return "WITH " + ",\n\n".join(parts) + "\n\n" + sql_text(result)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replay:
    """A question in the making: everything but what is asked of the hits."""

    engine: Engine
    params: dict[str, Any]
    decision: Decision
    is_prepared: bool
    questions: Questions
    layouts: tuple[Layout, ...]

    @classmethod
    def prepare(cls, engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision) -> _Replay:
        is_prepared = _is_prepared(engine, selection, decision)
        n_touches_max = max(int(engine.query(_INFO)["n_touches_max"].iloc[0]), 1)
        questions = Questions.of(ruleset)
        found = counters(engine, questions.needs, n_touches_max=n_touches_max, is_ranked=is_prepared)
        return cls(
            engine=engine,
            params=_params(engine, selection, decision),
            decision=decision,
            is_prepared=is_prepared,
            questions=questions,
            layouts=layouts(found),
        )

    def ask(self, layout: Layout, result: str) -> pd.DataFrame:
        sql = replay_sql(self.decision, is_prepared=self.is_prepared, result=result)
        return self.engine.query(sql, self.params, layout.tables())

    def decided(self, segment_values: pd.DataFrame) -> tuple[pd.DataFrame, Integers, Integers]:
        """Return the decisions taken in the order of their moments; see `decided_rows`."""
        sql = replay_sql(self.decision, is_prepared=self.is_prepared, result="decided_rows")
        frames = [
            self.engine.query(sql, self.params, {**layout.tables(), "segment_values": segment_values})
            for layout in self.layouts
        ]
        frames = [frame.sort_values("moment_no", ignore_index=True) for frame in frames]
        rows, outside = frames[0].drop(columns=list(WORDS)), self.questions.ruleset.outside
        if outside is not None:
            return rows, *_distinct(self._outside(outside, rows["moment_no"].to_numpy(dtype=np.int64)))
        pattern_no, words = _distinct(np.hstack([frame[list(WORDS)].to_numpy(dtype=np.int64) for frame in frames]))
        counts = [
            layout.unpack(pd.DataFrame(part, columns=list(WORDS)))
            for layout, part in zip(self.layouts, np.hsplit(words, len(self.layouts)), strict=True)
        ]
        return rows, pattern_no, self.questions.multiplicity(np.hstack(counts))

    def decisions(self, result: str = "scored_decisions") -> tuple[pd.DataFrame, Integers, Mask]:
        """Return the decisions in a stable order, with their multiplicities and shut gates."""
        frames = [self.ask(layout, result) for layout in self.layouts]
        counts = np.hstack([layout.unpack(frame) for layout, frame in zip(self.layouts, frames, strict=True)])
        outside = self.questions.ruleset.outside
        multiplicity = self.questions.multiplicity(counts) if outside is None else self._outside(outside)
        return frames[0].drop(columns=list(WORDS)), multiplicity, self.questions.gated(counts)

    def _outside(self, outside: OutsideScore, moments: Integers | None = None) -> Integers:
        """Return for each decision whether nobody scored it, and its points above the lowest.

        `moments` asks for these alone, in this order.
        """
        _check_scorer(self.engine, outside)
        sql = replay_sql(self.decision, is_prepared=self.is_prepared, result="outside_decisions")
        asked = {"scorer": outside.scorer, "axes": list(outside.axes), "scale": outside.scale}
        found = self.engine.query(sql, {**self.params, **asked})
        points = found["points"] if moments is None else found.set_index("moment_no")["points"].reindex(moments)
        is_unscored = points.isna().to_numpy(dtype=bool)
        whole = points.fillna(outside.low).to_numpy(dtype=np.int64)
        if len(whole) and (whole.min() < outside.low or whole.max() > outside.high):
            raise ReplayError(
                f'scores by "{outside.scorer}" reach from {whole.min()} to {whole.max()} points, not only from '
                f"{outside.low} to {outside.high}; correct low, high or scale of the ruleset"
            )
        return np.column_stack([is_unscored.astype(np.int64), whole - outside.low])


def _distinct(rows: Integers) -> tuple[Integers, Integers]:
    """Return for each row which of the distinct rows it is, and these."""
    place = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        code, values = pd.factorize(column)
        place = pd.factorize(place * max(len(values), 1) + code)[0]
    first = np.empty(int(place.max(initial=-1)) + 1, dtype=np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    return place.astype(np.int64), rows[first]


def _is_prepared(engine: Engine, selection: Selection, decision: Decision) -> bool:
    """Return whether the moments prepared at import are those asked for."""
    last_event_at = engine.query(_INFO)["last_event_at"].iloc[0]
    is_last = pd.isna(last_event_at) or pd.Timestamp(selection.as_of) >= last_event_at
    return decision.kind == "handoff" and bool(is_last)


def _check_scorer(engine: Engine, outside: OutsideScore) -> None:
    """Refuse a score nobody gave: all leads would silently be unscored."""
    known = engine.query(sql_text("outside_scorers"))
    names = sorted(f"{scorer} ({axis})" for scorer, axis in zip(known["scorer"], known["axis"], strict=True))
    for wanted in (f"{outside.scorer} ({axis})" for axis in outside.axes):
        if wanted not in names:
            what = suggestion(wanted, names) if names else "import scores first"
            raise ReplayError(f'there are no scores "{wanted}" in this history; {what}')


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
