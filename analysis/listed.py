"""The leads behind chosen decisions: for numbers that were counted from `analysis.decided`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decided import NOT_WON, Decided
from analysis.lead_list import N_SHOWN, LeadList
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine


def listed_leads(
    engine: Engine, selection: Selection, decisions: Decided, is_chosen: NDArray[np.bool_], n_rows: int = N_SHOWN
) -> LeadList:
    """Return the leads of chosen decisions, the latest first.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        As for `decisions`.
    decisions : Decided
        From `analysis.decided.decided`.
    is_chosen : boolean array of shape (n_decisions,)
        Which of them; a lead with two such decisions is listed twice.
    n_rows : int
        How many to return at most.
    """
    chosen = np.flatnonzero(is_chosen)
    latest = chosen[np.argsort(decisions.decided_at[chosen], kind="stable")[::-1]][:n_rows]
    listed = pd.DataFrame(
        {
            "lead_no": decisions.lead_no[latest],
            "pass_no": decisions.pass_no[latest],
            "reached_at": decisions.decided_at[latest],
        }
    )
    sql = sql_text("lead_list").replace("{members}", sql_text("members_listed"))
    rows = engine.query(sql, {"as_of": selection.as_of, "n_rows": n_rows}, {"listed": listed})
    return LeadList(rows=rows.drop(columns="n_leads"), n_leads=len(chosen))


def in_segment(decisions: Decided, dimension: str, label: str) -> NDArray[np.bool_]:
    """Return which mature, scored decisions belong to a segment; shape (n_decisions,)."""
    if dimension not in decisions.labels or label not in decisions.labels[dimension]:
        return np.zeros(len(decisions.lead_no), dtype=bool)
    codes = [code for code, name in enumerate(decisions.labels[dimension]) if name == label]
    is_own: NDArray[np.bool_] = np.isin(decisions.codes[dimension], codes)
    return is_own & (decisions.outcome_no >= NOT_WON) & decisions.is_scored
