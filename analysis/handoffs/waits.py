"""How long it takes to call and to answer, in office hours, with those still open counted as "at least"."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from analysis.groups import waits_against_the_rest
from analysis.handoffs.office import HOURS_PER_DAY
from analysis.handoffs.rows import UNANSWERED, Handed
from analysis.matching import Mask
from analysis.times import log_rank, time_until

Wait = Literal["contact", "answer"]
WAITS: Final[tuple[Wait, ...]] = ("contact", "answer")

FOLLOW_HOURS: Final = 60 * HOURS_PER_DAY
"""Nobody is followed for longer: 60 days of the office are about a quarter."""

OTHER: Final = "*"
"""Name of the values beyond the `MAX_GROUPS` most frequent."""

MAX_GROUPS: Final = 40

_PARTS: Final = 10
"""Waits are counted in tenths of an hour."""


def life_table(handed: Handed, wait: Wait, is_chosen: Mask) -> pd.DataFrame:
    """Count how long chosen handoffs waited.

    Parameters
    ----------
    handed : Handed
        From `rows.handed_over`.
    wait : {"contact", "answer"}
        Until the first contact, or until the answer. Answers without a time are left out.
    is_chosen : boolean array of shape (n,)
        Which handoffs.

    Returns
    -------
    DataFrame
        As `times.median_waiting` asks for it: `time` (office hours), `n_events`, `n_censored`.
    """
    if wait == "answer":
        is_chosen = is_chosen & ((handed.column("answer_no") == UNANSWERED) | ~np.isnan(handed.column("answer_hours")))
    ended = handed.column(f"{wait}_hours")[is_chosen]
    seen = handed.column("contact_seen_hours" if wait == "contact" else "open_hours")[is_chosen]
    is_event = ~np.isnan(ended) & (ended < FOLLOW_HOURS)
    tenths = np.floor(np.minimum(np.where(np.isnan(ended), seen, ended), FOLLOW_HOURS) * _PARTS + 1e-6).astype(np.int64)
    n_places = FOLLOW_HOURS * _PARTS + 1
    table = pd.DataFrame(
        {
            "time": np.arange(n_places) / _PARTS,
            "n_events": np.bincount(tenths[is_event], minlength=n_places),
            "n_censored": np.bincount(tenths[~is_event], minlength=n_places),
        }
    )
    return table[(table["n_events"] > 0) | (table["n_censored"] > 0)].reset_index(drop=True)


def is_recorded(handed: Handed, wait: Wait) -> bool:
    """Whether anybody records the end of this wait."""
    return handed.is_contact_recorded if wait == "contact" else handed.is_answer_recorded


def wait_groups(handed: Handed, wait: Wait, dimension: str) -> pd.DataFrame:
    """Compare the waits of the values of an attribute, each with all others together.

    Parameters
    ----------
    handed : Handed
        From `rows.handed_over`; its period counts.
    wait : {"contact", "answer"}
        As for `life_table`.
    dimension : str
        One of `rows.DIMENSIONS`.

    Returns
    -------
    DataFrame
        One row per value, most handoffs first: `group` ('' unknown, `OTHER` the rest), `n`,
        `n_events`, `n_open` (still waiting, or no longer waited for), `median`, `low`, `high` (95 %),
        `p80` (NaN where never observed) in office hours, `is_enough`, `rest_median`, `chance`,
        `is_late`; see `groups.waits_against_the_rest`. Empty when nobody records it.
    """
    tables = [
        life_table(handed, wait, is_group).assign(group=label) for label, is_group in groups_of(handed, dimension)
    ]
    known = [table for table in tables if len(table)] if is_recorded(handed, wait) else []
    empty = pd.DataFrame({"group": pd.Series(dtype=object), "time": [], "n_events": [], "n_censored": []})
    waits = pd.concat(known) if known else empty
    table = waits_against_the_rest(waits)
    p80 = {str(part["group"].iloc[0]): time_until(part, 0.8) for part in known}
    table = table.assign(p80=[p80[group] for group in table["group"]], n_open=table["n"] - table["n_events"])
    return table.sort_values(["n", "group"], ascending=[False, True], ignore_index=True)


def groups_of(handed: Handed, dimension: str) -> list[tuple[str, Mask]]:
    """Return each value of an attribute with its handoffs of the period; rare ones together."""
    codes = handed.column(dimension)
    counts = np.bincount(codes[handed.is_current], minlength=len(handed.labels[dimension]))
    order = [int(code) for code in np.argsort(-counts, kind="stable") if counts[code]]
    found = [(handed.labels[dimension][code], handed.is_current & (codes == code)) for code in order[:MAX_GROUPS]]
    rare = order[MAX_GROUPS:]
    return [*found, (OTHER, handed.is_current & np.isin(codes, rare))] if rare else found


def wait_periods(handed: Handed) -> pd.DataFrame:
    """Put the waits of the period beside those of the one before.

    Returns
    -------
    DataFrame
        One row per item of `WAITS`: `wait`, `is_recorded`, `n`, `n_events`, `n_open`, `median`,
        `low`, `high`, `p80`, `is_enough`; `n_before`, `median_before`, `p80_before` (NaN without a
        period before); `chance` of so large a difference by chance alone (log-rank; NaN where
        either has fewer than 20).
    """
    return pd.DataFrame([_periods(handed, wait) for wait in WAITS])


def _periods(handed: Handed, wait: Wait) -> dict[str, object]:
    now, before = (life_table(handed, wait, mask) for mask in (handed.is_current, ~handed.is_current))
    sides: dict[str, dict[Any, Any]] = {}
    for name, table in (("now", now), ("before", before)):
        row = waits_against_the_rest(table.assign(group="")) if len(table) else pd.DataFrame()
        sides[name] = row.iloc[0].to_dict() if len(row) and is_recorded(handed, wait) else _NOTHING
    is_enough = sides["now"]["is_enough"] and sides["before"]["is_enough"]
    return {
        "wait": wait,
        "is_recorded": is_recorded(handed, wait),
        **{name: sides["now"][name] for name in ("n", "n_events", "median", "low", "high", "is_enough")},
        "n_open": int(sides["now"]["n"]) - int(sides["now"]["n_events"]),
        "p80": time_until(now, 0.8) if sides["now"]["n_events"] else np.nan,
        "n_before": sides["before"]["n"],
        "median_before": sides["before"]["median"],
        "p80_before": time_until(before, 0.8) if sides["before"]["n_events"] else np.nan,
        "chance": log_rank(now, before) if is_enough else np.nan,
    }


_NOTHING: Final[dict[Any, Any]] = {
    "n": 0, "n_events": 0, "median": np.nan, "low": np.nan, "high": np.nan, "is_enough": False,
}  # fmt: skip
