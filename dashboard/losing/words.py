"""What the account of the losses says, as sentences, and the names of its parts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.losses import Account
from analysis.losses.account import LIMITS
from analysis.rulesets import Ruleset
from dashboard.calibrating.score_words import quarter_name
from dashboard.masking import mask_text
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.workbench.words import rule_name


def rule_label(ruleset: Ruleset, rule_id: str, say: Speaker) -> str:
    """Return the name of a rule; for points that limits took or gave, that."""
    if rule_id == LIMITS:
        return say("losing.limits")
    rule = next(rule for rule in ruleset.rules if rule.id == rule_id)
    return rule_name(ruleset, rule_id, say) if not rule.tiers else str(getattr(rule, f"label_{say.language}"))


def level_name(cause: str, label: str, say: Speaker, *, is_revealed: bool) -> str:
    """Return the name of a source, a person, a fact or a quarter; persons are masked unless revealed."""
    if cause == "rep":
        return label if is_revealed else mask_text(label)
    if cause == "blind_spot":
        return say.source(label)
    if cause == "market":
        return quarter_name(pd.Period(label).start_time, say)
    if cause == "data":
        return say.word("losing.fact", label)
    return say(f"losing.cause.{cause}.name")


def between(low: float, high: float, say: Speaker) -> str:
    """Say an interval of counts, with signs where it holds both."""
    form = say.signed if low < 0 else say.count
    return say("losing.between", low=form(round(low)), high=form(round(high)))


def opening(account: Account, say: Speaker) -> str:
    """Say how many lost, and how many of them by chance."""
    return say(
        "losing.account.opening",
        lost=say.count(account.n_lost),
        high=say.count(account.n_high),
        expected=say.count(round(account.n_expected)),
        between=between(max(account.expected_low, 0.0), min(account.expected_high, account.n_high), say),
    )


def findings(account: Account, say: Speaker) -> list[str]:
    """Say each clear cause, the largest first, or that there is none."""
    clear = account.causes[account.causes["is_clear"]]
    if clear.empty:
        return [say("losing.account.nothing_clear")]
    order = clear["n_lost"].abs().sort_values(ascending=False).index
    return [_finding(row, say) for row in clear.loc[order].itertuples()]


def _finding(row: Any, say: Speaker) -> str:
    way = "more" if row.n_lost > 0 else "fewer"
    name = say(f"losing.cause.{row.cause}.{way}")
    low, high = sorted((abs(row.low), abs(row.high)))
    return say(
        f"losing.account.finding_{way}", name=name, n=say.count(round(abs(row.n_lost))), between=between(low, high, say)
    )


def unclear(account: Account, say: Speaker) -> str:
    """Say which causes cannot be told from chance, and what luck is left; empty when all are clear."""
    rows = account.causes[~account.causes["is_clear"] & (account.causes["low"] < account.causes["high"])]
    names = say("format.comma").join(say(f"losing.cause.{cause}.name") for cause in rows["cause"])
    is_odd = not account.luck_low <= account.n_luck <= account.luck_high
    luck = say(
        "losing.account.luck_odd" if is_odd else "losing.account.luck",
        n=say.signed(round(account.n_luck)),
        between=between(account.luck_low, account.luck_high, say),
    )
    return say("format.sentences", first=say("losing.account.unclear", names=names), second=luck) if names else luck


def clear_rules(account: Account, ruleset: Ruleset, say: Speaker) -> list[str]:
    """Say which rules cost or saved deals beyond chance, the largest first."""
    rules = account.rules[account.rules["is_clear"]]
    order = rules["n_lost"].abs().sort_values(ascending=False).index
    return [
        say(
            f"losing.account.rule_{'more' if row.n_lost > 0 else 'fewer'}",
            name=plain(rule_label(ruleset, row.rule_id, say)),
            n=say.count(round(abs(row.n_lost))),
            between=between(*sorted((abs(row.low), abs(row.high))), say),
        )
        for row in rules.loc[order].itertuples()
    ]


def wins_back(account: Account, say: Speaker) -> str:
    """Say how many would have been won, had every call been in time; empty where that cannot be said."""
    rows = account.causes.set_index("cause").loc[["late", "no_contact"]]
    rows = rows[rows["is_clear"] & (rows["n_lost"] > 0)]
    if rows.empty:
        return ""
    parts = [
        say(
            f"losing.account.back_{row.Index}",
            n=say.count(round(row.n_wins_back)),
            between=between(row.wins_back_low, row.wins_back_high, say),
        )
        for row in rows.itertuples()
    ]
    return say("losing.account.back", parts=say("losing.account.back_join").join(parts))


def unrecorded(account: Account, say: Speaker) -> str:
    """Say which causes the history cannot speak of; empty when it can of all."""
    rows = account.causes[account.causes["low"] == account.causes["high"]]
    names = say("format.comma").join(say(f"losing.cause.{cause}.name") for cause in rows["cause"])
    return say("losing.account.unrecorded", names=names) if names else ""
