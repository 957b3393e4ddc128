"""The moments at which leads are scored, and what was counted at each.

The engine finds what any rule counts at each moment, and the sums by moment are
made of its answer as it comes in (docs/adr/0008).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counters import Integers, Questions, counters
from analysis.layouts import N_WORDS, WORDS, Cells, Layout, distinct_rows, layouts, words_of
from analysis.matching import Mask
from analysis.moment_cells import cells_by_lead, numbered
from analysis.patterns import GROUPS
from analysis.rulesets.fields import suggestion
from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import OutsideScore
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine
from data.errors import LeadcalError

_INFO: Final = "SELECT last_event_at AS last_event_at, n_moments AS n_moments FROM prep.replay_info"
_MOMENTS: Final = ("decided", "moments")
_STEPS: Final = {
    "moment_rows": _MOMENTS,
    "lead_moments": _MOMENTS,
    "touch_cells": ("moment_touches",),
    "value_cells": ("moment_values",),
    "outcomes": ("moments", "decisions"),
    "outside_decisions": ("moments", "decisions"),
    "scored_decisions": ("moments", "decisions", "rule_hits"),
    "won_decisions": ("moments", "decisions", "rule_hits", "won_amounts"),
    "moment_outcomes": ("moments", "decisions"),
    "taken_decisions": ("moments", "decisions"),
    "won_amounts": ("moments", "decisions"),
    "segment_words": ("moment_values",),
}
_PREPARED: Final = ("moments", "moment_touches", "moment_values")


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

_COMMENT: Final = re.compile("--.*")


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
    is_prepared, _ = _prepared(engine, selection, decision)
    sql = replay_sql(decision, is_prepared=is_prepared, result="lead_moments")
    return engine.query(sql, _used({**_params(engine, selection, decision), "lead_no": lead_no}, sql))


def replay_sql(decision: Decision = HANDOFF, *, is_prepared: bool = True, result: str = "touch_cells") -> str:
    """Return a statement of a replay: always the same text, whatever the ruleset.

    Parameters
    ----------
    decision : Decision
        When leads are scored.
    is_prepared : bool
        Use the moments prepared at import; only for handoffs. Otherwise all
        statements but the first two below read a table `moments`, the answer to
        "moment_rows".
    result : str
        "moment_rows": the moments. "lead_moments": those of one lead.
        "touch_cells", "value_cells": what adds to the count of any rule at the
        prepared moments; at others see `analysis.moment_cells`. "outcomes",
        "scored_decisions" or "won_decisions": what became of the decisions, the last
        two with the sums of the cells, a table `counts`.
        "outside_decisions" for the score of another tool. "moment_outcomes",
        "taken_decisions", "won_amounts" and "segment_words" for `analysis.taken`.
    """
    steps = {name: name for name in _STEPS[result]}
    if is_prepared:
        steps = {name: f"{name}_prepared" if name in _PREPARED else name for name in steps if name != "decided"}
    elif result in ("moment_rows", "lead_moments"):
        steps["decided"] = f"decided_{decision.kind}"
    else:
        steps.pop("moments", None)
    parts = [f"{name} AS (\n{sql_text(file).strip()}\n)" for name, file in steps.items()]
    return "WITH " + ",\n\n".join(parts) + "\n\n" + sql_text(result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A replay in the making: everything but what is asked of the counts.

    `known` may hold the sums of each layout at the prepared moments, as from
    `prepared_sums`: they depend on nothing but the history and the rules.
    """

    engine: Engine
    params: dict[str, Any]
    decision: Decision
    is_prepared: bool
    questions: Questions
    layouts: tuple[Layout, ...]
    moments: dict[str, pd.DataFrame]
    n_moments: int
    known: tuple[Integers, ...] = ()

    @classmethod
    def prepare(cls, engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision) -> Replay:
        """Match the rules against what the history knows; errors as for `analysis.replay.pattern_table`."""
        is_prepared, n_moments = _prepared(engine, selection, decision)
        params = _params(engine, selection, decision)
        moments = {}
        if not is_prepared:
            sql = replay_sql(decision, is_prepared=False, result="moment_rows")
            moments["moments"] = numbered(engine.query(sql, _used(params, sql)))
            n_moments = len(moments["moments"]) + 1  # numbered from 1
        questions = Questions.of(ruleset)
        return cls(
            engine=engine,
            params=params,
            decision=decision,
            is_prepared=is_prepared,
            questions=questions,
            layouts=layouts(counters(engine, questions.needs)),
            moments=moments,
            n_moments=n_moments,
        )

    @classmethod
    def of_moments(cls, engine: Engine, ruleset: Ruleset, decision: Decision, moments: pd.DataFrame) -> Replay:
        """Prepare to count at moments that are known already: as from `moment_rows`, as far as is asked for."""
        questions, rows = Questions.of(ruleset), numbered(moments)
        return cls(
            engine=engine,
            params={},
            decision=decision,
            is_prepared=False,
            questions=questions,
            layouts=layouts(counters(engine, questions.needs)),
            moments={"moments": rows},
            n_moments=len(rows) + 1,  # numbered from 1
        )

    def selecting(self, selection: Selection) -> Replay:
        """Return the replay of another period; only of prepared moments, and by the same `as_of`."""
        return replace(self, params=_params(self.engine, selection, self.decision))

    def ask(self, result: str, tables: dict[str, pd.DataFrame], **asked: object) -> pd.DataFrame:
        """Ask one of the questions of `replay_sql` after the moments."""
        sql = replay_sql(self.decision, is_prepared=self.is_prepared, result=result)
        return self.engine.query(sql, _used({**self.params, **asked}, sql), {**self.moments, **tables})

    def sums(self, layout: Layout) -> Integers:
        """Return what was counted at each moment, packed; shape (n_words of the layout, n_moments)."""
        if self.is_prepared and self.known:
            return next(own for own, each in zip(self.known, self.layouts, strict=True) if each is layout)
        cells = Cells.of(layout)
        sums = np.zeros((len(cells.words), self.n_moments), dtype=np.int64)
        if self.is_prepared:
            for name, rules in cells.rules.items():
                cells.add(sums, self.engine.stream(replay_sql(result=f"{name}_cells"), None, {f"{name}_rules": rules}))
        else:
            cells.add(sums, cells_by_lead(self.engine, self.moments["moments"], cells.rules))
        return sums

    def counts(self, layout: Layout) -> pd.DataFrame:
        """Return the same as a table: one row per moment, `moment_no` and all of `WORDS`."""
        sums = self.sums(layout)
        nothing = np.zeros(self.n_moments, dtype=np.int64)
        words = [sums[number] if number < len(sums) else nothing for number in range(N_WORDS)]
        return pd.DataFrame({"moment_no": np.arange(self.n_moments), **dict(zip(WORDS, words, strict=True))})

    def patterns(self, layout: Layout) -> tuple[Integers, Integers]:
        """Count the decisions by what was counted at them, and by what became of them.

        Returns
        -------
        counts : array of shape (n_patterns, n_counters)
            The distinct counts, capped.
        totals : array of shape (n_patterns, len(GROUPS))
            Decisions, by what became of them.
        """
        sql = replay_sql(self.decision, is_prepared=self.is_prepared, result="outcomes")
        outcome_no = np.full(self.n_moments, -1, dtype=np.int8)
        for batch in self.engine.stream(sql, _used(self.params, sql), self.moments):
            outcome_no[batch["moment_no"]] = batch["outcome_no"]
        words, is_asked = self.sums(layout), outcome_no >= 0
        if not is_asked.all():
            words, outcome_no = words[:, is_asked], outcome_no[is_asked]
        counts, totals, _ = told_apart(layout, words, outcome_no)
        return counts, totals

    def every_row(self) -> tuple[pd.DataFrame, Integers, Integers]:
        """Return all decisions in a stable order, with their ids, and the pattern of each; see `analysis.replay`.

        Not for the score of another tool.
        """
        frames = [self.ask("scored_decisions", {"counts": self.counts(layout)}) for layout in self.layouts]
        return frames[0].drop(columns=list(WORDS)), *self._patterned(frames)

    def _patterned(self, frames: list[pd.DataFrame]) -> tuple[Integers, Integers]:
        """Return the pattern of each decision, and the patterns; `frames` hold the words of each layout."""
        pattern_no, words = distinct_rows(np.hstack([frame[list(WORDS)].to_numpy(dtype=np.int64) for frame in frames]))
        counts = [
            layout.unpack(part.T)
            for layout, part in zip(self.layouts, np.hsplit(words, len(self.layouts)), strict=True)
        ]
        return pattern_no, self.questions.multiplicity(np.hstack(counts))

    def decisions(self, result: str = "scored_decisions") -> tuple[pd.DataFrame, Integers, Mask]:
        """Return the decisions in a stable order, with their multiplicities and shut gates.

        `result` is "scored_decisions" (all of them) or "won_decisions".
        """
        frames = [self.ask(result, {"counts": self.counts(layout)}) for layout in self.layouts]
        counts = np.hstack([layout.unpack(words_of(frame)) for layout, frame in zip(self.layouts, frames, strict=True)])
        rows, outside = frames[0].drop(columns=list(WORDS)), self.questions.ruleset.outside
        moments = rows.pop("moment_no").to_numpy(dtype=np.int64) if "moment_no" in rows else None
        multiplicity = self.questions.multiplicity(counts) if outside is None else self.outside_points(outside, moments)
        return rows, multiplicity, self.questions.gated(counts)

    def outside_points(self, outside: OutsideScore, moments: Integers | None = None) -> Integers:
        """Return for each decision whether nobody scored it, and its points above the lowest.

        `moments` asks for these alone, in this order.
        """
        _check_scorer(self.engine, outside)
        asked = {"scorer": outside.scorer, "axes": list(outside.axes), "scale": outside.scale}
        found = self.ask("outside_decisions", {}, **asked)
        points = found["points"] if moments is None else found.set_index("moment_no")["points"].reindex(moments)
        is_unscored = points.isna().to_numpy(dtype=bool)
        whole = points.fillna(outside.low).to_numpy(dtype=np.int64)
        if len(whole) and (whole.min() < outside.low or whole.max() > outside.high):
            raise ReplayError(
                f'scores by "{outside.scorer}" reach from {whole.min()} to {whole.max()} points, not only from '
                f"{outside.low} to {outside.high}; correct low, high or scale of the ruleset"
            )
        return np.column_stack([is_unscored.astype(np.int64), whole - outside.low])


