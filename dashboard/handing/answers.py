"""How many leads are handed over, what sales answers, and why it refuses."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.handoffs.rows import ACCEPTED, REJECTED, UNANSWERED, Handed
from analysis.handoffs.volumes import months, reasons, unclear_share
from analysis.selection import Selection
from dashboard import drilling, exhibits
from dashboard.drilling import Offer
from dashboard.figures.handing import months_figure
from dashboard.figures.rows import rows_figure
from dashboard.handing.found import Found, found
from dashboard.handing.leads import offer
from dashboard.handing.words import code_name, kind_name
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.tables_handing import months_table, reasons_table
from dashboard.texts import Speaker

MAX_UNCLEAR = 0.1
"""More rejections than this without a telling reason are worth a word."""

_ANSWERS = {"accepted": ACCEPTED, "rejected": REJECTED, "unanswered": UNANSWERED}


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the answers of each month, and the reasons of the rejections."""
    parts = found(current, selection, path)
    with st.container(border=True):
        _months(say, parts)
    with st.container(border=True):
        _reasons(say, parts)


def _months(say: Speaker, parts: Found) -> None:
    table = months(parts.handed)
    st.subheader(say("handing.answers.heading"), anchor=False)
    st.markdown(f":small[{say('handing.answers.caption')}]")
    totals = {name: say.count(table[f"n_{name}"].sum()) for name in ("accepted", "rejected", "unanswered")}
    exhibits.chart(
        say,
        months_figure(table, [_hover(row, say) for _, row in table.iterrows()], say),
        months_table(table, say),
        key="answers",
        alt=say("handing.answers.alt", n=say.count(table["n_handoffs"].sum()), **totals),
        pick=drilling.pick("answers"),
    )
    drilling.leads(say, parts.current, "answers", _month_offers(table, parts, say))


def _hover(row: pd.Series, say: Speaker) -> str:
    counts = {name: say.count(row[f"n_{name}"]) for name in ("accepted", "rejected", "unanswered")}
    return say("handing.answers.hover", month=say.month(row["month"]), n=say.count(row["n_handoffs"]), **counts)


def _month_offers(table: pd.DataFrame, parts: Found, say: Speaker) -> list[Offer]:
    handed = parts.handed
    month = handed.column("handed_off_at").astype("datetime64[M]")
    answer = handed.column("answer_no")
    offered = []
    for start in table["month"]:
        is_month = handed.is_current & (month == start.to_datetime64().astype("datetime64[M]"))
        for name, number in _ANSWERS.items():
            label = f"{say.month(start)} {say(f'handing.answers.{name}')}"
            code = f"{name}-{start:%Y-%m}"
            offered.append(offer(code, label, is_month & (answer == number), parts.current, parts.selection))
    return offered


def _reasons(say: Speaker, parts: Found) -> None:
    table = reasons(parts.handed)
    st.subheader(say("handing.reasons.heading"), anchor=False)
    if table.empty:
        st.markdown(say("handing.reasons.none"))
        return
    st.markdown(f":small[{say('handing.reasons.caption')}]")
    unclear = unclear_share(table)
    if unclear > MAX_UNCLEAR:
        st.markdown(f"**{say('handing.reasons.unclear', share=say.percent(unclear))}**")
    kinds = table.groupby("kind", sort=False).agg(n=("n", "sum"), share=("share", "sum")).reset_index()
    labels = [
        say("handing.reasons.row", name=kind_name(row.kind, say), n=say.count(row.n), share=say.percent(row.share))
        for row in kinds.itertuples()
    ]
    exhibits.picture(
        rows_figure(kinds["n"].tolist(), labels, [f"kind-{kind}" for kind in kinds["kind"]]),
        key="reasons",
        alt=say("handing.reasons.alt", parts=say("format.comma").join(labels)),
        pick=drilling.pick("reasons"),
    )
    exhibits.table(say, reasons_table(table, say), key="reason-codes")
    drilling.leads(say, parts.current, "reasons", _reason_offers(table, kinds, parts, say))


def _reason_offers(table: pd.DataFrame, kinds: pd.DataFrame, parts: Found, say: Speaker) -> list[Offer]:
    handed: Handed = parts.handed
    is_rejected = handed.is_current & (handed.column("answer_no") == REJECTED)
    offered = [
        offer(
            f"kind-{kind}",
            kind_name(kind, say),
            handed.is_current & handed.is_kind(kind),
            parts.current,
            parts.selection,
        )
        for kind in kinds["kind"]
    ]
    for row in table[table["code"] != ""].itertuples():
        label = say("handing.reasons.code", kind=kind_name(row.kind, say), code=plain(code_name(row.code, say)))
        mask = is_rejected & (handed.column("reason") == row.reason)
        offered.append(offer(f"code-{row.code}", label, mask, parts.current, parts.selection))
    return offered
