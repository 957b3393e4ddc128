"""`leadcal why-lost --part groups`: where do high scores fail more than they should?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.losses import loss_cases
from analysis.losses.facts import case_facts
from analysis.losses.snippets import Condition
from analysis.losses.subgroups import Subgroups, subgroups
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard.masking import mask_text
from data.store import Reader

_ENDS = {
    "at_stake_low": "n_at_stake_least", "at_stake_high": "n_at_stake_most", "ratio_low": "ratio_least",
    "ratio_high": "ratio_most",
}  # fmt: skip
"""Ends of intervals that are no rates."""


def report(reader: Reader, ruleset: Ruleset, selection: Selection) -> dict[str, Any]:
    """Return the conditions for `output.print_result`; people are masked."""
    cases = loss_cases(reader, ruleset, selection)
    found = subgroups(cases, case_facts(reader, cases))
    return {
        "headline": headline(found, "high scores", "fewer"),
        "facts": facts(found),
        "tables": {"groups": table(found)},
        "main_table": "groups",
    }


def headline(found: Subgroups, what: str, level: str) -> list[str]:
    """Say what was searched, and what holds."""
    if not found.is_enough:
        return [f"Too few results: {found.n_cases:,} {what}; each half needs 20 wins and 20 losses."]
    lines = [
        (
            f"{found.n_cases:,} {what}: {found.n_looked_at:,} conditions looked at before {found.split_at:%Y-%m-%d}, "
            f"{found.n_tested} tested after it."
        )
    ]
    rows = found.confirmed
    lines += [
        (
            f"{text(row.condition)}: {row.n_won:,} of {row.n:,} won, {row.n_expected:,.0f} promised; "
            f"about {row.n_at_stake:,.0f} wins {'beyond it' if found.is_wins else 'at stake'} "
            f"({row.at_stake_low:,.0f} to {row.at_stake_high:,.0f})."
        )
        for row in rows.itertuples()
    ]
    return lines if len(rows) else [*lines, f"None wins {level} than its scores promise by more than chance."]


def facts(found: Subgroups) -> dict[str, Any]:
    """Return what was searched, for JSON."""
    names = ("n_cases", "n_looked_at", "n_tested", "split_at", "is_enough")
    return {name: getattr(found, name) for name in names}


def table(found: Subgroups) -> pd.DataFrame:
    """Return the conditions with their names as text."""
    rows = found.table.assign(condition=[text(condition) for condition in found.table["condition"]])
    return rows.rename(columns={each: _ENDS.get(each, each) for each in rows})


def text(condition: Condition) -> str:
    """Return a condition as text; people are masked."""
    parts = [
        f"{name}={mask_text(label) if name == 'owner' and label else label or '(unknown)'}" for name, label in condition
    ]
    return " & ".join(parts)
