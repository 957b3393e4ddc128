"""Which touches came before the wins: first, last, and all of them."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.funnel import stage_table
from analysis.intervals import wilson_interval
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

ATTRIBUTES: Final = ("kind", "content", "channel", "direction")

NO_TOUCH: Final = "(none)"
"""Name of the row for wins before which nothing is recorded."""


def attribution(engine: Engine, selection: Selection, attribute: str = "kind") -> pd.DataFrame:
    """Share out the wins over the touches that came before them.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start`, `end` and `sources` choose leads by creation; `outcome` says
        what is a win, `as_of` until when.
    attribute : str
        One of `ATTRIBUTES`: what touches are told apart by.

    Returns
    -------
    DataFrame
        One row per value, largest share of all touches first: `group` ('' when
        unknown, "(none)" for wins without any touch, last), `n_wins` (all wins),
        `n_first`, `first_share` with `first_low`, `first_high`; `n_last`,
        `last_share`, `last_low`, `last_high` (95 % Wilson); `all_share` (each
        win shared out evenly over its touches); `n_any`, `any_share` (wins with
        at least one). First, last and all shares each add up to 1; any shares
        do not. Touches at the moment of the win count, later ones do not.

    Raises
    ------
    ValueError
        If there is no such attribute or outcome.

    Notes
    -----
    These are descriptions, not effects: a touch that everybody has before
    everything has a large share and may cause nothing.
    """
    if attribute not in ATTRIBUTES:
        raise ValueError(f"There is no touch attribute {attribute!r}; there are {', '.join(ATTRIBUTES)}.")
    stages = stage_table(engine)
    known = dict(zip(stages["stage"], stages["position"], strict=True))
    if selection.outcome not in known:
        raise ValueError(f"There is no stage {selection.outcome!r}; there are {', '.join(known)}.")
    params = selection.params("as_of", "starts_at", "ends_at", "sources")
    params |= {"outcome_position": known[selection.outcome], "attribute": attribute}
    counts = engine.query(sql_text("attribution"), params)
    return _shares(counts[counts["n_first"] + counts["n_any"] > 0])


def _shares(counts: pd.DataFrame) -> pd.DataFrame:
    n_wins = int(counts["n_first"].sum())
    table = counts.assign(group=counts["label"].fillna(NO_TOUCH), is_none=counts["label"].isna(), n_wins=n_wins)
    for name in ("first", "last"):
        low, high = wilson_interval(table[f"n_{name}"], table["n_wins"])
        table = table.assign(
            **{f"{name}_share": table[f"n_{name}"] / n_wins}, **{f"{name}_low": low, f"{name}_high": high}
        )
    table = table.assign(all_share=table["all_weight"] / n_wins, any_share=table["n_any"] / n_wins)
    table = table.sort_values(["is_none", "all_share", "group"], ascending=[True, False, True], ignore_index=True)
    return table[
        ["group", "n_wins", "n_first", "first_share", "first_low", "first_high", "n_last", "last_share", "last_low",
         "last_high", "all_share", "n_any", "any_share"]
    ]  # fmt: skip
