"""Who goes by which number; as `loading`."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dashboard import people, revealing
from dashboard.loading import TTL, Snapshot, reader


@st.cache_data(ttl=TTL, max_entries=4, show_spinner=False)
def numbers(snapshot: Snapshot) -> dict[str, int]:
    """Return the number of each person."""
    return people.numbers(reader(snapshot))


def unnamed(snapshot: Snapshot, dimension: str, groups: Iterable[str]) -> list[str]:
    """Return groups as they may be shown in this session: people by number until their names are asked for."""
    return list(groups) if revealing.is_revealed() else coded(snapshot, dimension, groups)


def coded(snapshot: Snapshot, dimension: str, groups: Iterable[str]) -> list[str]:
    """Return groups as they may stand in an address: people always by number."""
    known = numbers(snapshot) if dimension == people.OWNER else {}
    return [people.hidden(dimension, group, known) for group in groups]
