"""Which version of a ruleset was in force when, and what two versions differ in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

import pandas as pd

from analysis.rulesets.fields import RulesetError
from analysis.rulesets.library import list_rulesets, load_ruleset
from analysis.rulesets.model import Ruleset
from analysis.rulesets.rules import Band, Gate, Limit, Rule
from data.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A version, and the days on which it was the agreed one.

    Attributes
    ----------
    start : date or None
        First day, at midnight UTC; None: from the beginning.
    end : date or None
        First day on which it was not any more; None: still in force.
    """

    ruleset: Ruleset
    start: date | None
    end: date | None


def versions_in_force(workspace: Workspace, name: str) -> tuple[InForce, ...]:
    """Return the releases of a ruleset in the order in which they were in force.

    A version holds from its `valid_from` until the next one begins, or until it
    is retired. Of two that begin on the same day the higher number holds.

    Raises
    ------
    RulesetError
        If there is no release of that name, or one cannot be used.
    """
    found = [file for file in list_rulesets(workspace) if file.name == name and file.is_released]
    own = [file for file in found if not file.is_shipped] or found
    if not own:
        raise RulesetError(f'{workspace.rulesets}: there is no released ruleset called "{name}"; release one first')
    return timeline([(load_ruleset(file.path), file.retired_on) for file in own])


def timeline(versions: list[tuple[Ruleset, date | None]]) -> tuple[InForce, ...]:
    """Put versions with their days of retirement in order; see `versions_in_force`."""
    by_start: dict[date, tuple[Ruleset, date | None]] = {}
    for ruleset, retired_on in sorted(versions, key=lambda item: item[0].version):
        by_start[ruleset.valid_from or date.min] = (ruleset, retired_on)
    starts = sorted(by_start)
    result = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        ruleset, retired_on = by_start[start]
        end = min((day for day in (following, retired_on) if day is not None), default=None)
        if end is None or end > start:
            result.append(InForce(ruleset=ruleset, start=None if start == date.min else start, end=end))
    return tuple(result)


def diff_rulesets(before: Ruleset, after: Ruleset) -> pd.DataFrame:
    """List what two versions differ in.

    Rules, gates and groups are the same when they have the same id; bands are
    compared by their order, from the highest down.

    Returns
    -------
    DataFrame
        One row per difference: `part` ("rule", "gate", "group", "axis", "band",
        "grid" or "ruleset"), `id`, `change` ("added", "removed" or "changed"),
        `aspect` ("points", "predicate", "cap", "threshold", …; empty when the whole part was added or
        removed), `before`, `after` (texts; empty where there is nothing).
    """
    rows = list(_differences(before, after))
    return pd.DataFrame(rows, columns=["part", "id", "change", "aspect", "before", "after"])


def _differences(before: Ruleset, after: Ruleset) -> Iterator[tuple[str, str, str, str, str, str]]:
    parts = {
        "rule": (_by_id(before.rules), _by_id(after.rules)),
        "gate": (_by_id(before.gates), _by_id(after.gates)),
        "group": (_by_id(before.groups), _by_id(after.groups)),
        "axis": (_by_id(before.axis_limits), _by_id(after.axis_limits)),
        "band": (_by_place(before.bands), _by_place(after.bands)),
        "grid": (_grid(before), _grid(after)),
        "ruleset": ({before.id: _heading(before)}, {before.id: _heading(after)}),
    }
    for part, (old, new) in parts.items():
        for name in [*old, *(name for name in new if name not in old)]:
            if name not in new or name not in old:
                change = "added" if name in new else "removed"
                yield part, name, change, "", _summary(old.get(name)), _summary(new.get(name))
                continue
            for aspect in old[name]:
                if old[name][aspect] != new[name][aspect]:
                    yield part, name, "changed", aspect, old[name][aspect], new[name][aspect]


def _by_id(items: tuple[Rule, ...] | tuple[Gate, ...] | tuple[Limit, ...]) -> dict[str, dict[str, str]]:
    return {item.id: _aspects(item) for item in items}


def _by_place(bands: tuple[Band, ...]) -> dict[str, dict[str, str]]:
    return {str(number): _aspects(band) for number, band in enumerate(bands[::-1], start=1)}


def _grid(ruleset: Ruleset) -> dict[str, dict[str, str]]:
    return {} if ruleset.grid is None else {"grid": _aspects(ruleset.grid)}


def _heading(ruleset: Ruleset) -> dict[str, str]:
    return {"outcome": ruleset.outcome, "threshold": str(ruleset.threshold)}


def _aspects(item: Any) -> dict[str, str]:
    # Where a part stands in its file is no part of what it means.
    return {field.name: _text(getattr(item, field.name)) for field in fields(item) if field.name not in ("id", "line")}


def _summary(aspects: dict[str, str] | None) -> str:
    return "" if aspects is None else "; ".join(f"{name} {text}" for name, text in aspects.items() if text)


def _text(value: Any) -> str:
    """Return a value as a short text: the same text means the same thing."""
    if value is None or value == () or value is False:
        return ""
    if is_dataclass(value):
        given = ((field.name, _text(getattr(value, field.name))) for field in fields(value))
        return " ".join(f"{name}={text}" for name, text in given if text)
    if isinstance(value, tuple):
        return "[" + ", ".join(_text(item) or "-" for item in value) + "]"
    return str(value)
