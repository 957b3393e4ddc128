"""The leads behind chosen handoffs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.handoffs.rows import Handed
from analysis.lead_list import N_SHOWN, LeadList
from analysis.matching import Mask
from analysis.sqlfiles import sql_text
from data.engine import Engine


def handoff_leads(engine: Engine, handed: Handed, is_chosen: Mask, n_rows: int = N_SHOWN) -> LeadList:
    """Return the leads of chosen handoffs, the latest first.

    Parameters
    ----------
    engine : Engine
        The history.
    handed : Handed
        From `rows.handed_over`.
    is_chosen : boolean array of shape (n,)
        Which of them; a lead with two such handoffs is listed twice.
    n_rows : int
        How many to return at most.
    """
    chosen = np.flatnonzero(is_chosen)
    handed_off_at = handed.column("handed_off_at")
    latest = chosen[np.argsort(handed_off_at[chosen], kind="stable")[::-1]][:n_rows]
    listed = pd.DataFrame(
        {
            "lead_no": handed.column("lead_no")[latest],
            "pass_no": handed.column("pass_no")[latest],
            "reached_at": handed_off_at[latest],
        }
    )
    sql = sql_text("lead_list").replace("{members}", sql_text("members_listed"))
    rows = engine.query(sql, {"as_of": handed.selection.as_of, "n_rows": n_rows}, {"listed": listed})
    return LeadList(rows=rows.drop(columns="n_leads"), n_leads=len(chosen))
