"""`leadcal why-lost --part account`: of the high scores that lost, what took how many?"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from analysis.losses import Account, loss_account, loss_cases
from analysis.losses.handling import attempts
from analysis.losses.reasons import reasons
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard import people
from data.store import Reader

_SHOWN: Final = ["part", "n_lost", "from", "to", "is_clear", "n_leads", "n_wins_back"]
_SINGLE: Final = (
    "n_high", "n_won", "n_lost", "n_expected", "expected_low", "expected_high", "n_luck", "luck_low", "luck_high",
    "log_odds_per_point", "is_enough", "confidence",
)  # fmt: skip


def report(reader: Reader, ruleset: Ruleset, selection: Selection, *, show_owners: bool = False) -> dict[str, Any]:
    """Return the account of the losses for `output.print_result`; persons by number unless their names are asked for."""
    cases = loss_cases(reader, ruleset, selection)
    account = loss_account(cases)
    levels = account.levels
    if not show_owners:
        hidden = people.for_files(levels, "label", reader)["label"]
        levels = levels.assign(label=levels["label"].mask(levels["cause"] == "rep", hidden))
    return {
        "headline": headline(account),
        "facts": {name: getattr(account, name) for name in _SINGLE}
        | {"n_immature": cases.n_immature, "n_already_decided": cases.n_already_decided, "n_gated": cases.n_gated},
        "tables": {
            "parts": parts(account),
            "rules": account.rules,
            "levels": levels,
            "reasons": reasons(cases, selection),
            "attempts": attempts(reader, selection, cases),
        },
        "main_table": "parts",
    }


def parts(account: Account) -> pd.DataFrame:
    """Return the parts of the losses, which add up to all of them.

    Returns
    -------
    DataFrame
        `part` (chance, the causes, luck), `n_lost`, `from`, `to` (95 % interval), `is_clear`,
        `n_leads`, `n_wins_back`, `wins_back_from`, `wins_back_to`.
    """
    if not account.is_enough:
        return pd.DataFrame(columns=[*_SHOWN, "wins_back_from", "wins_back_to"])
    ends = pd.DataFrame(
        {
            "cause": ["chance", "luck"],
            "n_lost": [account.n_expected, account.n_luck],
            "low": [account.expected_low, account.luck_low],
            "high": [account.expected_high, account.luck_high],
            "n_leads": account.n_high,
            "is_clear": False,
        }
    )
    names = {"cause": "part", "low": "from", "high": "to", "wins_back_low": "wins_back_from"}
    found = pd.concat([ends.iloc[:1], account.causes, ends.iloc[1:]], ignore_index=True)
    return found.rename(columns=names | {"wins_back_high": "wins_back_to"})


def headline(account: Account) -> list[str]:
    """Say in words what the account found."""
    first = f"Of {account.n_high:,} high scores {account.n_lost:,} lost"
    if not account.is_enough:
        return [f"{first}: too few wins or losses to tell causes from chance."]
    between = f"{account.expected_low:,.0f} to {account.expected_high:,.0f}"
    lines = [f"{first}; {account.n_expected:,.0f} of them such scores lose by chance alone ({between})."]
    clear = account.causes[account.causes["is_clear"]]
    found = [f"{row.cause} {row.n_lost:+,.0f} ({row.low:+,.0f} to {row.high:+,.0f})" for row in clear.itertuples()]
    lines.append(f"Beyond chance: {', '.join(found) or 'nothing'}.")
    rules = account.rules[account.rules["is_clear"]]
    told = [f"{row.rule_id} {row.n_lost:+,.0f}" for row in rules.itertuples()]
    lines.append(f"Rules that promised too much (+) or too little (-): {', '.join(told) or 'none beyond chance'}.")
    back = clear[clear["cause"].isin(["late", "no_contact"]) & (clear["n_lost"] > 0)]
    if len(back):
        total = " and ".join(
            f"{row.n_wins_back:,.0f} ({row.wins_back_low:,.0f} to {row.wins_back_high:,.0f}) for {row.cause}"
            for row in back.itertuples()
        )
        lines.append(f"Wins more, had every call been in time: {total}.")
    return lines
