"""`leadcal why-lost --part points`: which points fooled us?"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from analysis.losses import loss_cases
from analysis.losses.fooled import Fooled, fooled
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from data.store import Reader

_SHOWN: Final = [
    "rule_id",
    "lost_points",
    "won_points",
    "difference",
    "same_difference",
    "from",
    "to",
    "is_clear",
    "n_leads",
]


def report(reader: Reader, ruleset: Ruleset, selection: Selection) -> dict[str, Any]:
    """Return the points of losers beside those of winners for `output.print_result`."""
    found = fooled(loss_cases(reader, ruleset, selection))
    rules = found.rules.rename(columns={"same_low": "from", "same_high": "to"})
    return {
        "headline": headline(found),
        "facts": {
            "status": found.status,
            "n_high": found.n_high,
            "n_lost": found.n_lost,
            "n_won": found.n_won,
            "small_rules": list(found.small_rules),
        },
        "tables": {
            "rules": rules if found.status == "ok" else pd.DataFrame(columns=_SHOWN),
            "alone": found.alone,
            "small": found.small,
        },
        "main_table": "rules",
    }


def headline(found: Fooled) -> list[str]:
    """Say in words which points fooled us."""
    if found.status == "no_rules":
        return ["The score comes from another tool: its points are not known."]
    if found.status == "too_few":
        return [f"{found.n_won:,} winners and {found.n_lost:,} losers are too few to compare their points."]
    lines = [f"{found.n_lost:,} high scores that lost beside {found.n_won:,} that won, at the same scores."]
    for words, is_side in (("more", found.rules["same_difference"] > 0), ("less", found.rules["same_difference"] < 0)):
        clear = found.rules[is_side & found.rules["is_clear"]]
        told = [f"{row.rule_id} ({row.same_difference:+.2f})" for row in clear.itertuples()]
        lines.append(f"Losers have {words} from: {', '.join(told) or 'no rule, beyond chance'}.")
    return [*lines, *(_alone(row) for row in found.alone.itertuples() if row.is_clear)]


def _alone(row: Any) -> str:
    same = row.n_expected / row.n_leads
    leads = f"Only {row.rule_id} makes {row.n_leads:,} leads high scores"
    return f"{leads}: {row.win_rate:.1%} win, others with the same scores {same:.1%}."
