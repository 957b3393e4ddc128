"""Whether more leads are handed over than sales can take on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.assumptions import WEEKS_PER_MONTH, Assumptions
from analysis.handoffs.rows import REJECTED, Handed
from analysis.handoffs.volumes import months
from analysis.handoffs.waits import FOLLOW_HOURS
from analysis.matching import Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Inflow and capacity.

    Attributes
    ----------
    months : DataFrame
        One row per month of the period: `month`, `n_handoffs`, `is_whole` (all of it lies in the
        period and before as_of), `is_over` (whole, and more than sales can take on).
    capacity : float
        Leads per month; NaN when nobody said.
    inflow : float
        Mean of the whole months; NaN without one.
    n_waiting : int
        As many as `waiting` finds.
    weeks_of_work : float
        So long sales needs for those; NaN without a capacity.
    """

    months: pd.DataFrame
    capacity: float
    inflow: float
    n_waiting: int
    weeks_of_work: float


def load(handed: Handed, assumptions: Assumptions) -> Load:
    """Hold the handoffs of each month against what sales can take on."""
    table = months(handed)[["month", "n_handoffs"]]
    first = max(pd.Timestamp(handed.starts_at), table["month"].min()) if len(table) else pd.NaT
    last = min(pd.Timestamp(handed.ends_at), pd.Timestamp(handed.selection.as_of))
    capacity = np.nan if assumptions.capacity_per_month is None else float(assumptions.capacity_per_month)
    # A day is missing at the end of a history that ends on the evening of the last of the month.
    is_whole = (table["month"] >= first) & (table["month"] + pd.offsets.MonthBegin(1) <= last + pd.Timedelta(days=1))
    n_waiting = int(waiting(handed).sum())
    return Load(
        months=table.assign(is_whole=is_whole, is_over=is_whole & (table["n_handoffs"] > capacity)),
        capacity=capacity,
        inflow=float(table.loc[is_whole, "n_handoffs"].mean()) if is_whole.any() else np.nan,
        n_waiting=n_waiting,
        weeks_of_work=n_waiting / capacity * WEEKS_PER_MONTH,
    )


def waiting(handed: Handed) -> Mask:
    """Return the handoffs of the period without a first contact and without a rejection; shape (n,).

    Those older than `waits.FOLLOW_HOURS` are no longer waited for; none when contacts are not recorded.
    """
    is_open = np.isnan(handed.column("contact_hours")) & (handed.column("answer_no") != REJECTED)
    is_young = handed.column("open_hours") < FOLLOW_HOURS
    return np.asarray(handed.is_current & is_open & is_young & handed.is_contact_recorded, dtype=bool)
