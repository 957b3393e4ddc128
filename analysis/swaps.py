"""Two versions of the points over the same leads: who moves, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.matching import Mask
from analysis.patterns import COUNTS, PatternTable
from analysis.replay import HANDOFF, Decision, lead_scores, pattern_table, won_decisions
from analysis.rulesets.columns import Integers, needs_of
from analysis.rulesets.model import Ruleset
from analysis.rulesets.rules import Gate, Rule
from analysis.rulesets.scoring import scores_of
from analysis.rulesets.versions import InForce
from analysis.selection import Selection
from data.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Swaps:
    """Leads under two versions of the points.

    Attributes
    ----------
    bands : DataFrame
        One row per pair of bands that leads have: `band_before`, `band_after`
        (numbers in `ruleset.bands`, ascending), then counts as in `score_table`.
    threshold : DataFrame
        Four rows, `change` ("stays_in", "swapped_in", "swapped_out",
        "stays_out") and the same counts: who reaches the threshold under which
        version. A gate that is shut keeps a lead out whatever it scores.
    scores : DataFrame
        One row per pair of scores: `score_before`, `score_after`, and the counts.
    moves : DataFrame
        One row per change and pair of scores, of leads that at least one version
        hands over: `change`, `score_before`, `score_after`, and the counts.
    """

    bands: pd.DataFrame
    threshold: pd.DataFrame
    scores: pd.DataFrame
    moves: pd.DataFrame


_CHANGES = ("stays_in", "swapped_in", "swapped_out", "stays_out")


def swaps(patterns: PatternTable, before: Ruleset, after: Ruleset) -> Swaps:
    """Compare two versions that differ in points, limits and bands only: no query.

    Parameters
    ----------
    patterns : PatternTable
        Counted for the rules of both.

    Raises
    ------
    ValueError
        If their rules are not those of the patterns; use `version_swaps` then.
    """
    for ruleset in (before, after):
        ids = tuple(column.id for column in ruleset.columns)
        if ids != patterns.rule_ids or tuple(gate.id for gate in ruleset.gates) != patterns.gate_ids:
            raise ValueError(f"The patterns were not counted for {ruleset.id}@{ruleset.version}; use version_swaps.")
    scores = [scores_of(ruleset, patterns.multiplicity) for ruleset in (before, after)]
    return _swaps(patterns.counts, (before, after), scores, [patterns.is_gated, patterns.is_gated])


def version_swaps(
    engine: Engine, before: Ruleset, after: Ruleset, selection: Selection, decision: Decision = HANDOFF
) -> Swaps:
    """Compare any two versions by one replay of the rules of both.

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    ValueError
        If one of them is the score of another tool: there are no rules to share.
    """
    if "score" in (before.kind, after.kind):
        raise ValueError("The score of another tool cannot be compared rule by rule; compare their calibrations.")
    joint, places = _joint(before, after)
    patterns = pattern_table(engine, joint, selection, decision)
    n_before = len(before.columns)
    columns = [np.arange(n_before), places]
    scores = [
        scores_of(ruleset, patterns.multiplicity[:, chosen])
        for ruleset, chosen in zip((before, after), columns, strict=True)
    ]
    n_gates = len(before.gates)
    gated: list[Mask] = [np.asarray(part.any(axis=1)) for part in np.split(patterns.gated, [n_gates], axis=1)]
    return _swaps(patterns.counts, (before, after), scores, gated)


def version_amounts(
    engine: Engine, before: Ruleset, after: Ruleset, selection: Selection, decision: Decision = HANDOFF
) -> pd.DataFrame:
    """Return what the won decisions brought, and which change of any two versions they belong to.

    Returns
    -------
    DataFrame
        One row per won decision: `lead_id`, `pass_no`, `decided_at`, `amount` (yen;
        NaN when unknown), `change` (as in `Swaps.threshold`).

    Raises
    ------
    ReplayError, ValueError
        As for `version_swaps`.
    """
    if "score" in (before.kind, after.kind):
        raise ValueError("The score of another tool cannot be compared rule by rule; compare their calibrations.")
    joint, places = _joint(before, after)
    rows, multiplicity, gated = won_decisions(engine, joint, selection, decision)
    chosen = (multiplicity[:, : len(before.columns)], multiplicity[:, places])
    scores = [scores_of(ruleset, part) for ruleset, part in zip((before, after), chosen, strict=True)]
    parts = np.split(gated, [len(before.gates)], axis=1)
    return rows.assign(change=changes((before, after), scores, [np.asarray(part.any(axis=1)) for part in parts]))


def amounts_by_change(won: tuple[pd.DataFrame, Integers, Mask], before: Ruleset, after: Ruleset) -> pd.DataFrame:
    """Return what `version_amounts` returns, for versions that differ in points, limits and bands only: no query.

    Parameters
    ----------
    won : tuple
        As `analysis.replay.won_decisions` returns it for the rules of both.
    """
    rows, multiplicity, gated = won
    scores = [scores_of(ruleset, multiplicity) for ruleset in (before, after)]
    is_shut: Mask = np.asarray(gated.any(axis=1))
    return rows.assign(change=changes((before, after), scores, [is_shut, is_shut]))


def score_history(
    engine: Engine, versions: Sequence[InForce], selection: Selection, decision: Decision = HANDOFF
) -> pd.DataFrame:
    """Score each decision with the points in force on its day.

    Parameters
    ----------
    versions : sequence of InForce
        As from `versions_in_force`; for one version for all, give it alone with
        `start` and `end` None.

    Returns
    -------
    DataFrame
        As `lead_scores`, with `version` and `is_at_threshold`. Decisions on days
        without a version in force have neither version nor score.

    Raises
    ------
    ReplayError
        As for `pattern_table`.
    ValueError
        If no version is given.
    """
    if not versions:
        raise ValueError("versions must name at least one version.")
    parts = []
    for version in versions:
        part = lead_scores(engine, version.ruleset, selection, decision)
        is_inside = pd.Series(data=True, index=part.index)
        if version.start is not None:
            is_inside &= part["decided_at"] >= pd.Timestamp(version.start)
        if version.end is not None:
            is_inside &= part["decided_at"] < pd.Timestamp(version.end)
        found = part["score"].astype("Int64")
        part["version"] = pd.Series(version.ruleset.version, index=part.index, dtype="Int64").where(is_inside)
        part["is_at_threshold"] = (found >= version.ruleset.threshold).astype("boolean").where(is_inside)
        for name in ("score", "fit", "engagement"):
            part[name] = part[name].astype("Int64").where(is_inside)
        parts.append(part)
    return _first_known(parts)


def _first_known(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Take each decision from the version that was in force; all parts list the same decisions in the same order."""
    result = parts[0]
    for part in parts[1:]:
        is_open = result["version"].isna()
        result = result.where(~is_open, part)
    return result


