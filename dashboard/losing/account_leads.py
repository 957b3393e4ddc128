"""The leads behind each part of the account: always those that lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from analysis.losses import Account, Cases
from analysis.losses.account import LIMITS
from analysis.losses.fooled import rule_points
from analysis.losses.handling import is_other_department
from analysis.matching import Mask
from analysis.selection import Selection
from dashboard import loading, loading_losses, loading_people, revealing
from dashboard.drilling import Offer
from dashboard.loading import Snapshot
from dashboard.losing import words
from dashboard.losing.leads import offer
from dashboard.texts import Speaker

NAMED: Final = {"blind_spot": "source", "rep": "owner", "data": "", "market": "quarter"}
"""Causes that have names, and the column of the cases these lie in."""


def offers(account: Account, say: Speaker, current: Snapshot, selection: Selection, path: str) -> list[Offer]:
    """Return the lost leads of each cause, rule and name that stands out."""
    cases = loading_losses.cases(current, selection, path, loading.stamp_of(path))
    lost = cases.is_account & ~cases.table["is_won"].to_numpy(dtype=bool)
    found = {"lost": (say("losing.leads.lost"), lost)}
    found |= _handled(cases, say)
    found |= _rules(account, cases, say)
    found |= _named(account, cases, current, say)
    return [offer(code, label, mask & lost, current, selection, path) for code, (label, mask) in found.items()]


def _handled(cases: Cases, say: Speaker) -> dict[str, tuple[str, Mask]]:
    handling = cases.table["handling"].to_numpy(dtype=object)
    masks = {"late": handling == "late", "no_contact": handling == "none", "department": is_other_department(cases)}
    return {cause: (say(f"losing.leads.{cause}"), mask) for cause, mask in masks.items()}


def _rules(account: Account, cases: Cases, say: Speaker) -> dict[str, tuple[str, Mask]]:
    names, points = rule_points(cases)
    found = {}
    for row in account.rules.itertuples():
        if row.rule_id not in names:
            continue
        label = say("losing.leads.rule", name=words.rule_label(cases.ruleset, row.rule_id, say))
        found[f"rule.{row.rule_id}"] = (label, points[:, names.index(row.rule_id)] != 0)
    clear = account.rules.loc[account.rules["is_clear"] & (account.rules["rule_id"] != LIMITS), "rule_id"]
    masks = [found[f"rule.{rule}"][1] for rule in clear]
    return _together("score", masks, say) | found


def _named(account: Account, cases: Cases, current: Snapshot, say: Speaker) -> dict[str, tuple[str, Mask]]:
    """Return the names that stand out, by cause and one by one."""
    found: dict[str, tuple[str, Mask]] = {}
    for cause, column in NAMED.items():
        rows = account.levels[(account.levels["cause"] == cause) & account.levels["is_clear"]]
        masks = [_of_level(cases, column, str(label)) for label in rows["label"]]
        found |= _together(cause, masks, say)
        codes = loading_people.coded(current, column, rows["label"])
        for label, code, mask in zip(rows["label"], codes, masks, strict=True):
            name = words.level_name(cause, label, say, is_revealed=revealing.is_revealed())
            found[f"{cause}.{code}"] = (
                say("losing.leads.named", cause=say(f"losing.cause.{cause}.name"), name=name),
                mask,
            )
    return found


def _of_level(cases: Cases, column: str, label: str) -> Mask:
    if column:
        return cases.table[column].to_numpy(dtype=object) == label
    return cases.unknown[:, cases.fields.index(label)]


def _together(cause: str, masks: Iterable[Mask], say: Speaker) -> dict[str, tuple[str, Mask]]:
    masks = list(masks)
    return {cause: (say(f"losing.leads.{cause}"), np.logical_or.reduce(masks))} if masks else {}
