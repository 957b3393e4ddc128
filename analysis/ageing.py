"""The stock: who stands in which stage, and for how long compared with those who moved on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from analysis.durations import curve_of
from analysis.funnel import stage_table
from analysis.intervals import MIN_N
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from analysis.survival import lag_curve, lag_quantile
from data.engine import Engine

DUE: Final = 0.8
"""A lead is overdue when this share of the moves out of its stage happen sooner."""

BANDS: Final = ("up_to_p50", "up_to_p80", "up_to_twice_p80", "older")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """How long leads have been standing in each stage.

    Attributes
    ----------
    stages : DataFrame
        One row per stage but the last, in order: `stage`, `position`; `n_stock`
        (leads whose furthest stage it is, neither won nor lost); `n_moved`,
        `n_lost` (left it, ever); `p50_days`, `p80_days` (days within which half
        and 80 % of the moves to a later stage happen, open leads censored; NaN
        when nobody moved); `n_overdue` (stock older than `p80_days`: that many
        would have moved by now if they moved at all); `overdue_share`;
        `oldest_days`; `is_enough` (at least 20 moves).
    bands : DataFrame
        One row per stage and age band: `stage`, `position`, `band` (up to the
        stage's P50, its P80, twice its P80, or older), `n_stock`.
    selection : Selection
        What was asked.
    """

    stages: pd.DataFrame
    bands: pd.DataFrame
    selection: Selection


def ageing(engine: Engine, selection: Selection) -> Ageing:
    """Count the stock of each stage by age against the stage's own pace.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start`, `end` and `sources` choose leads by creation; `as_of` ends the history.
    """
    cells = engine.query(sql_text("stage_lags"), selection.params("as_of", "starts_at", "ends_at", "sources"))
    stages = stage_table(engine).iloc[:-1]
    named = zip(stages["stage"].tolist(), stages["position"].tolist(), strict=True)
    rows = [_stage(stage, position, cells[cells["position"] == position]) for stage, position in named]
    table = pd.DataFrame([row for row, _ in rows])
    bands = pd.DataFrame([band for _, parts in rows for band in parts])
    return Ageing(stages=table, bands=bands, selection=selection)


def _stage(stage: str, position: int, cells: pd.DataFrame) -> tuple[dict[str, object], list[dict[str, object]]]:
    stock = cells[cells["outcome"] == "open"]
    days, n = stock["days"].to_numpy(dtype=np.float64), stock["n"].to_numpy(dtype=np.int64)
    lags = lag_curve(curve_of(cells))
    half, due = lag_quantile(lags, 0.5), lag_quantile(lags, DUE)
    n_stock, n_overdue = int(n.sum()), int(n[days > due].sum())
    n_moved = int(cells.loc[cells["outcome"] == "reached", "n"].sum())
    key: dict[str, object] = {"stage": stage, "position": position}
    row = {
        **key,
        "n_stock": n_stock,
        "n_moved": n_moved,
        "n_lost": int(cells.loc[cells["outcome"] == "lost", "n"].sum()),
        "p50_days": half,
        "p80_days": due,
        "n_overdue": n_overdue,
        "overdue_share": n_overdue / n_stock if n_stock else float("nan"),
        "oldest_days": float(days.max()) if n_stock else float("nan"),
        "is_enough": n_moved >= MIN_N,
    }
    # Without a pace there are no bands: everybody is in the first.
    edges = [-np.inf, half, due, 2 * due, np.inf] if due >= 0 else [-np.inf, np.inf, np.inf, np.inf, np.inf]
    counts = [int(n[(days > low) & (days <= high)].sum()) for low, high in pairwise(edges)]
    return row, [{**key, "band": band, "n_stock": count} for band, count in zip(BANDS, counts, strict=True)]
