"""A list of leads on the points page: each with the way to its page, all of them in the download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import linking, tables
from dashboard.texts import Speaker

N_SHOWN: Final = 200


def draw(say: Speaker, leads: pd.DataFrame, columns: Mapping[str, Sequence[Any]], key: str) -> None:
    """Draw the first leads, and offer all of them as a file.

    Parameters
    ----------
    say : Speaker
        Gives the words.
    leads : DataFrame
        With `lead_id`; as long as the columns.
    columns : mapping
        Heading -> texts, the first one being the name of the lead.
    key : str
        Name of the list, also of its file.
    """
    frame = pd.DataFrame(dict(columns))
    shown = frame.head(N_SHOWN).copy()
    shown.insert(1, say("lead_link.heading"), linking.lead_links(leads["lead_id"].head(N_SHOWN), say))
    st.dataframe(
        shown,
        hide_index=True,
        alt=say("leads.alt", n=say.count(len(frame))),
        column_config=linking.lead_column(say),
        key=f"{key}-leads",
    )
    if len(frame) > N_SHOWN:
        st.markdown(f":small[{say('leads.more', shown=say.count(N_SHOWN), n=say.count(len(frame)))}]")
    st.download_button(
        say("exhibit.download"),
        lambda: tables.csv(frame),
        file_name=f"leadcal-{key}-leads.csv",
        mime="text/csv",
        key=f"{key}-leads-csv",
        on_click="ignore",
        icon=":material/download:",
    )
