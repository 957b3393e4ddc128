"""What definitions ask, looked up for every decision as it stood then: one replay for all of them.

Each condition becomes a rule without points, so that the same replay that scores
the leads answers it, and nothing later than a decision can leak in. Decisions
that look alike to all conditions are counted together; every combination of the
conditions, and every change of a number, is then decided on the few patterns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.definitions.parts import ConditionPart, GroupPart, Leaf, NotPart, Part, ScorePart, StagePart, leaves
from analysis.layouts import distinct_rows
from analysis.matching import Mask
from analysis.moments import ReplayError
from analysis.patterns import GROUPS
from analysis.replay import HANDOFF, Decision, decision_patterns, every_row
from analysis.rulesets import Condition, KOfPredicate, Rule, Ruleset, TouchPredicate
from analysis.rulesets.columns import Integers
from analysis.rulesets.fields import suggestion
from analysis.rulesets.predicates import MAX_CAP
from analysis.rulesets.scoring import scores_of
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

ANSWERS: Final = ("none", "accepted", "rejected")
"""What sales said to a handoff, by number."""

SCORE: Final = "score"
_PREFIX: Final = "@definition_"
_KEYS: Final = ["lead_no", "pass_no", "decided_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The decisions, and what each looked like to the conditions.

    Attributes
    ----------
    decisions : DataFrame
        One row per decision, as from `analysis.replay.every_row`; leads that were never
        handed over are among them.
    pattern_no : array of shape (n_decisions,)
        Row of each decision in `values`.
    values : dict of arrays of shape (n_patterns,)
        By `key_of`: the score; how often touches occurred, at most as often as asked; 1 where an
        attribute, an answer or a stage is as asked, else 0.
    counts : array of shape (n_patterns, n_groups, n_answers)
        Decisions by what became of them (`analysis.patterns.GROUPS`) and `ANSWERS`.
    """

    decisions: pd.DataFrame
    pattern_no: NDArray[np.int64]
    values: dict[str, Integers]
    counts: Integers

    def holds(self, part: Part) -> Mask:
        """Return for which patterns a part holds, shape (n_patterns,); KeyError when it was not asked."""
        if isinstance(part, NotPart):
            return ~self.holds(part.part)
        if isinstance(part, GroupPart):
            n_held = np.sum([self.holds(each) for each in part.parts], axis=0)
            return np.asarray(n_held >= part.need, dtype=bool)
        return self._holds(part)

    def _holds(self, leaf: Leaf) -> Mask:
        values = self.values[key_of(leaf)]
        low, high = 1, None
        if isinstance(leaf, ScorePart):
            low, high = leaf.low, leaf.high  # type: ignore[assignment]
        elif isinstance(leaf, ConditionPart):
            low = leaf.condition.at_least
        held = np.ones(len(values), dtype=bool) if low is None else values >= low
        return held if high is None else held & (values <= high)


def key_of(leaf: Leaf) -> str:
    """Return under which name the answer to a condition lies; conditions that count the same share one."""
    if isinstance(leaf, ConditionPart):
        # By its text, because to Python the values true and 1 are the same.
        return repr(replace(leaf.condition, at_least=1))
    return SCORE if not isinstance(leaf, StagePart) else f"stage {leaf.stage}"


def replayed(
    engine: Engine, ruleset: Ruleset, selection: Selection, parts: Sequence[Part], decision: Decision = HANDOFF
) -> Replayed:
    """Look up at every decision what some definitions ask.

    Parameters
    ----------
    engine : Engine
        The history.
    ruleset : Ruleset
        Whose points make the score.
    selection : Selection
        `start` and `end` bound the moment of the decision; of leads that were never decided
        that of their last touch.
    parts : sequence of Part
        As from `parts.resolved`.
    decision : Decision
        When leads are looked at.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`, or if a stage is not one of the history's.
    """
    asked = [leaf for part in parts for leaf in leaves(part)]
    rules = _rules(asked)
    decisions, seen_no, scores, extra = _answered(engine, ruleset, selection, decision, tuple(rules.values()))
    values = {SCORE: scores} | dict(zip(rules, extra.T, strict=True))
    stages = _stages(engine, selection, decisions, asked)
    pattern_no, rows = _joined(seen_no, values, stages)
    shape = (len(rows), len(GROUPS), len(ANSWERS))
    cell = pattern_no * shape[1] + decisions["outcome_no"].to_numpy(dtype=np.int64)
    cell = cell * shape[2] + _answers(engine, selection, decisions)
    counts = np.bincount(cell, minlength=int(np.prod(shape)))
    return Replayed(
        decisions=decisions,
        pattern_no=pattern_no,
        values=dict(zip([*values, *stages], rows.T, strict=True)),
        counts=counts.reshape(shape).astype(np.int64),
    )


