"""Cached answers on speed and opt-outs of the page Why lost; as `loading`."""

from __future__ import annotations

import streamlit as st

from analysis.losses.late_cost import LateCost
from analysis.losses.late_cost import late_cost as _late_cost
from analysis.losses.opt_outs import Calls, OptOuts
from analysis.losses.opt_outs import first_calls as _first_calls
from analysis.losses.opt_outs import opt_outs as _opt_outs
from analysis.losses.response import Clock, Response
from analysis.losses.response import response as _response
from analysis.selection import Selection
from dashboard import loading_losses
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, reader


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def response(snapshot: Snapshot, selection: Selection, path: str, stamp: int, clock: Clock) -> Response:
    """Hold the speed of the first contact against winning."""
    return _response(loading_losses.cases(snapshot, selection, path, stamp), clock)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def late_cost(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> LateCost:
    """Price the late calls by region."""
    return _late_cost(loading_losses.cases(snapshot, selection, path, stamp))


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def calls(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Calls:
    """Return the first calls of the period. Not to be changed."""
    return _first_calls(reader(snapshot), loading_losses.cases(snapshot, selection, path, stamp), selection)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def opt_outs(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> OptOuts:
    """Count opting out after calls, and try the waiting rules."""
    return _opt_outs(calls(snapshot, selection, path, stamp))
