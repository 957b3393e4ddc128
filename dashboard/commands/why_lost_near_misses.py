"""`leadcal why-lost --part near-misses`: low scores that won, and who came back by themselves."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.intervals import MIN_N
from analysis.losses import loss_cases
from analysis.losses.facts import case_facts
from analysis.losses.near_misses import NearMisses, near_misses
from analysis.losses.returns import returned_leads
from analysis.replay import pattern_table
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard.commands import why_lost_groups as groups
from data.store import Reader


def report(reader: Reader, ruleset: Ruleset, selection: Selection) -> dict[str, Any]:
    """Return what low scores that won share, and the leads that came back, for `output.print_result`."""
    cases = loss_cases(reader, ruleset, selection)
    patterns = pattern_table(reader, ruleset, selection)
    found = near_misses(reader, cases, case_facts(reader, cases), patterns)
    returned = returned_leads(reader, selection)
    ends = {"extra_low": "extra_least", "extra_high": "extra_most"}
    return {
        "headline": [
            *_opening(found),
            *groups.headline(found.found, "low scores", "more"),
            *_rules(found),
            _back(returned),
        ],
        "facts": {
            "n_low": found.n_low,
            "n_won": found.n_won,
            "won_rate": found.won_rate,
            "won_low": found.won_low,
            "won_high": found.won_high,
            **groups.facts(found.found),
        },
        "tables": {
            "near_misses": groups.table(found.found),
            "rules": found.rules.assign(condition=[groups.text(each) for each in found.rules["condition"]]).rename(
                columns=ends
            ),
            "returned": returned.drop(columns="lead_no"),
        },
        "main_table": "near_misses",
    }


def _opening(found: NearMisses) -> list[str]:
    if found.n_low < MIN_N:
        return [f"{found.n_low:,} handoffs below the threshold can be judged, {found.n_won:,} won: too few for a rate."]
    return [
        (
            f"{found.n_low:,} handoffs below the threshold can be judged; {found.n_won:,} won "
            f"({found.won_rate:.1%}, {found.won_low:.1%} to {found.won_high:.1%}). They are no fair sample of all low scores."
        )
    ]


def _rules(found: NearMisses) -> list[str]:
    is_sure = (found.found.table["status"] == "confirmed") & (found.rules["points"] > 0)
    lines = []
    for row in found.rules[is_sure].itertuples():
        lines.append(
            f"{row.points:+d} points for it lift {row.n_caught:,} of them to the threshold, {row.n_won:,} won: "
            f"{row.n_extra_per_win:.1f} handoffs for each win ({row.extra_low:.1f} to {row.extra_high:.1f})."
        )
        lines += ["", *row.text.splitlines(), ""] if row.text else []
    return lines


def _back(returned: pd.DataFrame) -> str:
    never = int((returned["state"] == "never").sum())
    return f"{len(returned):,} leads came back by themselves and wait, {never:,} of them never handed over."
