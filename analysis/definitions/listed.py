"""The leads behind a number of the stress test."""

from __future__ import annotations

import numpy as np

from analysis.definitions.replayed import Replayed
from analysis.lead_list import N_SHOWN, LeadList
from analysis.matching import Mask
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine


def pattern_leads(
    engine: Engine, selection: Selection, found: Replayed, is_chosen: Mask, n_rows: int = N_SHOWN
) -> LeadList:
    """Return the leads of chosen patterns, the latest first.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        As for `found`.
    found : Replayed
        The decisions.
    is_chosen : boolean array of shape (n_patterns,)
        For example from `compare.cell_masks`; a lead with two such decisions is listed twice.
    n_rows : int
        How many to return at most.
    """
    chosen = np.flatnonzero(is_chosen[found.pattern_no])
    decided_at = found.decisions["decided_at"].to_numpy()[chosen]
    latest = chosen[np.argsort(decided_at, kind="stable")[::-1]][:n_rows]
    listed = found.decisions.iloc[latest][["lead_no", "pass_no", "decided_at"]].reset_index(drop=True)
    sql = sql_text("lead_list").replace("{members}", sql_text("members_listed"))
    tables = {"listed": listed.rename(columns={"decided_at": "reached_at"})}
    rows = engine.query(sql, {"as_of": selection.as_of, "n_rows": n_rows}, tables)
    return LeadList(rows=rows.drop(columns="n_leads"), n_leads=len(chosen))
