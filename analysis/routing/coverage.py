"""Holding the handoff rules against real leads: who is nobody's, and who is claimed twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from analysis.intervals import rates, wilson_interval
from analysis.matching import Mask
from analysis.replay import COUNTS, HANDOFF, Decision, PatternTable, lead_scores, pattern_table
from analysis.routing.cells import Cell, cells_of, is_open
from analysis.routing.gaps import Gap, find_gaps
from analysis.routing.model import HandoffRules, yes_or_no
from analysis.rulesets.columns import Integers
from analysis.rulesets.predicates import Condition, KOfPredicate
from analysis.selection import Selection
from data.engine import Engine

Match: TypeAlias = Literal["none", "one", "several", "conflict"]

ALSO: Final = ("source", "is_inbound", "seniority")
"""Attributes by which gaps are described although no rule asks for them."""

_ALL: Final = tuple(name for name in COUNTS if name != "n_won")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingCoverage:
    """What the handoff rules make of the leads.

    A lead is looked at when it is handed over, once for each pass, and if it
    never was at its last touch: as calibration does.

    Attributes
    ----------
    rules : DataFrame
        One row per rule, in the order of the file: `rule_id`, `label_ja`,
        `label_en`, `owner`, `action_ja`, `action_en`, `deadline_hours`, `n_leads`
        (that it takes), `n_only` (that no other rule takes), `n_standing` (never
        handed over), `n_mature`, `n_won`, `win_rate`, `win_low`, `win_high`.
    matches : DataFrame
        One row each for "none", "one", "several" (rules of one owner) and
        "conflict" (rules of different owners): `match`, `n_leads`, `lead_share`,
        `n_standing`, `n_mature`, `n_won`, `win_rate`, `win_low`, `win_high`.
    overlaps : DataFrame
        One row per pair of rules that take the same leads, most leads first:
        `rule_id`, `other_id`, `owner`, `other_owner`, `is_conflict`, `n_leads`.
    gaps : tuple of Gap
        What characterises leads that no rule takes, the most telling first.
    n_leads, n_none, n_several, n_conflict : int
        All leads; those that no rule takes, that several take, and that several
        take whose owners differ (a part of n_several).
    n_elsewhere : int
        Leads that no rule takes and no gap describes.
    """

    rules: pd.DataFrame
    matches: pd.DataFrame
    overlaps: pd.DataFrame
    gaps: tuple[Gap, ...]
    n_leads: int
    n_none: int
    n_several: int
    n_conflict: int
    n_elsewhere: int


def routing_coverage(
    engine: Engine,
    rules: HandoffRules,
    selection: Selection,
    decision: Decision = HANDOFF,
    *,
    also: Sequence[str] = ALSO,
) -> RoutingCoverage:
    """Count the leads that match no handoff rule, one, or several, and describe the first kind.

    Parameters
    ----------
    engine : Engine
        Where the history is.
    rules : HandoffRules
        The agreement.
    selection : Selection
        Which leads.
    decision : Decision
        When leads are looked at.
    also : sequence of str
        Attributes by which gaps may be described, besides those the rules ask for.

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    cells = cells_of(engine, rules.rules, also)
    patterns = pattern_table(engine, _question(rules, cells), selection, decision)
    holds = patterns.multiplicity > 0
    is_taken, is_in = holds[:, : len(rules.rules)], holds[:, len(rules.rules) :]
    kinds = _kinds(is_taken, rules)
    n_leads = _leads(patterns)
    gaps = _gaps(rules, cells, is_in, kinds == "none", patterns)
    matches = _matches(patterns, kinds)
    count = matches.set_index("match")["n_leads"]
    return RoutingCoverage(
        rules=_rules(rules, is_taken, patterns),
        matches=matches,
        overlaps=_overlaps(rules, is_taken, n_leads),
        gaps=gaps,
        n_leads=int(n_leads.sum()),
        n_none=int(count["none"]),
        n_several=int(count["several"] + count["conflict"]),
        n_conflict=int(count["conflict"]),
        n_elsewhere=int(count["none"]) - sum(gap.n_further for gap in gaps),
    )


