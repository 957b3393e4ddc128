"""Promises kept and broken: every decision with what it should bring, and what it brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from analysis.meeting.decisions import read_records, withdraw, write_review
from analysis.meeting.ledger import Outlook
from analysis.meeting.model import Record, Review
from analysis.selection import Selection
from dashboard import exhibits, loading, loading_meeting, notices, sending
from dashboard.figures.promises import Row, promises_figure
from dashboard.loading import Snapshot
from dashboard.meeting import promise_words
from dashboard.notices import plain
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from data.errors import LeadcalError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A decision, and how its promise stands; None when that cannot be asked."""

    record: Record
    outlook: Outlook | None


def draw(say: Speaker, current: Snapshot, selection: Selection, today: date) -> None:
    """Draw the ledger."""
    st.subheader(say("ledger.heading"), anchor=False)
    records, problems = read_records(loading.workspace())
    for problem in problems:
        notices.refused(say, LeadcalError(problem), "ledger.unreadable")
    if not records:
        st.markdown(say("ledger.nothing"))
        return
    found = entries(records, current, selection)
    st.markdown(f"{say('ledger.caption')}  \n**{track(found, say)}**")
    rows = [_row(entry) for entry in found if entry.record.decision.promise and entry.record.withdrawn_on is None]
    if rows:
        figure = promises_figure(rows, say)
        exhibits.chart(say, figure, table(found, say), key="ledger", alt=track(found, say))
    for entry in found:
        _details(say, entry, current, today)


def entries(records: tuple[Record, ...], current: Snapshot, selection: Selection) -> list[Entry]:
    """Return each decision with how its promise stands in this snapshot."""
    return [Entry(record=record, outlook=_outlook(record, current, selection)) for record in records]


def track(found: list[Entry], say: Speaker) -> str:
    """Say how many promises were kept so far: of hypotheses, never of people."""
    states = Counter(_state(entry) for entry in found if entry.record.withdrawn_on is None)
    states.pop("", None)
    parts = [say("ledger.track_part", verdict=say(f"ledger.verdict.{s}"), n=n) for s, n in states.most_common()]
    return (
        say("ledger.track", n=sum(states.values()), parts=say("format.comma").join(parts))
        if parts
        else say("ledger.track_none")
    )


def table(found: list[Entry], say: Speaker) -> Twin:
    """Return the decisions with promise, result and verdict."""
    decisions = [entry.record.decision for entry in found]
    rows = Builder(say, "ledger.table")
    rows.column("date", [say.short_date(decision.decided_on) for decision in decisions])
    rows.column("title", [decision.title for decision in decisions])
    rows.column("points", [_points(entry.record, say) for entry in found])
    rows.column("promised", [promise_words.promised(decision.promise, say) for decision in decisions])
    rows.column("found", [promise_words.actual(entry.record, entry.outlook, say) for entry in found])
    rows.column("verdict", [promise_words.verdict(entry.record, entry.outlook, say) for entry in found])
    rows.column("review", [say.short_date(decision.review_on) for decision in decisions])
    return rows.twin()


def _outlook(record: Record, current: Snapshot, selection: Selection) -> Outlook | None:
    decision = record.decision
    before, after = (loading_meeting.file_of(code) for code in (decision.ruleset_before, decision.ruleset_after))
    if decision.promise is None or before is None or after is None:
        return None
    plain_selection = Selection(as_of=selection.as_of)
    try:
        return loading_meeting.outlook(current, decision, before, after, plain_selection)
    except LeadcalError:
        return None


def _state(entry: Entry) -> str:
    if entry.record.review is not None:
        return entry.record.review.verdict
    return entry.outlook.verdict if entry.outlook is not None else ""