def _joined(
    seen_no: NDArray[np.int64], values: dict[str, Integers], stages: dict[str, Integers]
) -> tuple[NDArray[np.int64], Integers]:
    """Return the pattern of each decision in all that was asked, and the patterns.

    `values` are by what was seen, `stages` by decision: what looks alike is found among few rows first.
    """
    alike_no, alike = distinct_rows(np.column_stack(list(values.values())))
    whole = alike_no[seen_no]
    if not stages:
        return whole, alike
    pattern_no, rows = distinct_rows(np.column_stack([whole, *stages.values()]))
    return pattern_no, np.hstack([alike[rows[:, 0]], rows[:, 1:]])


def _rules(asked: Iterable[Leaf]) -> dict[str, Rule]:
    """Turn each condition into a rule without points; touches count as often as anybody asks for."""
    caps: dict[str, tuple[Condition, int]] = {}
    for leaf in asked:
        if isinstance(leaf, ConditionPart):
            key = key_of(leaf)
            cap = max(leaf.condition.at_least, caps.get(key, (leaf.condition, 1))[1])
            caps[key] = leaf.condition, min(cap, MAX_CAP)
    return {key: _rule(number, *given) for number, (key, given) in enumerate(caps.items())}


def _rule(number: int, condition: Condition, cap: int) -> Rule:
    name = f"{_PREFIX}{number}"
    if isinstance(condition.predicate, TouchPredicate):
        return Rule(
            id=name, label_ja=name, label_en=name, axis="engagement", points=0, predicate=condition.predicate,
            cap=cap, within_days=condition.within_days,
        )  # fmt: skip
    # As one of one: whatever is counted, a value holds or does not.
    predicate = KOfPredicate(conditions=(condition,), need=1)
    return Rule(id=name, label_ja=name, label_en=name, axis="fit", points=0, predicate=predicate)


def _answered(
    engine: Engine, ruleset: Ruleset, selection: Selection, decision: Decision, rules: tuple[Rule, ...]
) -> tuple[pd.DataFrame, NDArray[np.int64], Integers, Integers]:
    """Return the decisions, what was seen of each, and by that their scores and the counts of the extra rules."""
    if ruleset.outside is None:
        whole = replace(ruleset, rules=(*ruleset.rules, *rules))
        rows, seen_no, seen = every_row(engine, whole, selection, decision)
        n_own = len(ruleset.columns)
        return rows, seen_no, scores_of(ruleset, seen[:, :n_own]), seen[:, n_own:]
    # The score of another tool is looked up in another way than rules are counted.
    scored = decision_patterns(engine, ruleset, selection, decision)
    plain = replace(ruleset, rules=rules, gates=(), groups=(), axis_limits=(), grid=None)
    rows, counted_no, counted = every_row(engine, plain, selection, decision)
    both = np.column_stack([counted_no, scores_of(ruleset, scored.multiplicity)])
    seen_no, seen = distinct_rows(both)
    return rows, seen_no, seen[:, 1], counted[seen[:, 0]]


def _stages(
    engine: Engine, selection: Selection, decisions: pd.DataFrame, asked: Iterable[Leaf]
) -> dict[str, Integers]:
    """Return for each stage that is asked for whether it was reached no later than each decision."""
    names = list(dict.fromkeys(leaf.stage for leaf in asked if isinstance(leaf, StagePart)))
    if not names:
        return {}
    positions = engine.query(sql_text("stages")).set_index("stage")["position"].to_dict()
    for name in names:
        if name not in positions:
            raise ReplayError(f'there is no stage "{name}" in this history; {suggestion(name, map(str, positions))}')
    wanted = pd.DataFrame({"position": [int(positions[name]) for name in names]}).drop_duplicates()
    found = engine.query(sql_text("definition_stages"), selection.params("as_of"), {"asked_stages": wanted})
    lead_no = decisions["lead_no"].to_numpy(dtype=np.int64)
    decided_at = decisions["decided_at"].to_numpy(dtype="datetime64[us]")
    n_leads = int(max(lead_no.max(initial=0), found["lead_no"].max() if len(found) else 0)) + 1
    result = {}
    for name in names:
        own = found[found["position"] == positions[name]]
        reached_at = np.full(n_leads, np.datetime64("NaT"), dtype="datetime64[us]")
        reached_at[own["lead_no"].to_numpy(dtype=np.int64)] = own["reached_at"].to_numpy(dtype="datetime64[us]")
        # A comparison with "never" is false.
        result[f"stage {name}"] = (reached_at[lead_no] <= decided_at).astype(np.int64)
    return result


def _answers(engine: Engine, selection: Selection, decisions: pd.DataFrame) -> NDArray[np.int64]:
    found = engine.query(sql_text("definition_answers"), selection.params("as_of"))
    # A lead that was never handed over was never answered, whatever happened at that moment.
    is_worked = (decisions["outcome_no"] != GROUPS.index("standing")).to_numpy(dtype=bool)
    joined = decisions.loc[is_worked, _KEYS].merge(found, on=_KEYS, how="left")
    answer_no = np.zeros(len(decisions), dtype=np.int64)
    answer_no[is_worked] = joined["answer_no"].fillna(0).to_numpy(dtype=np.int64)
    return answer_no
