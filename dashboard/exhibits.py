"""Draws an exhibit: the chart, its table twin, its download and how it was computed."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import tables
from dashboard.tables import Twin
from dashboard.texts import Speaker
from dashboard.theme import PLOTLY_CONFIG, TEXT_ON_LIGHT, WHISKER_ON_DARK, WHISKER_ON_LIGHT

_LONG_ROWS = 12
_LONG_PIXELS = 460


def chart(
    say: Speaker,
    figure: go.Figure,
    twin: Twin,
    *,
    key: str,
    alt: str,
    computed: str = "",
    pick: Callable[[], None] | None = None,
) -> None:
    """Draw a chart with everything that belongs to it.

    Parameters
    ----------
    say : Speaker
        Gives the words.
    figure : Figure
        What to draw.
    twin : Twin
        The same numbers as a table.
    key : str
        Stable name of the exhibit, also of the downloaded file.
    alt : str
        What the picture shows, for those who cannot see it.
    computed : str
        How the numbers were computed, usually SQL; empty shows nothing.
    pick : callable or None
        Runs when a part of the chart is clicked; see `drilling.pick`.
    """
    picture(figure, key=key, alt=alt, pick=pick)
    with st.expander(say("exhibit.table"), icon=":material/table:"):
        table(say, twin, key=key)
    if computed:
        show_computed(say, computed)


def show_computed(say: Speaker, sql: str) -> None:
    """Draw how numbers were computed, on demand."""
    with st.expander(say("exhibit.computed"), icon=":material/code:"):
        st.code(sql, language="sql")


def picture(figure: go.Figure, *, key: str, alt: str, pick: Callable[[], None] | None = None) -> None:
    """Draw a chart alone, where several share one table."""
    _follow_theme(figure)
    st.plotly_chart(
        figure, key=key, alt=alt, config=PLOTLY_CONFIG, on_select=pick or "ignore", selection_mode=("points",)
    )


def _follow_theme(figure: go.Figure) -> None:
    """Set what Streamlit's own theme leaves too faint to see."""
    is_dark = st.context.theme.type == "dark"
    strong = WHISKER_ON_DARK if is_dark else WHISKER_ON_LIGHT
    figure.update_traces(error_x_color=strong, error_y_color=strong, selector={"type": "bar"})
    figure.update_traces(textfont_color=strong, selector={"type": "heatmap"})
    if not is_dark:
        figure.update_layout(font_color=TEXT_ON_LIGHT, legend_font_color=TEXT_ON_LIGHT)
        figure.update_xaxes(tickfont_color=TEXT_ON_LIGHT, title_font_color=TEXT_ON_LIGHT)
        figure.update_yaxes(tickfont_color=TEXT_ON_LIGHT, title_font_color=TEXT_ON_LIGHT)


def table(say: Speaker, twin: Twin, *, key: str) -> None:
    """Draw a table with its download."""
    st.table(twin.shown, hide_index=True, border="horizontal", width="stretch")
    download(say, twin, key)


def download(say: Speaker, twin: Twin, key: str) -> None:
    """Draw the button that gives a table as a file."""
    st.download_button(
        say("exhibit.download"),
        tables.csv(twin.exported),
        file_name=f"leadcal-{key}.csv",
        mime="text/csv",
        key=f"{key}-csv",
        on_click="ignore",
        icon=":material/download:",
    )


def grid(shown: pd.DataFrame, *, alt: str) -> None:
    """Draw a table without a download; a long one scrolls."""
    height = _LONG_PIXELS if len(shown) > _LONG_ROWS else "content"
    st.table(shown, hide_index=True, border="horizontal", width="stretch", height=height, alt=alt)


def wide_table(say: Speaker, twin: Twin, *, key: str, alt: str, pick: Callable[[], None]) -> None:
    """Draw a table with many columns, whose cells can be clicked, and its download."""
    st.dataframe(
        twin.shown, hide_index=True, height="content", alt=alt, key=f"{key}-grid", on_select=pick,
        selection_mode="single-cell",
    )  # fmt: skip
    download(say, twin, key)


def facts(heading: str, items: pd.DataFrame) -> None:
    """Draw what a page rests on, on demand."""
    with st.expander(heading, icon=":material/fact_check:"):
        st.table(items, hide_index=True, border="horizontal")