def told_apart(layout: Layout, words: Integers, outcome_no: NDArray[Any]) -> tuple[Integers, Integers, Integers]:
    """Tell moments apart by what was counted at them; counts and totals as from `Replay.patterns`, and the row of each."""
    place, example = layout.distinct(words)
    totals = np.bincount(place * len(GROUPS) + outcome_no, minlength=len(example) * len(GROUPS))
    return layout.unpack(words[:, example]), totals.reshape(-1, len(GROUPS)), place


def prepared_sums(engine: Engine, ruleset: Ruleset) -> tuple[Integers, ...]:
    """Return what was counted at the moments prepared at import: the same whatever is selected, for `Replay.known`.

    Nothing where the history has no event, or the score is another tool's. Not to be written to.
    """
    if engine.data_end is None or ruleset.outside is not None:
        return ()
    replay = Replay.prepare(engine, ruleset, Selection(as_of=engine.data_end), HANDOFF)
    sums = tuple(replay.sums(layout) for layout in replay.layouts) if replay.is_prepared else ()
    for own in sums:
        own.flags.writeable = False
    return sums


def _used(params: dict[str, Any], sql: str) -> dict[str, Any]:
    """Return the parameters that a statement names: the engine refuses others."""
    named = set(re.findall(r"\$(\w+)", _COMMENT.sub("", sql)))
    return {name: value for name, value in params.items() if name in named}


def _prepared(engine: Engine, selection: Selection, decision: Decision) -> tuple[bool, int]:
    """Return whether the moments prepared at import are those asked for, and how many were prepared."""
    info = engine.query(_INFO).iloc[0]
    is_last = pd.isna(info["last_event_at"]) or pd.Timestamp(selection.as_of) >= info["last_event_at"]
    return decision.kind == "handoff" and bool(is_last), int(info["n_moments"])


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
