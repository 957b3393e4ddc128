"""Who broke which promise, and by whom deadlines are kept."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.handoffs.breaches import DUE, IN_TIME, breach_masks, breaches, kept_by, states
from analysis.handoffs.waits import groups_of
from analysis.selection import Selection
from dashboard import choices, drilling, exhibits, loading_people, revealing
from dashboard.figures.handing import shares_figure
from dashboard.handing import agreed
from dashboard.handing.found import Found, found
from dashboard.handing.leads import offer
from dashboard.handing.waiting import DIMENSIONS
from dashboard.handing.words import group_names
from dashboard.loading import Snapshot
from dashboard.tables_handing import breaches_table, kept_table
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the broken promises of both sides, and who keeps deadlines."""
    parts = found(current, selection, path)
    with st.container(border=True):
        _breaches(say, parts)
    table = breaches(parts.handed, parts.judged).set_index("breach")
    known = [wait for wait in ("contact", "answer") if table.loc[f"{wait}_late", "is_known"]]
    if known:
        with st.container(border=True):
            _groups(say, parts, known)
    agreed.draw(say, parts)


def _breaches(say: Speaker, parts: Found) -> None:
    table = breaches(parts.handed, parts.judged)
    st.subheader(say("handing.promises.heading"), anchor=False)
    st.markdown(f":small[{say('handing.promises.caption')}]")
    for name, is_recorded in (
        ("contact", parts.handed.is_contact_recorded),
        ("answer", parts.handed.is_answer_recorded),
    ):
        if not is_recorded:
            st.markdown(f"**{say(f'handing.promises.no_{name}')}**")
    labels = [label(row, say) for _, row in table.iterrows()]
    unknown = [text for text, known in zip(labels, table["is_known"], strict=True) if not known]
    st.markdown("  \n".join(f":small[{text}]" for text in unknown))
    shown = table[table["is_known"]].reset_index(drop=True)
    if shown.empty:
        return
    exhibits.chart(
        say,
        shares_figure(
            shown, ("rate", "low", "high"), [label(row, say) for _, row in shown.iterrows()], shown["breach"].tolist()
        ),
        breaches_table(table, say),
        key="promises",
        alt=say("handing.promises.alt", parts=say("format.comma").join(labels)),
        pick=drilling.pick("promises"),
    )
    masks = breach_masks(parts.handed, parts.judged)
    offered = [
        offer(row.breach, f"{say(f'handing.promises.{row.side}')} {say(f'handing.promises.{row.breach}')}", masks[row.breach], parts.current, parts.selection)
        for row in table[table["is_known"]].itertuples()
    ]  # fmt: skip
    drilling.leads(say, parts.current, "promises", offered)


def label(row: pd.Series, say: Speaker) -> str:
    """Return what stands above the bar of a promise."""
    words = {"side": say(f"handing.promises.{row['side']}"), "name": say(f"handing.promises.{row['breach']}")}
    if not row["is_known"]:
        return say("handing.promises.row_unknown", **words)
    counts = {"n": say.count(row["n"]), "due": say.count(row["n_due"])}
    if not row["is_enough"]:
        return say("handing.promises.row_few", **words, **counts)
    return say("handing.promises.row", **words, **counts, rate=say.percent(row["rate"]))


def _groups(say: Speaker, parts: Found, known: list[str]) -> None:
    st.subheader(say("handing.promises.groups_heading"), anchor=False)
    wait = choices.one("wait", known, say, "handing.wait") if len(known) > 1 else known[0]
    dimension = choices.one("by", DIMENSIONS, say, "handing.by")
    if dimension == "owner":
        revealing.button(say, "people")
    table = kept_by(parts.handed, parts.judged, dimension)
    names = group_names(dimension, loading_people.unnamed(parts.current, dimension, table["group"]), say)
    labels = [_group_label(row, wait, name, say) for (_, row), name in zip(table.iterrows(), names, strict=True)]
    rates = (f"{wait}_rate", f"{wait}_low", f"{wait}_high")
    exhibits.chart(
        say,
        shares_figure(
            table.assign(is_enough=table[f"is_{wait}_enough"]), rates, labels, [str(n) for n in range(len(table))]
        ),
        kept_table(table, wait, names, say),
        key="kept",
        alt=say("format.comma").join(labels),
        pick=drilling.pick("kept"),
    )
    state = states(parts.handed, parts.judged, wait)
    is_broken = pd.Series(state).isin(DUE).to_numpy() & (state != IN_TIME)
    masks = dict(groups_of(parts.handed, dimension))
    offered = [
        offer(str(number), text, masks[group] & is_broken, parts.current, parts.selection)
        for number, (group, text) in enumerate(zip(table["group"], _broken(names, say), strict=True))
    ]
    drilling.leads(say, parts.current, "kept", offered)


def _broken(names: list[str], say: Speaker) -> list[str]:
    return [say("handing.cards.leads_bad", name=name) for name in names]


def _group_label(row: pd.Series, wait: str, name: str, say: Speaker) -> str:
    due, kept = say.count(row[f"n_{wait}_due"]), say.count(row[f"n_{wait}_kept"])
    if not row[f"is_{wait}_enough"]:
        return say("handing.promises.group_few", name=name, due=due)
    return say("handing.promises.group_row", name=name, rate=say.percent(row[f"{wait}_rate"]), kept=kept, due=due)
