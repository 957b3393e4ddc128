"""The numbers of a section whose leads can be seen: chosen cases, by the same mask that was counted."""

from __future__ import annotations

from functools import partial

import numpy as np

from analysis.lead_list import LeadList
from analysis.losses.listed import case_leads
from analysis.matching import Mask
from analysis.selection import Selection
from dashboard import loading, loading_losses
from dashboard.drilling import Offer
from dashboard.loading import Snapshot


def offer(code: str, label: str, is_chosen: Mask, current: Snapshot, selection: Selection, path: str) -> Offer:
    """Return a number of cases, with the way to their leads; for `drilling.leads`.

    Parameters
    ----------
    code, label : str
        As in `Offer`.
    is_chosen : boolean array of shape (n_cases,)
        Which of `loading_losses.cases(...)`.
    current, selection, path
        As given to the section.
    """
    rows = np.flatnonzero(is_chosen)
    find = partial(_find, rows, current, selection, path)
    return Offer(code=code, label=label, n_leads=len(rows), condition=find, selection=selection)


def _find(rows: np.ndarray, current: Snapshot, selection: Selection, path: str, n_rows: int) -> LeadList:
    found = loading_losses.cases(current, selection, path, loading.stamp_of(path))
    is_chosen = np.zeros(len(found.table), dtype=bool)
    is_chosen[rows] = True
    return case_leads(loading.reader(current), selection, found, is_chosen, n_rows)
