"""`leadcal why-lost --part twins`: the winners most like a high score that lost, and what differed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.losses import Cases, loss_cases
from analysis.losses.facts import case_facts
from analysis.losses.twins import Twins, lost_cases, twins, winners
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard.masking import mask_text
from data.errors import InputError
from data.store import Reader


def report(reader: Reader, ruleset: Ruleset, selection: Selection, lead: str = "") -> dict[str, Any]:
    """Return a lost lead beside its twins for `output.print_result`; the latest that lost by default."""
    cases = loss_cases(reader, ruleset, selection)
    row = _row(cases, lead)
    found = twins(reader, cases, case_facts(reader, cases), winners(reader, cases), row)
    own = found.cases.iloc[0]
    return {
        "headline": [
            (
                f"{own['lead_id']} lost with a score of {own['score']}; "
                f"the most similar of {found.n_winners:,} winners at the handoff, and what differed:"
            )
        ],
        "facts": {"lead_id": own["lead_id"], "pass_no": own["pass_no"], "n_winners": found.n_winners},
        "tables": {"differences": _differences(found), "twins": found.cases},
        "main_table": "differences",
    }


def _row(cases: Cases, lead: str) -> int:
    rows = lost_cases(cases)
    if lead:
        rows = rows[(cases.table["lead_id"].iloc[rows] == lead).to_numpy()]
    if not len(rows):
        if lead:
            raise InputError(
                f"--lead {lead}: no handoff of this lead lost with a high score; choose another lead or period"
            )
        raise InputError(
            "no high score of the period has lost; choose another period, or a ruleset with a lower threshold"
        )
    return int(rows[0])


def _differences(found: Twins) -> pd.DataFrame:
    """Return what differed, one column per lead; people are masked."""
    rows = found.differences
    table = pd.DataFrame({"aspect": [f"{row.group}: {row.name}" for row in rows.itertuples()]})
    for place, lead_id in enumerate(found.cases["lead_id"]):
        table[f"{lead_id} ({'won' if place else 'lost'})"] = [
            _said(str(row.name), row.values[place]) for row in rows.itertuples()
        ]
    return table


def _said(name: str, value: Any) -> str:
    if isinstance(value, float):
        return "-" if pd.isna(value) else f"{value:,.1f}"
    return mask_text(value) if name == "owner" else str(value)
