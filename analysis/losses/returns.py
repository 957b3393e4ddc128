"""Leads that came back by themselves: asked for something after a long silence, and nobody took them up."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.lead_list import N_SHOWN, LeadList
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

SILENCE_DAYS: Final = 90
"""A lead that did nothing for a quarter had gone quiet."""

KINDS: Final = ("inquiry", "price_inquiry", "trial_request", "document_request")
"""Touches by which a lead asks for something."""


def returned_leads(engine: Engine, selection: Selection, silence_days: int = SILENCE_DAYS) -> pd.DataFrame:
    """List the leads that asked for something after a silence, and were not handed over since.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start` and `end` bound the return.
    silence_days : int
        Days without anything the lead did itself; what we did does not end a silence.

    Returns
    -------
    DataFrame
        One row per lead, the latest return first: `lead_no`, `lead_id`, `pass_no`, `came_back_at`, `kind`,
        `silence_days`, `state` ("never": not handed over yet; "before": an earlier handoff came to
        nothing), `has_reached` (it reached the outcome all the same).
    """
    stages = engine.query(sql_text("stages")).set_index("stage")["position"]
    params = selection.params("as_of", "starts_at", "ends_at", "sources")
    params |= {"kinds": list(KINDS), "silence_days": silence_days}
    params["outcome_position"] = int(stages[selection.outcome])
    return engine.query(sql_text("returns"), params)


def returned_list(engine: Engine, selection: Selection, rows: pd.DataFrame, n_rows: int = N_SHOWN) -> LeadList:
    """Return rows of `returned_leads` as a list of leads."""
    listed = rows[["lead_no", "pass_no", "came_back_at"]].head(n_rows).rename(columns={"came_back_at": "reached_at"})
    sql = sql_text("lead_list").replace("{members}", sql_text("members_listed"))
    found = engine.query(sql, {"as_of": selection.as_of, "n_rows": n_rows}, {"listed": listed})
    return LeadList(rows=found.drop(columns="n_leads"), n_leads=len(rows))
