"""The evidence of one lost case on one screen: what was known, how it was scored, and what was done."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analysis.losses.cases import Cases
from analysis.selection import Selection
from dashboard import exhibits, linking, loading, loading_lead, loading_losses
from dashboard.leadview import sections, tables, words
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str, row: Any) -> None:
    """Draw everything about a case; nothing of what the model suspects.

    Parameters
    ----------
    say, current, selection, path
        As given to the section.
    row : Series
        A row of `analysis.losses.suspects.suspects`.
    """
    stamp = loading.stamp_of(path)
    cases = loading_losses.cases(current, selection, path, stamp)
    points = loading.ruleset(path, stamp)
    lead_id, at = str(row["lead_id"]), pd.Timestamp(row["decided_at"]).to_pydatetime()
    story = loading_lead.story(current, lead_id, selection.as_of)
    receipt = loading_lead.receipt(current, lead_id, at, path, stamp)
    link = linking.lead_links([lead_id], say)[0]
    st.markdown(f"### {plain(words.score(receipt, points.threshold, say))}")
    date, source = say.date(at), plain(say.source(str(cases.table["source"].iloc[row["case_no"]])))
    st.markdown(
        f":small[{say('court.identity', lead_id=plain(lead_id), date=date, source=source)} [{say('court.open')}]({link})]"
    )
    left, right = st.columns(2)
    with left:
        st.markdown(f"**{say('court.receipt')}**")
        exhibits.grid(tables.receipt_table(receipt, say).shown, alt=say("court.receipt"))
    with right:
        st.markdown(f"**{say('court.handled')}**")
        exhibits.grid(handling_table(cases, int(row["case_no"]), story.lane("deal"), say), alt=say("court.handled"))
    st.markdown(f"**{say('court.timeline')}**")
    sections.picture(say, current, story, points, path, stamp, key="court-lead")
    exhibits.facts(say("lead.profile_heading"), tables.profile_table(story, say))


def handling_table(cases: Cases, case_no: int, deals: pd.DataFrame, say: Speaker) -> pd.DataFrame:
    """Return how a case was handled, what became of it, and what nobody knew at the handoff."""
    case = cases.table.iloc[case_no]
    unknown = [field for field, is_unknown in zip(cases.fields, cases.unknown[case_no], strict=True) if is_unknown]
    mine = deals[deals["happened_at"] >= case["decided_at"]]
    items = {
        "way": say(
            "court.way",
            start=words.department(case["from_department"], say),
            end=words.department(case["to_department"], say),
        ),
        "contact": _contact(case["wait_hours"], say),
        "answer": say.word("court.answer", str(case["response"])) if pd.notna(case["response"]) else say("court.no_answer"),
        "deal": say("format.comma").join(words.event(event, say) for event in mine.itertuples()) or say("court.no_deal"),
        "reason": say.word("lead_reason", case["reason"]) if case["reason"] else say("losing.unsaid"),
        "unknown": say("format.comma").join(say.word("losing.fact", field) for field in unknown) or say("court.nothing_unknown"),
    }  # fmt: skip
    return pd.DataFrame(
        {
            say("court.item.heading"): [say(f"court.item.{name}") for name in items],
            say("court.item.value"): list(items.values()),
        }
    )


def _contact(hours: float, say: Speaker) -> str:
    if pd.isna(hours):
        return say("court.never")
    return say("court.hours", n=f"{hours:,.1f}") if hours < 48 else say("court.days", n=f"{hours / 24:,.1f}")
