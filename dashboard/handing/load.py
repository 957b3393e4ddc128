"""Whether sales can take on what is handed over, and what calling early may cost."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from analysis.economics import OPT_OUT_DAYS, Economics
from analysis.handoffs.capacity import Load, load, waiting
from analysis.intervals import MIN_N, wilson_interval
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading_value
from dashboard.figures.handing import load_figure
from dashboard.handing.found import Found, found
from dashboard.handing.leads import offer
from dashboard.loading import Snapshot
from dashboard.tables_handing import load_table
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw inflow against capacity, and say how many leads opt out."""
    parts = found(current, selection, path)
    result = load(parts.handed, loading_value.assumptions())
    with st.container(border=True):
        st.subheader(say("handing.load.heading"), anchor=False)
        st.markdown(f":small[{say('handing.load.caption')}]")
        lines = sentences(result, is_contact_recorded=parts.handed.is_contact_recorded, say=say)
        st.markdown("\n".join(f"- **{line}**" for line in lines))
        hovers = [
            say("handing.load.hover", month=say.month(row.month), n=say.count(row.n_handoffs))
            for row in result.months.itertuples()
        ]
        exhibits.chart(
            say,
            load_figure(result.months, result.capacity, hovers, say),
            load_table(result, say),
            key="load",
            alt=say("handing.load.alt", parts=" ".join(lines)),
        )
        drilling.leads(say, current, "load", [_waiting(parts, say)], is_clickable=False)
    _opt_outs(say, loading_value.economics(current, selection))


def sentences(result: Load, *, is_contact_recorded: bool, say: Speaker) -> list[str]:
    """Say whether more comes than sales can take on, and how many wait."""
    whole = result.months[result.months["is_whole"]]
    if result.capacity != result.capacity:
        said = [say("handing.load.none")]
    else:
        values = {"months": len(whole), "capacity": say.count(result.capacity), "inflow": say.count(result.inflow)}
        n_over = int(whole["is_over"].sum())
        said = [say("handing.load.over", n=n_over, **values) if n_over else say("handing.load.under", **values)]
        said = said if len(whole) else []
    if not is_contact_recorded:
        return [*said, say("handing.load.waiting_unknown")]
    if result.weeks_of_work != result.weeks_of_work:
        return [*said, say("handing.load.waiting_plain", n=say.count(result.n_waiting))]
    weeks = f"{result.weeks_of_work:.1f}"
    return [*said, say("handing.load.waiting", n=say.count(result.n_waiting), weeks=weeks)]


def _waiting(parts: Found, say: Speaker) -> drilling.Offer:
    label = say("keys.first_contact_days_open")
    return offer("waiting", label, waiting(parts.handed), parts.current, parts.selection)


def _opt_outs(say: Speaker, found_in: Economics) -> None:
    n, k = found_in.n_watched, found_in.n_opted_out
    if n < MIN_N:
        return
    low, high = wilson_interval(k, n)
    share, low_high = say.percent(k / n), say.interval(float(low), float(high))
    counts = {"n": say.count(n), "k": say.count(k), "days": OPT_OUT_DAYS}
    with st.container(border=True):
        st.markdown(say("handing.load.opt_outs", share=share, low_high=low_high, **counts))
        address = f"whylost?{urlencode({'tab': 'speed', 'lang': say.language})}"
        st.markdown(f"[{say('handing.load.opt_outs_link', tab=say('tab.speed'))}]({address})")
