"""Who broke which promise: sales called or answered too late, marketing handed over too early or too little."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.handoffs.judged import Judged
from analysis.handoffs.rows import REJECTED, UNANSWERED, Handed
from analysis.handoffs.waits import WAITS, Wait, groups_of, is_recorded
from analysis.intervals import MIN_N, rates, wilson_interval
from analysis.matching import Mask

IN_TIME, LATE, MISSED, OPEN, RELEASED, NO_LIMIT = range(6)
"""Kept; kept too late; not kept and overdue; not due yet; answered instead (a lead that was refused in time need not
be called); no deadline, or nobody records it."""

DUE: Final = (IN_TIME, LATE, MISSED)

SALES_BREACHES: Final = ("contact_late", "contact_missed", "answer_late", "answer_missed")
MARKETING_BREACHES: Final = ("below_threshold", "facts_missing")


def states(handed: Handed, judged: Judged, wait: Wait) -> NDArray[np.int8]:
    """Say of each handoff whether a deadline was kept; shape (n,).

    Notes
    -----
    A rejection before the deadline ends the duty to call, unless its very reason is that nobody
    was reached. An answer whose time nobody wrote down has no deadline to be held against.
    """
    limit = judged.limits[wait]
    taken = handed.column(f"{wait}_hours")
    waited = handed.column("open_hours")
    answer = handed.column("answer_no")
    is_released = np.zeros(len(limit), dtype=bool)
    if wait == "contact":
        is_released = (answer == REJECTED) & ~handed.is_kind("not_contacted")
        waited = np.where(is_released, handed.column("contact_seen_hours"), waited)
    has_limit = ~np.isnan(limit) & is_recorded(handed, wait)
    if wait == "answer":
        has_limit &= (answer == UNANSWERED) | ~np.isnan(taken)
    found = np.select(
        [~has_limit, taken <= limit, taken > limit, waited > limit, is_released],
        [NO_LIMIT, IN_TIME, LATE, MISSED, RELEASED],
        OPEN,
    )
    return found.astype(np.int8)


def breach_masks(handed: Handed, judged: Judged) -> dict[str, Mask]:
    """Return which handoffs of the period broke each promise, by the names of the breaches."""
    masks: dict[str, Mask] = {}
    for wait in WAITS:
        state = states(handed, judged, wait)
        masks[f"{wait}_late"] = handed.is_current & (state == LATE)
        masks[f"{wait}_missed"] = handed.is_current & (state == MISSED)
    is_promised = handed.is_current & ~handed.is_own
    masks["below_threshold"] = is_promised & judged.is_below
    masks["facts_missing"] = is_promised & judged.is_incomplete
    return masks


def breaches(handed: Handed, judged: Judged) -> pd.DataFrame:
    """Count the broken promises of the period, both ways.

    Returns
    -------
    DataFrame
        One row per breach: `side` ("sales" or "marketing"), `breach`, `is_known` (there is a
        promise, and it is recorded whether it was kept), `n_due` (handoffs it held for and whose
        time had come), `n` (broken), `rate` with `low`, `high`, `is_enough`.
    """
    due = _due(handed, judged)
    rows = [
        {"side": side, "breach": name, "n_due": int(due[name].sum()), "n": int((mask & due[name]).sum())}
        for name, mask in breach_masks(handed, judged).items()
        for side in ["sales" if name in SALES_BREACHES else "marketing"]
    ]
    table = pd.DataFrame(rows)
    low, high = wilson_interval(table["n"], table["n_due"])
    return table.assign(
        is_known=table["n_due"] > 0, rate=rates(table["n"], table["n_due"]), low=low, high=high,
        is_enough=table["n_due"] >= MIN_N,
    )  # fmt: skip


def kept_by(handed: Handed, judged: Judged, dimension: str) -> pd.DataFrame:
    """Count kept and broken deadlines of sales for each value of an attribute.

    Returns
    -------
    DataFrame
        One row per value, most handoffs first: `group`, and for contact and answer `n_<wait>_due`,
        `n_<wait>_kept`, `<wait>_rate` with `<wait>_low`, `<wait>_high`, `is_<wait>_enough` (at least 20 due).
    """
    known = {wait: states(handed, judged, wait) for wait in WAITS}
    rows = []
    for label, is_group in groups_of(handed, dimension):
        row: dict[str, object] = {"group": label}
        for wait, state in known.items():
            own = state[is_group]
            row[f"n_{wait}_due"], row[f"n_{wait}_kept"] = int(np.isin(own, DUE).sum()), int((own == IN_TIME).sum())
        rows.append(row)
    names = ["group", *(f"n_{wait}_{part}" for wait in WAITS for part in ("due", "kept"))]
    table = pd.DataFrame(rows, columns=names)
    for wait in WAITS:
        kept, n = table[f"n_{wait}_kept"].astype(float), table[f"n_{wait}_due"].astype(float)
        low, high = wilson_interval(kept, n)
        table = table.assign(**{f"{wait}_rate": rates(kept, n), f"{wait}_low": low, f"{wait}_high": high})
        table[f"is_{wait}_enough"] = n >= MIN_N
    return table


def _due(handed: Handed, judged: Judged) -> Mapping[str, Mask]:
    due: dict[str, Mask] = {}
    for wait in WAITS:
        is_due = handed.is_current & np.isin(states(handed, judged, wait), DUE)
        due[f"{wait}_late"] = due[f"{wait}_missed"] = np.asarray(is_due, dtype=bool)
    is_promised = handed.is_current & ~handed.is_own
    due["below_threshold"] = is_promised & ~np.isnan(judged.score)
    due["facts_missing"] = is_promised if judged.facts else np.zeros(len(is_promised), dtype=bool)
    return due