def _joint(before: Ruleset, after: Ruleset) -> tuple[Ruleset, Integers]:
    """Put the rules of two versions side by side; return also where the columns of the second are."""
    rules = [replace(rule, id=f"before {rule.id}") for rule in before.rules]
    starts = list(np.cumsum([0, *(_width(rule) for rule in before.rules)]))
    places: list[int] = []
    for rule in after.rules:
        twin = next((number for number, known in enumerate(before.rules) if _is_counted_alike(known, rule)), None)
        if twin is None:
            twin = len(rules)
            rules.append(replace(rule, id=f"after {rule.id}"))
            starts.append(starts[-1] + _width(rule))
        places += range(starts[twin], starts[twin] + _width(rule))
    gates = [*_named(before.gates, "before"), *_named(after.gates, "after")]
    joint = replace(before, rules=tuple(rules), gates=tuple(gates), groups=(), axis_limits=(), grid=None)
    return joint, np.array(places, dtype=np.int64)


def _width(rule: Rule) -> int:
    return len(rule.tiers) or (1 if rule.half_life_days is None else len(needs_of(rule)))


def _is_counted_alike(first: Rule, second: Rule) -> bool:
    starts = [[tier.start for tier in rule.tiers] for rule in (first, second)]
    # By their text, because to Python the values true and 1 are the same.
    names = ("predicate", "cap", "within_days", "half_life_days")
    return starts[0] == starts[1] and all(repr(getattr(first, name)) == repr(getattr(second, name)) for name in names)


def _named(gates: Sequence[Gate], word: str) -> list[Gate]:
    return [replace(gate, id=f"{word} {gate.id}") for gate in gates]


def _swaps(
    counts: pd.DataFrame, versions: tuple[Ruleset, Ruleset], scores: Sequence[Integers], gated: Sequence[Mask]
) -> Swaps:
    before, after = versions
    change = changes(versions, scores, gated)
    moved = counts[list(COUNTS)].groupby(change).sum().reindex(list(_CHANGES), fill_value=0)
    bands = {"band_before": _bands(before, scores[0]), "band_after": _bands(after, scores[1])}
    points = {"score_before": scores[0], "score_after": scores[1]}
    is_handed_over = change != _CHANGES[3]
    moves = {"change": change, **points}
    return Swaps(
        bands=_sums(counts, bands),
        threshold=moved.rename_axis("change").reset_index(),
        scores=_sums(counts, points),
        moves=_sums(counts[is_handed_over], {name: values[is_handed_over] for name, values in moves.items()}),
    )


def changes(versions: tuple[Ruleset, Ruleset], scores: Sequence[Integers], gated: Sequence[Mask]) -> np.ndarray:
    """Name for each row the change from the first version to the second, as in `Swaps.threshold`."""
    first, second = (
        (found >= ruleset.threshold) & ~is_shut for ruleset, found, is_shut in zip(versions, scores, gated, strict=True)
    )
    return np.select([first & second, ~first & second, first & ~second], _CHANGES[:3], _CHANGES[3])


def _sums(counts: pd.DataFrame, keys: dict[str, np.ndarray]) -> pd.DataFrame:
    return counts[list(COUNTS)].assign(**keys).groupby(list(keys), as_index=False).sum()


def _bands(ruleset: Ruleset, scores: Integers) -> Integers:
    starts = np.array([band.threshold for band in ruleset.bands[1:]], dtype=np.int64)
    return np.searchsorted(starts, scores, side="right").astype(np.int64)
