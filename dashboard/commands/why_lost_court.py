"""`leadcal why-lost --part court`: the cases to look at together, and what both departments said of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.losses import loss_cases
from analysis.losses.court import Agreement, against_the_account, agreement, docket, excluded_handoffs, judged_by_both
from analysis.losses.suspects import suspects
from analysis.losses.verdicts import DEPARTMENTS, Verdict, read_verdicts
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from data.store import Reader


def report(reader: Reader, ruleset: Ruleset, selection: Selection) -> dict[str, Any]:
    """Return the cases, the verdicts and the agreement, for `output.print_result`.

    As on the page, suspicions and verdicts on a case are told once both departments have judged it.
    """
    suspected = suspects(loss_cases(reader, ruleset, selection))
    verdicts, problems = read_verdicts(reader.workspace)
    found = agreement(verdicts)
    excluded = excluded_handoffs(reader.workspace)
    return {
        "headline": headline(found, len(excluded), problems),
        "facts": {
            name: getattr(found, name)
            for name in ("n_both", "n_same", "share", "low", "high", "kappa", "kappa_low", "kappa_high", "is_enough")
        } | {"n_excluded": len(excluded), "excluded": sorted(excluded), "problems": list(problems)},
        "tables": {
            "cases": _cases(docket(suspected), verdicts),
            "agreement": found.table,
            "against_the_account": against_the_account(verdicts, suspected),
        },
        "main_table": "cases",
    }  # fmt: skip


def headline(found: Agreement, n_excluded: int, problems: tuple[str, ...]) -> list[str]:
    """Say how far the departments agree, and which files are damaged."""
    if not found.n_both:
        lines = ["Nobody has judged a case yet in both departments."]
    else:
        few = "" if found.is_enough else "; too few to say more"
        interval = f"{found.share:.0%}, {found.low:.0%} to {found.high:.0%}{few}"
        lines = [f"Both departments judged {found.n_both} cases and said the same of {found.n_same} ({interval})."]
    if found.is_enough and found.kappa == found.kappa:
        lines.append(f"Cohen's kappa {found.kappa:.2f} ({found.kappa_low:.2f} to {found.kappa_high:.2f}).")
    lines.append(
        f"{n_excluded} cases were put down to handling, data or the market by both; `leadcal tune --without-judged` leaves them out."
    )
    return [*lines, *(f"Not read: {problem}" for problem in problems)]


def _cases(drawn: pd.DataFrame, verdicts: tuple[Verdict, ...]) -> pd.DataFrame:
    said = {(each.handoff_id, each.department): each.verdict for each in verdicts}
    judged = judged_by_both(verdicts)
    table = drawn[["handoff_id", "lead_id", "decided_at", "score"]].copy()
    is_open = table["handoff_id"].isin(judged)
    for department in DEPARTMENTS:
        words = [said.get((handoff_id, department), "") for handoff_id in table["handoff_id"]]
        table[department] = [
            word if shown else ("(given)" if word else "") for word, shown in zip(words, is_open, strict=True)
        ]
    table["suspected"] = drawn["suspected"].where(is_open.to_numpy(), "")
    return table
