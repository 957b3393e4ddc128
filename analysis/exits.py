"""The two exits of a TQL: passed to field sales, or closed by inside sales alone."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.intervals import rates, wilson_interval
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

EXITS: Final = ("passed", "won_inside", "lost_inside", "won_elsewhere", "waiting")


def stage_exits(engine: Engine, selection: Selection, stage: str = "tql") -> pd.DataFrame:
    """Count how leads left a stage that has two exits.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start`, `end`: period of the first entry into the stage; `sources`; `as_of`.
    stage : str
        The stage; none have entered a stage that does not exist.

    Returns
    -------
    DataFrame
        One row per item of `EXITS`: `exit`, `n_leads`, `n_stage` (all that
        entered the stage), `share` with `share_low`, `share_high` (95 % Wilson).
        "won_inside", "lost_inside": a deal closed by inside sales, whatever
        stages were recorded on the way; "passed": otherwise, a stage event of
        another department between this stage and the last; "won_elsewhere":
        otherwise, came to the last stage; "waiting": none of these yet.

    Notes
    -----
    In the implied mode of the funnel a lead won by inside sales counts as SAL
    and SQL, which it never was; this table says how many those are.
    """
    params = {**selection.params("as_of", "starts_at", "ends_at", "sources"), "stage": stage}
    counts = engine.query(sql_text("tql_exits"), params).set_index("exit")["n"]
    n_leads = counts.reindex(list(EXITS), fill_value=0).to_numpy(dtype=np.int64)
    n_stage = np.full(len(EXITS), n_leads.sum())
    low, high = wilson_interval(n_leads, n_stage)
    share = rates(n_leads, n_stage)
    return pd.DataFrame(
        {"exit": EXITS, "n_leads": n_leads, "n_stage": n_stage, "share": share, "share_low": low, "share_high": high}
    )
