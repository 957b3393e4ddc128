"""Key numbers as cards: the number, what it is a share of, and what it was before."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from analysis.calibration import Calibration
from analysis.overview import Overview
from analysis.selection import Selection
from dashboard import alerts
from dashboard.texts import Speaker
from dashboard.texts.numbers import is_unknown

_MIN_CARD_PIXELS = 150


def card(label: str, value: str, below: str = "", help_text: str | None = None) -> None:
    """Draw one number with the line that says what it rests on."""
    with st.container(border=True, height="stretch", gap=None):
        st.metric(label, value, help=help_text)
        if below:
            st.markdown(f":small[{below}]")


def row(n_cards: int) -> object:
    """Return a row of cards of equal height that wraps on narrow screens."""
    return st.grid(n_cards, min_column_width=_MIN_CARD_PIXELS)


def overview(result: Overview, say: Speaker, opens: Mapping[str, Callable[[], None]]) -> None:
    """Draw the key numbers beside those of the period before; `opens` shows the leads of each."""
    keys(result.kpis, result.selection.horizon_days, say, opens)


def keys(kpis: pd.DataFrame, horizon_days: int, say: Speaker, opens: Mapping[str, Callable[[], None]]) -> None:
    """Draw some rows of the key numbers; what nothing is known of is left out."""
    known = kpis[kpis["n"].gt(0) | kpis["unit"].eq("count")]
    with row(4):
        for _, kpi in known.iterrows():
            _kpi(kpi, horizon_days, say, opens.get(kpi["kpi"]))


def _kpi(kpi: pd.Series, horizon_days: int, say: Speaker, opened: Callable[[], None] | None) -> None:
    is_said = kpi["is_enough"] and not is_unknown(kpi["value"])
    value = alerts.kpi_value(kpi["unit"], kpi["value"], say) if is_said else say("overview.too_few")
    delta, previous = alerts.kpi_delta(kpi, say), alerts.kpi_previous(kpi, say)
    # Green and red are for what chance does not explain; the arrow says the direction.
    colour = {"days": "inverse"}.get(kpi["unit"], "normal") if kpi["is_changed"] is True else "off"
    below = say(f"kpi_of.{kpi['kpi']}", n=say.count(kpi["n"]), days=horizon_days)
    with st.container(border=True, height="stretch", gap=None):
        st.metric(
            say(f"kpi.{kpi['kpi']}"),
            value,
            delta,
            delta_color=colour,
        )
        young = say("overview.young", n=say.count(kpi["n_immature"])) if kpi["is_young"] else ""
        before = f"  \n{previous}" if previous else ""
        st.markdown(f":small[{say('format.sentences', first=below, second=young)}{before}]")
        if opened is not None:
            st.button(
                say("leads.open"), key=f"open-{kpi['kpi']}", icon=":material/list:", type="tertiary", on_click=opened
            )


def calibration(result: Calibration, selection: Selection, say: Speaker) -> None:
    """Draw the counts a calibration rests on."""
    days = {"days": selection.horizon_days}
    mature = say("cards.of_handoffs", n=say.count(result.n_decisions))
    between = say("cards.interval", low_high=say.interval(result.base_low, result.base_high))
    with row(4):
        card(say("calibration.mature"), say.count(result.n_mature), mature, say("calibration.mature_help", **days))
        card(say("calibration.won"), say.count(result.n_won), say("cards.within", **days))
        card(say("calibration.base_rate"), say.percent(result.base_rate), between, say("calibration.base_rate_help"))
        card(
            say("calibration.left_out"),
            say.count(result.n_immature),
            say("cards.younger", **days),
            say("calibration.left_out_help", **days),
        )
