"""Leads that come back: why they had been given back, after how long, and whether a second pass wins."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.handoffs.reasons import MISSING
from analysis.handoffs.rows import ACCEPTED, REJECTED, Handed
from analysis.handoffs.waits import groups_of
from analysis.intervals import MIN_N, newcombe_interval, rates, wilson_interval
from analysis.matching import Mask
from analysis.patterns import GROUPS

_MATURE = (GROUPS.index("not_won"), GROUPS.index("won"))
_WON = GROUPS.index("won")


def passes(handed: Handed, outcome_no: NDArray[np.int8]) -> pd.DataFrame:
    """Hold leads that were handed over again against those handed over for the first time.

    Parameters
    ----------
    handed : Handed
        From `rows.handed_over`; its period counts.
    outcome_no : array of shape (n,)
        From `rows.outcomes`.

    Returns
    -------
    DataFrame
        Two rows, `turn` "first" and "again": `n_handoffs`, `n_mature`, `n_won`, `win_rate` with
        `win_low`, `win_high`, `is_enough`; `change` (again minus first) with `change_low`,
        `change_high` (Newcombe), the same in both rows; NaN where either has too few.
    """
    is_again = handed.column("turn_no") > 1
    table = outcome_rows(
        [("first", handed.is_current & ~is_again), ("again", handed.is_current & is_again)], outcome_no
    )
    table = table.rename(columns={"group": "turn"})
    first, again = (table.iloc[number] for number in (0, 1))
    low, high = newcombe_interval(again["n_won"], again["n_mature"], first["n_won"], first["n_mature"])
    is_known = bool(table["is_enough"].all())
    change = again["win_rate"] - first["win_rate"] if is_known else np.nan
    ends = {"change_low": low, "change_high": high} if is_known else {"change_low": np.nan, "change_high": np.nan}
    return table.assign(change=change, **{name: float(value) for name, value in ends.items()})


def came_back(handed: Handed, outcome_no: NDArray[np.int8]) -> pd.DataFrame:
    """Say of the leads handed over again why they had been given back, and what the second try brought.

    Returns
    -------
    DataFrame
        One row per kind of reason of the handoff before, most leads first: `kind` (one of
        `reasons.KINDS`, "unknown", '' for a rejection without reason, "accepted" for leads that
        sales had taken and that were not won, "unanswered"), `n_handoffs`, `n_mature`, `n_won`,
        `win_rate`, `win_low`, `win_high`, `is_enough`, `median_days` since the handoff before.
    """
    is_again = handed.is_current & (handed.column("turn_no") > 1)
    kind = before_kinds(handed)
    masks = [(name, is_again & (kind == name)) for name in np.unique(kind[is_again])]
    table = outcome_rows(masks, outcome_no).rename(columns={"group": "kind"})
    days = (handed.column("handed_off_at") - handed.column("earlier_at")) / np.timedelta64(1, "D")
    table = table.assign(median_days=[float(np.median(days[mask])) for _, mask in masks])
    return table.sort_values(["n_handoffs", "kind"], ascending=[False, True], ignore_index=True)


def before_kinds(handed: Handed) -> NDArray[np.object_]:
    """Return why each lead had been given back the time before; see `came_back`. Meaningless for first handoffs."""
    kinds = np.array(handed.kinds, dtype=object)[handed.column("earlier_reason")]
    answer = handed.column("earlier_answer_no")
    found = np.where(answer == REJECTED, kinds, np.where(answer == ACCEPTED, "accepted", "unanswered"))
    return found.astype(object)


def given_back(handed: Handed, dimension: str) -> pd.DataFrame:
    """Count the rejected handoffs of the period, and how many of their leads came again, by who had them.

    Returns
    -------
    DataFrame
        One row per value of the attribute, most rejections first: `group`, `n_handoffs`,
        `n_rejected`, `rejected_rate` of the answered with `rejected_low`, `rejected_high`,
        `n_back` (handed over again by as_of), `back_rate` with `back_low`, `back_high`,
        `n_no_reason` (rejected without a reason), `is_enough`, `is_back_enough` (at least 20
        answered, and rejected).
    """
    answer = handed.column("answer_no")
    is_rejected = answer == REJECTED
    is_answered = is_rejected | (answer == ACCEPTED)
    is_back = is_rejected & ~np.isnat(handed.column("next_handed_off_at"))
    is_silent = handed.is_kind(MISSING)
    parts = (np.ones(len(answer), dtype=bool), is_answered, is_rejected, is_back, is_silent)
    rows = [[label, *(int((mask & part).sum()) for part in parts)] for label, mask in groups_of(handed, dimension)]
    table = pd.DataFrame(rows, columns=["group", "n_handoffs", "n_answered", "n_rejected", "n_back", "n_no_reason"])
    for name, n, of in (("rejected", "n_rejected", "n_answered"), ("back", "n_back", "n_rejected")):
        low, high = wilson_interval(table[n].astype(float), table[of].astype(float))
        share = rates(table[n].astype(float), table[of].astype(float))
        table = table.assign(**{f"{name}_rate": share, f"{name}_low": low, f"{name}_high": high})
    table = table.assign(is_enough=table["n_answered"] >= MIN_N, is_back_enough=table["n_rejected"] >= MIN_N)
    return table.sort_values(["n_rejected", "group"], ascending=[False, True], ignore_index=True)


def outcome_rows(groups: list[tuple[str, Mask]], outcome_no: NDArray[np.int8]) -> pd.DataFrame:
    """Return the win rate of each group of handoffs; `passes` says in which columns, `group` is the name."""
    is_mature, is_won = np.isin(outcome_no, _MATURE), outcome_no == _WON
    rows = [
        [name, *(int(part.sum()) for part in (mask, mask & is_mature, mask & is_won))] for name, mask in groups
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["group", "n_handoffs", "n_mature", "n_won"])
    low, high = wilson_interval(table["n_won"].astype(float), table["n_mature"].astype(float))
    rate = rates(table["n_won"].astype(float), table["n_mature"].astype(float))
    return table.assign(win_rate=rate, win_low=low, win_high=high, is_enough=table["n_mature"] >= MIN_N)
