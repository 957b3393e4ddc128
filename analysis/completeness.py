"""How complete and how fresh the history is, by the source that brought the leads.

A rule on an attribute that one source never asks for is a rule about the source.
So completeness is counted per source, never over all leads alone.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.sqlfiles import sql_text
from data.contract import TABLES
from data.engine import Engine

ATTRIBUTES: Final = tuple(
    name for name in TABLES["leads"].column_names if name not in ("lead_id", "created_at", "source")
)
"""Columns of `leads` that may be known of a lead, in the order of the contract."""


def completeness(engine: Engine) -> pd.DataFrame:
    """Return the share of the leads of each source of which each attribute is known.

    Where facts were recorded as they became known (`lead_facts`), the latest one
    counts; an empty one withdraws the attribute.

    Parameters
    ----------
    engine : Engine
        Where the history is.

    Returns
    -------
    DataFrame
        One row per source and attribute, sources with most leads first:
        `source` (empty text when unknown), `attribute`, `n_leads`, `n_known`,
        `known_rate` in [0, 1].
    """
    wide = engine.query(sql_text("completeness"))
    counts = wide.melt(
        id_vars=["source", "n_leads"], value_vars=list(ATTRIBUTES), var_name="attribute", value_name="n_known"
    )
    order = {source: number for number, source in enumerate(wide["source"])}
    counts = counts.sort_values("source", key=lambda column: column.map(order), kind="stable", ignore_index=True)
    counts["n_known"] = counts["n_known"].astype("int64")
    counts["known_rate"] = counts["n_known"] / counts["n_leads"]
    return counts[["source", "attribute", "n_leads", "n_known", "known_rate"]]


def freshness(engine: Engine) -> pd.DataFrame:
    """Return when each source last brought a lead, and when its leads last did anything.

    Parameters
    ----------
    engine : Engine
        Where the history is.

    Returns
    -------
    DataFrame
        One row per source, most leads first: `source` (empty text when unknown),
        `n_leads`, `first_lead_at`, `last_lead_at`, `last_touch_at` (UTC; NaT
        without a touch), `days_since_lead` (from `last_lead_at` to the latest
        event of the whole history).
    """
    sources = engine.query(sql_text("freshness"))
    if engine.data_end is None:
        return sources.assign(days_since_lead=float("nan"))
    silence = pd.Timestamp(engine.data_end) - sources["last_lead_at"]
    return sources.assign(days_since_lead=silence.dt.total_seconds() / 86_400)
