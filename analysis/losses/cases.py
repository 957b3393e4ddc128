"""The cases: each handoff with a known result, what the score knew, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from analysis.matching import Mask
from analysis.replay import decision_patterns
from analysis.rule_fields import fields_of
from analysis.rulesets import Ruleset
from analysis.rulesets.columns import Integers
from analysis.rulesets.predicates import AttributePredicate
from analysis.rulesets.rules import Rule
from analysis.rulesets.scoring import scores_of
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

LATE_AFTER_HOURS: Final = 96
"""A first contact after more than four days is late: a weekend in between never makes it so."""

Handling = Literal["in_time", "late", "none", "unknown"]
HANDLINGS: Final[tuple[Handling, ...]] = get_args(Handling)

_KEYS: Final = ["lead_no", "pass_no", "decided_at"]
_UNKNOWN_PREFIX: Final = "@unknown_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Handoffs whose result is known, one by one.

    Attributes
    ----------
    table : DataFrame
        One row per handoff, in the order of the replay: `lead_no`, `lead_id`, `pass_no`,
        `decided_at`, `handoff_id`, `score`, `is_high` (at or above the threshold),
        `is_won`, `is_in_period` (the period of the selection; the rest is there
        to learn from), `handling` (one of `HANDLINGS`), `wait_hours` (handoff to first contact;
        NaN without one), `from_department`, `to_department`, `response`, `reason` (why lost, else
        why rejected; empty when nobody said), `source`, `region`, `owner`,
        `quarter` (such as "2025Q2").
    multiplicity : array of shape (n_cases, n_columns)
        How often each rule fired.
    unknown : boolean array of shape (n_cases, n_fields)
        Which of `fields` were unknown at the handoff.
    fields : tuple of str
        Attributes the rules ask for.
    ruleset : Ruleset
        The points, and the threshold from which a score is high.
    n_immature, n_already_decided, n_gated : int
        Handoffs of the period that are left out: too young to judge, decided before, or
        behind a gate.
    """

    table: pd.DataFrame
    multiplicity: Integers
    unknown: Mask
    fields: tuple[str, ...]
    ruleset: Ruleset
    n_immature: int
    n_already_decided: int
    n_gated: int

    @property
    def is_account(self) -> Mask:
        """The high scores of the period, won or lost; shape (n_cases,)."""
        chosen: Mask = (self.table["is_high"] & self.table["is_in_period"]).to_numpy(dtype=bool)
        return chosen


def loss_cases(
    engine: Engine,
    ruleset: Ruleset,
    selection: Selection,
    *,
    threshold: int | None = None,
    late_after_hours: float = LATE_AFTER_HOURS,
) -> Cases:
    """Put together the handoffs whose result is known.

    Parameters
    ----------
    engine : Engine
        The history.
    ruleset : Ruleset
        Its points make the score.
    selection : Selection
        `start` and `end` choose the handoffs that are accounted for; all mature ones
        are kept to learn from.
    threshold : int, optional
        Score from which a lead counts as high; that of the ruleset when left out.
    late_after_hours : float
        Hours after which a first contact is late.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`.
    """
    ruleset = ruleset if threshold is None else replace(ruleset, threshold=threshold)
    fields = _asked_fields(ruleset)
    replayed = decision_patterns(engine, _with_unknown(ruleset, fields), replace(selection, start=None, end=None))
    n_columns = replayed.multiplicity.shape[1] - len(fields)
    decisions, is_gated = replayed.decisions, replayed.is_gated
    is_in_period = decisions["decided_at"].between(selection.starts_at, selection.ends_at, inclusive="left").to_numpy()
    group = decisions["group"].to_numpy()
    is_worked = is_in_period & (group != "standing")
    counted = pd.Series(group[is_worked & ~is_gated]).value_counts()
    # Most leads were never handed over: what happened around a handoff is joined to the others only.
    is_kept = np.isin(group, ["won", "not_won"]) & ~is_gated
    table = _with_context(engine, decisions[is_kept], selection)
    multiplicity = replayed.multiplicity[is_kept]
    table["score"] = scores_of(ruleset, multiplicity[:, :n_columns])
    table["is_high"] = table["score"] >= ruleset.threshold
    table["is_in_period"] = is_in_period[is_kept]
    table["handling"] = _handling(table["wait_hours"], late_after_hours)
    table["is_won"] = group[is_kept] == "won"
    return Cases(
        table=table.drop(columns="group"),
        multiplicity=multiplicity[:, :n_columns],
        unknown=multiplicity[:, n_columns:] > 0,
        fields=fields,
        ruleset=ruleset,
        n_immature=int(counted.get("immature", 0)),
        n_already_decided=int(counted.get("already_decided", 0)),
        n_gated=int((is_worked & is_gated).sum()),
    )


def _asked_fields(ruleset: Ruleset) -> tuple[str, ...]:
    """Return the attributes that rules ask for; answers (BANT) are learned by asking, not stored beforehand."""
    found = dict.fromkeys(field for rule in ruleset.rules for field in fields_of(rule))
    return tuple(field for field in found if not field.startswith("@"))


def _with_unknown(ruleset: Ruleset, fields: tuple[str, ...]) -> Ruleset:
    """Add a rule without points for each attribute being unknown, so that one replay answers both."""
    facts = {
        rule.predicate.field
        for rule in ruleset.rules
        if isinstance(rule.predicate, AttributePredicate) and rule.predicate.is_fact
    }
    extra = tuple(
        Rule(
            id=_UNKNOWN_PREFIX + field,
            label_ja=field,
            label_en=field,
            axis="fit",
            points=0,
            predicate=AttributePredicate(field=field, is_fact=field in facts, is_unknown=True),
        )
        for field in fields
    )
    return replace(ruleset, rules=(*ruleset.rules, *extra))


def _with_context(engine: Engine, decisions: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    context = engine.query(sql_text("loss_cases"), selection.params("as_of", "mature_at"))
    context = context.drop_duplicates(_KEYS)
    if selection.sources:
        # The replay has left out the other sources; a left join keeps its rows and order.
        context = context[context["source"].isin(selection.sources)]
    joined = decisions.merge(context, on=_KEYS, how="left")
    # Text made row by row is dear: there are only few quarters.
    number, place = np.unique(
        joined["decided_at"].dt.year * 4 + joined["decided_at"].dt.quarter - 1, return_inverse=True
    )
    names = np.array([f"{each // 4}Q{each % 4 + 1}" for each in number], dtype=object)
    joined["quarter"] = names[place] if len(names) else ""
    return joined


def _handling(wait_hours: pd.Series, late_after_hours: float) -> np.ndarray:
    """Say how each handoff was handled; unknown for all when nobody recorded first contacts."""
    if wait_hours.isna().all():
        return np.full(len(wait_hours), "unknown", dtype=object)
    late = (wait_hours > late_after_hours).to_numpy(dtype=bool)
    return np.where(wait_hours.isna(), "none", np.where(late, "late", "in_time")).astype(object)
