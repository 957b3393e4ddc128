"""How the high scores were handled: another department than agreed, and how often sales tried.

The department is chosen at the handoff, so it may be a cause. How often sales tried
afterwards is not: whoever says no is not called again. So it is described, and no loss is put down to it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.intervals import rates, wilson_interval
from analysis.losses.cases import Cases
from analysis.matching import Mask
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

NOBODY: Final = "-"
"""Stands in a band for no department."""

ATTEMPT_KINDS: Final = ("call", "email", "meeting")
"""Touches by sales that try to reach one lead; mass mailings are none."""

ATTEMPT_DAYS: Final = 30
"""Attempts within so many days after the handoff count, for winners and losers alike."""


def is_other_department(cases: Cases) -> Mask:
    """Return which cases went to another department than the band of their score names.

    Returns
    -------
    boolean array of shape (n_cases,)
        All False where the names in the history are not those of the bands: then nobody can say.
    """
    given = cases.table["to_department"].to_numpy(dtype=object)
    score = cases.table["score"].to_numpy(dtype=np.int64)
    bands = cases.ruleset.bands
    place = np.searchsorted([band.threshold for band in bands], score, side="right") - 1
    agreed = np.array([band.owner for band in bands], dtype=object)[np.maximum(place, 0)]
    is_named = (agreed != NOBODY) & np.isin(given, list({band.owner for band in bands} - {NOBODY}))
    found: Mask = is_named & (given != agreed)
    return found


def attempts(engine: Engine, selection: Selection, cases: Cases) -> pd.DataFrame:
    """Count how often sales tried to reach the high scores of the period, for winners and losers.

    Returns
    -------
    DataFrame
        Two rows: `is_won`, `n_leads`, `n_none`, `n_one`, `n_more` (attempts within
        `ATTEMPT_DAYS`, before the deal was lost or won), `more_rate` with `more_low`, `more_high`
        (95 % Wilson). Empty where no attempt at all is recorded.
    """
    tried = attempts_of(engine, selection, cases)
    high = cases.is_account
    if not tried[high].any():
        return pd.DataFrame(columns=["is_won", "n_leads", "n_none", "n_one", "n_more", "more_rate"])
    table = pd.DataFrame({"is_won": cases.table["is_won"].to_numpy(dtype=bool)[high], "tried": tried[high]})
    groups = table.groupby("is_won")["tried"]
    found = pd.DataFrame(
        {
            "n_leads": groups.size(),
            "n_none": groups.agg(lambda n: int((n == 0).sum())),
            "n_one": groups.agg(lambda n: int((n == 1).sum())),
            "n_more": groups.agg(lambda n: int((n > 1).sum())),
        }
    ).reset_index()
    low, high_end = wilson_interval(found["n_more"], found["n_leads"])
    return found.assign(more_rate=rates(found["n_more"], found["n_leads"]), more_low=low, more_high=high_end)


def attempts_of(engine: Engine, selection: Selection, cases: Cases) -> np.ndarray:
    """Return how often sales tried to reach each case within `ATTEMPT_DAYS`; shape (n_cases,)."""
    params = {**selection.params("as_of"), "kinds": list(ATTEMPT_KINDS), "days": ATTEMPT_DAYS}
    counts = engine.query(sql_text("loss_attempts"), params).set_index("handoff_id")["n_attempts"]
    return cases.table["handoff_id"].map(counts).fillna(0).to_numpy(dtype=np.int64)
