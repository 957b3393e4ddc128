"""What each handoff was measured by: its points, the facts that were due, and its deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decided import Decided, decided
from analysis.handoffs.deadlines import Deadline, limits
from analysis.handoffs.rows import Handed
from analysis.intervals import Floats
from analysis.matching import Mask
from analysis.routing.model import HandoffRules, yes_or_no
from analysis.rule_fields import fields_of
from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import AttributePredicate, Condition, KOfPredicate
from analysis.rulesets.scoring import scores_of
from analysis.selection import Selection
from data.contract import TABLES
from data.engine import Engine

_FACT = "@fact_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The measures of each handoff, in the order of `Handed.table`.

    Attributes
    ----------
    score : array of shape (n,)
        Points at the handoff; NaN where there were none.
    threshold : int
        From which a lead is to be handed over.
    facts : tuple of str
        Attributes that were due.
    missing : boolean array of shape (n, n_facts)
        Which of them were unknown at the handoff.
    limits : dict of arrays of shape (n,)
        Office hours until the first contact ("contact") and the answer ("answer"); NaN where none
        was agreed.
    deadlines : tuple of Deadline
        Where they come from.
    ruleset : Ruleset
        The points.
    """

    score: Floats
    threshold: int
    facts: tuple[str, ...]
    missing: Mask
    limits: Mapping[str, Floats]
    deadlines: tuple[Deadline, ...]
    ruleset: Ruleset

    @property
    def is_below(self) -> Mask:
        """Handed over below the threshold; shape (n,)."""
        return np.asarray(self.score < self.threshold, dtype=bool)

    @property
    def is_incomplete(self) -> Mask:
        """Handed over without a fact that was due; shape (n,)."""
        return np.asarray(self.missing.any(axis=1), dtype=bool)


def judge(engine: Engine, handed: Handed, ruleset: Ruleset, routing: HandoffRules) -> Judged:
    """Replay the rules over the handoffs, as everything stood at each of them.

    Parameters
    ----------
    engine : Engine
        The history.
    handed : Handed
        From `rows.handed_over`.
    ruleset : Ruleset
        Its points, threshold and the deadlines of its bands.
    routing : HandoffRules
        Their deadlines count when they are the company's own.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`.
    """
    selection = replace(handed.selection, start=_first_day(handed))
    facts = _facts(handed.agreement.facts, ruleset)
    scored, asked = _replays(engine, ruleset, routing, facts, selection)
    place = _places(handed, scored)
    score = np.where(scored.is_scored, scores_of(ruleset, scored.multiplicity)[scored.pattern_no], np.nan)
    holds = (asked.multiplicity > 0)[asked.pattern_no]
    is_rule = np.array([not name.startswith(_FACT) for name in asked.rule_ids], dtype=bool)
    found, deadlines = limits(engine, handed, ruleset, routing, _at(score, place), _rows(holds[:, is_rule], place))
    return Judged(
        score=_at(score, place),
        threshold=ruleset.threshold,
        facts=facts,
        missing=_rows(holds[:, ~is_rule], place),
        limits=found,
        deadlines=deadlines,
        ruleset=ruleset,
    )


def _replays(
    engine: Engine, ruleset: Ruleset, routing: HandoffRules, facts: Sequence[str], selection: Selection
) -> tuple[Decided, Decided]:
    """Replay the points, and the questions that have none: what was unknown, which handoff rule holds."""
    own_rules = () if routing.is_shipped else routing.rules
    unknown = [
        (f"{_FACT}{name}", KOfPredicate(conditions=(Condition(predicate=_unknown(name)),), need=1)) for name in facts
    ]
    questions = yes_or_no(
        [(rule.id, rule.predicate, "engagement", 1) for rule in own_rules]
        + [(name, predicate, "fit", 1) for name, predicate in unknown]
    )
    scored = decided(engine, ruleset, selection, dimensions=())
    return scored, decided(engine, questions, selection, dimensions=()) if questions.rules else scored


def _unknown(name: str) -> AttributePredicate:
    columns = {column.name for column in TABLES["leads"].columns}
    return AttributePredicate(field=name, is_fact=name not in columns, is_unknown=True)


def _facts(agreed: tuple[str, ...] | None, ruleset: Ruleset) -> tuple[str, ...]:
    """Return what was due: what was agreed, or what the points ask for; answers of the lead are learned by sales."""
    if agreed is not None:
        return agreed
    asked = dict.fromkeys(field for rule in ruleset.rules for field in fields_of(rule))
    return tuple(field for field in asked if not field.startswith("@"))


def _first_day(handed: Handed) -> date | None:
    return handed.previous_starts_at.date() if handed.has_previous else handed.selection.start


def _places(handed: Handed, decisions: Decided) -> NDArray[np.int64]:
    """Return where each handoff stands among the decisions; -1 where it does not."""
    keys = {"lead_no": decisions.lead_no, "pass_no": decisions.pass_no, "handed_off_at": decisions.decided_at}
    known = pd.DataFrame({name: values.astype(np.int64) for name, values in keys.items()})
    known = known.assign(place=np.arange(len(known))).drop_duplicates(list(keys))
    wanted = handed.table[["lead_no", "pass_no"]].astype(np.int64)
    wanted["handed_off_at"] = handed.column("handed_off_at").astype("datetime64[us]").astype(np.int64)
    return wanted.merge(known, on=list(keys), how="left")["place"].fillna(-1).to_numpy(dtype=np.int64)


def _at(values: Floats, place: NDArray[np.int64]) -> Floats:
    found = np.full(len(place), np.nan)
    found[place >= 0] = values[place[place >= 0]]
    return found


def _rows(values: Mask, place: NDArray[np.int64]) -> Mask:
    found = np.zeros((len(place), values.shape[1]), dtype=bool)
    found[place >= 0] = values[place[place >= 0]]
    return found
