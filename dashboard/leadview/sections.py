"""The exhibits of the lead page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from analysis.lead import Story
from analysis.receipts import Receipt
from analysis.rulesets import Ruleset
from analysis.sqlfiles import sql_text
from dashboard import cards, exhibits, loading_lead, revealing
from dashboard.figures.lead import lead_figure
from dashboard.leadview import tables, words
from dashboard.loading import Snapshot
from dashboard.masking import mask_text
from dashboard.notices import plain
from dashboard.texts import Speaker


def head(say: Speaker, current: Snapshot, lead: Story) -> None:
    """Draw who this is and the sentence that sums it up."""
    found = loading_lead.dossier(current, lead.lead_id, lead.as_of)
    with st.container(border=True):
        st.markdown(f"### {plain(words.dossier(found, say))}")
        lines = [words.contacts(found, say), words.opt_outs(found, say)]
        st.markdown("  \n".join(plain(line) for line in lines if line))
        st.markdown(f":small[{plain(_identity(lead, say))}]")
        revealing.button(say, "lead")
    bant(say, lead)
    exhibits.facts(say("lead.profile_heading"), tables.profile_table(lead, say))


def bant(say: Speaker, lead: Story) -> None:
    """Draw what is known of budget, authority, needs and timeframe, and what is not."""
    known = lead.bant()
    with cards.row(4):
        for row in known.itertuples():
            date = "" if pd.isna(row.learned_at) else say("lead.learned", date=say.date(row.learned_at))
            answer = words.bant_answer(row.answer, row.learned_at, say)
            cards.card(say.word("bant_item", row.item), answer, date or say("lead.not_learned"))


def timeline(say: Speaker, current: Snapshot, lead: Story, points: Ruleset, path: str, stamp: int) -> None:
    """Draw everything that happened, under the line of the score."""
    with st.container(border=True):
        st.subheader(say("lead.timeline"), anchor=False)
        st.markdown(say("lead.timeline_caption", threshold=points.threshold))
        picture(say, current, lead, points, path, stamp)


def picture(
    say: Speaker, current: Snapshot, lead: Story, points: Ruleset, path: str, stamp: int, key: str = "lead"
) -> None:
    """Draw the timeline alone; `key` tells several on a page apart."""
    line = loading_lead.score_line(current, lead.lead_id, lead.as_of, path, stamp)
    exhibits.chart(
        say,
        lead_figure(_answered(lead), line, points.threshold, lambda row: _hover(row, say), say),
        tables.event_table(lead, say),
        key=key,
        alt=_alt(lead, line, say),
        computed=sql_text("lead_events"),
    )


def receipt(say: Speaker, current: Snapshot, lead: Story, points: Ruleset, path: str, stamp: int) -> None:
    """Draw the receipt of a handoff, or of the end of the data."""
    moments = {f"{row.pass_no}-{number}": row for number, row in enumerate(lead.handoffs.itertuples())}
    with st.container(border=True):
        st.subheader(say("receipt.heading"), anchor=False)
        code = st.selectbox(
            say("receipt.moment"),
            [*list(moments)[::-1], "now"],
            format_func=lambda option: _moment(moments.get(option), lead, say),
            key=f"receipt-{lead.lead_id}-{say.language}",
        )
        at = lead.as_of if code == "now" else pd.Timestamp(moments[code].handed_off_at).to_pydatetime()
        _draw_receipt(say, loading_lead.receipt(current, lead.lead_id, at, path, stamp), points)
        if code != "now":
            st.markdown(f":small[{_known_then(lead, at, say)}]")


def _draw_receipt(say: Speaker, found: Receipt, points: Ruleset) -> None:
    st.markdown(f"**{plain(words.score(found, points.threshold, say))}**")
    if found.gates:
        labels = {gate.id: getattr(gate, f"label_{say.language}") for gate in points.gates}
        names = say("format.comma").join(str(labels[gate]) for gate in found.gates)
        st.warning(plain(say("receipt.gated", gates=names)), icon=":material/block:")
    if not found.lines:
        st.markdown(say("receipt.empty"))
        return
    exhibits.table(say, tables.receipt_table(found, say), key="receipt")


def _moment(row: Any, lead: Story, say: Speaker) -> str:
    return say("receipt.now", date=say.date(lead.as_of)) if row is None else words.handoff(row, say)


def _known_then(lead: Story, at: datetime, say: Speaker) -> str:
    known = lead.bant(at)
    names = [
        f"{say.word('bant_item', row.item)}: {words.bant_answer(row.answer, row.learned_at, say)}"
        for row in known.itertuples()
    ]
    return plain(say("receipt.bant_then", items=say("format.comma").join(names)))


def _identity(lead: Story, say: Speaker) -> str:
    shown = revealing.is_revealed()
    people = [str(lead.profile[name] or "") for name in ("company", "owner")]
    company, owner = people if shown else [mask_text(text) for text in people]
    return say(
        "lead.identity",
        lead_id=lead.lead_id,
        company=company or "–",
        owner=owner or "–",
        stage=words.profile(lead, "stage", say),
        source=say.source(lead.profile["source"] or ""),
        created=say.date(lead.profile["created_at"]),
    )


def _hover(row: Any, say: Speaker) -> str:
    more = words.detail(row, say)
    return f"{words.event(row, say)}<br>{more}" if more else words.event(row, say)


def _answered(lead: Story) -> pd.DataFrame:
    """Return the events, those of handoffs with the answer they were given."""
    events = lead.events.assign(answer=None)
    events.loc[events["lane"] == "handoff", "answer"] = lead.handoffs["response"].tolist()
    return events


def _alt(lead: Story, line: pd.DataFrame, say: Speaker) -> str:
    n_touches, n_handoffs = len(lead.lane("touch")), len(lead.handoffs)
    score = int(line["score"].iloc[-1]) if len(line) else 0
    return say("lead.alt", n=say.count(n_touches), n_handoffs=say.count(n_handoffs), score=score)
