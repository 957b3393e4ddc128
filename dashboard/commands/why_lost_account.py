"""`leadcal why-lost --part account`: of the high scores that lost, what took how many?"""

from __future__ import annotations

from typing import Any

from analysis.losses import loss_account, loss_cases
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from data.store import Reader


def report(reader: Reader, ruleset: Ruleset, selection: Selection) -> dict[str, Any]:
    """Return the account of the losses for `output.print_result`."""
    account = loss_account(loss_cases(reader, ruleset, selection))
    return {
        "headline": [f"Of {account.n_high:,} high scores, {account.n_lost:,} lost."],
        "facts": {"n_high": account.n_high, "n_lost": account.n_lost, "n_expected": account.n_expected},
        "tables": {"causes": account.causes},
        "main_table": "causes",
    }