def routing_leads(
    engine: Engine,
    rules: HandoffRules,
    selection: Selection,
    match: Match = "none",
    decision: Decision = HANDOFF,
    *,
    gap: Gap | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """List the leads behind the numbers of `routing_coverage`.

    Parameters
    ----------
    match : str
        "none", "one", "several" (of one owner), "conflict" (of different owners).
    gap : Gap, optional
        Only leads like this.
    limit : int, optional
        At most so many.

    Returns
    -------
    DataFrame
        One row per lead and pass, the latest first: `lead_id`, `pass_no`,
        `decided_at`, `group` (what became of it), `rule_ids`, `owners` (tuples).

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    """
    # Powers of two as points: the score then names the rules that hold.
    asked = [(rule.id, rule.predicate, "engagement", 1 << number) for number, rule in enumerate(rules.rules)]
    if gap is not None:
        conditions = tuple(Condition(predicate=cell.predicate) for cell in gap.cells)
        asked.append(("@gap", KOfPredicate(conditions=conditions, need=len(conditions)), "fit", 1))
    leads = lead_scores(engine, yes_or_no(asked), selection, decision)  # type: ignore[arg-type]
    bits = leads["engagement"].to_numpy(dtype=np.int64)
    is_taken = (bits[:, None] >> np.arange(len(rules.rules)) & 1) > 0
    is_chosen = _kinds(is_taken, rules) == match
    if gap is not None:
        is_chosen &= leads["fit"].to_numpy(dtype=np.int64) > 0
    chosen = leads[is_chosen].sort_values(["decided_at", "lead_id"], ascending=[False, True], kind="stable")
    chosen = chosen if limit is None else chosen.head(limit)
    taken = [[rule for rule, own in zip(rules.rules, row, strict=True) if own] for row in is_taken[chosen.index]]
    table: pd.DataFrame = chosen[["lead_id", "pass_no", "decided_at", "group"]].reset_index(drop=True)
    table["rule_ids"] = _objects([tuple(rule.id for rule in row) for row in taken])
    table["owners"] = _objects([tuple(dict.fromkeys(rule.owner for rule in row)) for row in taken])
    return table


def _objects(rows: list[tuple[str, ...]]) -> pd.Series:
    return pd.Series(rows, dtype="object")


def _question(rules: HandoffRules, cells: Sequence[Cell]) -> Any:
    of_rules = [(rule.id, rule.predicate, "engagement", 1) for rule in rules.rules]
    of_cells = [
        (f"@cell{number}", KOfPredicate(conditions=(Condition(predicate=cell.predicate),), need=1), "fit", 1)
        for number, cell in enumerate(cells)
    ]
    return yes_or_no([*of_rules, *of_cells])  # type: ignore[list-item]


def _kinds(is_taken: Mask, rules: HandoffRules) -> np.ndarray[Any, np.dtype[np.str_]]:
    n_rules = is_taken.sum(axis=1)
    is_owner = np.array([[rule.owner == owner for rule in rules.rules] for owner in rules.owners])
    n_owners = ((is_taken.astype(np.int64) @ is_owner.T.astype(np.int64)) > 0).sum(axis=1)
    return np.select([n_rules == 0, n_rules == 1, n_owners == 1], ["none", "one", "several"], "conflict")


def _matches(patterns: PatternTable, kinds: np.ndarray[Any, np.dtype[np.str_]]) -> pd.DataFrame:
    names = ("none", "one", "several", "conflict")
    table = pd.DataFrame([{"match": name} | _outcomes(patterns, kinds == name) for name in names])
    table.insert(2, "lead_share", rates(table["n_leads"], np.full(len(table), table["n_leads"].sum())))
    return table


def _leads(patterns: PatternTable) -> Integers:
    return np.asarray(patterns.counts[list(_ALL)].sum(axis=1).to_numpy(dtype=np.int64))


def _outcomes(patterns: PatternTable, chosen: Mask) -> dict[str, Any]:
    counts = patterns.counts[chosen].sum()
    low, high = wilson_interval(counts["n_won"], counts["n_mature"])
    return {
        "n_leads": int(_leads(patterns)[chosen].sum()),
        "n_standing": int(counts["n_standing"]),
        "n_mature": int(counts["n_mature"]),
        "n_won": int(counts["n_won"]),
        "win_rate": float(rates(counts["n_won"], counts["n_mature"])),
        "win_low": float(low),
        "win_high": float(high),
    }


def _rules(rules: HandoffRules, is_taken: Mask, patterns: PatternTable) -> pd.DataFrame:
    names = ("label_ja", "label_en", "owner", "action_ja", "action_en", "deadline_hours")
    is_only = is_taken.sum(axis=1) == 1
    n_leads = _leads(patterns)
    rows = [
        {"rule_id": rule.id}
        | {name: getattr(rule, name) for name in names}
        | {"n_only": int(n_leads[is_taken[:, number] & is_only].sum())}
        | _outcomes(patterns, is_taken[:, number])
        for number, rule in enumerate(rules.rules)
    ]
    return pd.DataFrame(rows).astype({"deadline_hours": "Int64"})


def _overlaps(rules: HandoffRules, is_taken: Mask, n_leads: Integers) -> pd.DataFrame:
    columns = ["rule_id", "other_id", "owner", "other_owner", "is_conflict", "n_leads"]
    rows = [
        [one.id, other.id, one.owner, other.owner, one.owner != other.owner, int(n_leads @ (is_taken[:, i] & is_taken[:, j]))]
        for (i, one), (j, other) in combinations(enumerate(rules.rules), 2)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns).astype({"is_conflict": bool, "n_leads": "int64"})
    return table[table["n_leads"] > 0].sort_values("n_leads", ascending=False, kind="stable", ignore_index=True)


def _gaps(
    rules: HandoffRules, cells: Sequence[Cell], is_in: Mask, is_unmatched: Mask, patterns: PatternTable
) -> tuple[Gap, ...]:
    n_leads, gaps = _leads(patterns), []
    is_left = is_unmatched.copy()
    for chosen in find_gaps(cells, is_in, n_leads, is_unmatched):
        inside = is_in[:, list(chosen)].all(axis=1)
        its = tuple(cells[number] for number in chosen)
        worked = patterns.counts[inside & is_unmatched].sum()
        gaps.append(
            Gap(
                cells=its,
                n_leads=int(n_leads[inside].sum()),
                n_unmatched=int(n_leads[inside & is_unmatched].sum()),
                n_further=int(n_leads[inside & is_left].sum()),
                n_mature=int(worked["n_mature"]),
                n_won=int(worked["n_won"]),
                open_rules=tuple(rule.id for rule in rules.rules if is_open(rule.predicate, its)),
            )
        )
        is_left &= ~inside
    return tuple(gaps)
