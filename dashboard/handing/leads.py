"""The numbers of a section whose leads can be seen: chosen handoffs, by the same mask that was counted."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from analysis.handoffs.listed import handoff_leads
from analysis.lead_list import LeadList
from analysis.matching import Mask
from analysis.selection import Selection
from dashboard import loading, loading_handing
from dashboard.drilling import Offer
from dashboard.loading import Snapshot


def offer(code: str, label: str, is_chosen: Mask, current: Snapshot, selection: Selection) -> Offer:
    """Return a number of handoffs, with the way to their leads; for `drilling.leads`.

    Parameters
    ----------
    code, label : str
        As in `Offer`.
    is_chosen : boolean array of shape (n,)
        Which rows of `loading_handing.handed(...)`.
    current, selection
        As given to the section.
    """
    rows = np.flatnonzero(is_chosen)
    find = partial(_find, rows, current, selection)
    return Offer(code=code, label=label, n_leads=len(rows), condition=find, selection=selection)


def _find(rows: NDArray[np.int64], current: Snapshot, selection: Selection, n_rows: int) -> LeadList:
    found = loading_handing.handed(current, selection, loading_handing.agreed(current))
    is_chosen = np.zeros(len(found.table), dtype=bool)
    is_chosen[rows] = True
    return handoff_leads(loading.reader(current), found, is_chosen, n_rows)
