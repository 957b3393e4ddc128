"""The way from a list of leads to the page of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard.texts import Speaker


def lead_links(lead_ids: Iterable[str], say: Speaker) -> list[str]:
    """Return the address of the page of each lead; relative, so that it holds behind any path."""
    return [f"lead?{urlencode({'lead_id': lead_id, 'lang': say.language})}" for lead_id in lead_ids]


def lead_column(say: Speaker) -> dict[str, Any]:
    """Return the configuration of the column that holds these addresses."""
    return {say("lead_link.heading"): st.column_config.LinkColumn(display_text=say("lead_link.text"), width="small")}
