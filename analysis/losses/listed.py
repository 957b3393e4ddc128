"""The leads behind chosen cases."""

from __future__ import annotations

import numpy as np

from analysis.lead_list import N_SHOWN, LeadList
from analysis.losses.cases import Cases
from analysis.matching import Mask
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine


def case_leads(engine: Engine, selection: Selection, cases: Cases, is_chosen: Mask, n_rows: int = N_SHOWN) -> LeadList:
    """Return the leads of chosen cases, the latest first.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        As for `cases`.
    cases : Cases
        From `analysis.losses.cases.loss_cases`.
    is_chosen : boolean array of shape (n_cases,)
        Which of them; a lead with two such handoffs is listed twice.
    n_rows : int
        How many to return at most.
    """
    chosen = np.flatnonzero(is_chosen)
    decided = cases.table["decided_at"].to_numpy()[chosen]
    latest = chosen[np.argsort(decided, kind="stable")[::-1]][:n_rows]
    listed = cases.table.iloc[latest][["lead_id", "pass_no", "decided_at"]]
    sql = sql_text("lead_list").replace("{members}", sql_text("members_scored"))
    rows = engine.query(sql, {"as_of": selection.as_of, "n_rows": n_rows}, {"scored": listed})
    return LeadList(rows=rows.drop(columns="n_leads"), n_leads=len(chosen))