def _row(entry: Entry) -> Row:
    promise, review = entry.record.decision.promise, entry.record.review
    found = None
    if review is not None:
        found = (review.gain, review.low, review.high)
    elif entry.outlook is not None and entry.outlook.verdict != "too_early":
        found = (entry.outlook.found.gain, entry.outlook.found.low, entry.outlook.found.high)
    return Row(
        label=plain(entry.record.decision.title) if "<" in entry.record.decision.title else entry.record.decision.title,
        promised=(promise.gain, promise.low, promise.high),
        found=found,
    )


def _points(record: Record, say: Speaker) -> str:
    decision = record.decision
    if not decision.ruleset_after:
        return "–"
    return say("ledger.points", before=decision.ruleset_before, after=decision.ruleset_after)


def _details(say: Speaker, entry: Entry, current: Snapshot, today: date) -> None:
    record, decision = entry.record, entry.record.decision
    label = say("ledger.entry", title=plain(decision.title), verdict=promise_words.verdict(record, entry.outlook, say))
    with st.expander(label, icon=":material/gavel:"):
        st.markdown(
            say(
                "ledger.decided",
                date=say.date(decision.decided_on),
                why=plain(decision.why),
                marketing=plain(say("format.comma").join(decision.marketing)),
                sales=plain(say("format.comma").join(decision.sales)),
                force=say.date(decision.in_force_from),
                points=plain(_points(record, say)),
                snapshot=decision.snapshot,
                as_of=say.date(decision.as_of),
            )
        )
        if decision.evidence:
            st.markdown(f":material/link: [{say('ledger.evidence')}]({_address(decision.evidence)})")
        st.markdown(f"**{promise_words.promised(decision.promise, say)}**")
        if entry.outlook is not None:
            st.markdown(promise_words.about(record, entry.outlook, say))
        if record.review is not None and record.review.note:
            st.markdown(say("ledger.note", note=plain(record.review.note)))
        if record.withdrawn_on is None:
            _buttons(say, entry, current, today)


def _address(evidence: str) -> str:
    """Return an address of ours as Markdown takes it; nothing that leads elsewhere."""
    return evidence.replace(" ", "%20").replace(")", "%29") if evidence.startswith("/") else "/"


def _buttons(say: Speaker, entry: Entry, current: Snapshot, today: date) -> None:
    """Draw what can be done with a decision: hold its review, or take it back."""
    record, outlook = entry.record, entry.outlook
    key = record.decision.id
    keys, box = {"note": f"ledger-note-{key}"}, sending.outbox(f"ledger-{key}")
    if record.review is None and record.decision.promise is not None:
        st.markdown(f":small[{promise_words.due(record, today, say)}]")
    is_open = record.review is None and outlook is not None and outlook.verdict != "too_early"
    with st.form(f"ledger-{key}", border=False):
        st.text_input(say("ledger.note_label"), key=keys["note"])
        with st.container(horizontal=True):
            if is_open:
                st.form_submit_button(
                    say("ledger.review"), type="primary", icon=":material/fact_check:", key=f"review-{key}",
                    **box.button(_review, keys, record, outlook, current.number, today),
                )  # fmt: skip
            st.form_submit_button(
                say("ledger.withdraw"), icon=":material/undo:", key=f"withdraw-{key}",
                **box.button(_withdraw, keys, key, max(today, record.decision.decided_on)),
            )  # fmt: skip
    box.refusal(say)


def _review(typed: Mapping[str, Any], record: Record, outlook: Outlook, snapshot: int, today: date) -> None:
    write_review(loading.workspace(), review_of(record, outlook, snapshot, today, typed["note"]))


def _withdraw(typed: Mapping[str, Any], decision_id: str, on: date) -> None:
    withdraw(loading.workspace(), decision_id, on, typed["note"])


def review_of(record: Record, outlook: Outlook, snapshot: int, today: date, note: str) -> Review:
    """Return the review of a promise as it stands."""
    return Review(
        decision_id=record.decision.id,
        reviewed_on=today,
        verdict=outlook.verdict,
        snapshot=snapshot,
        gain=outlook.found.gain,
        low=outlook.found.low,
        high=outlook.found.high,
        note=note,
    )
