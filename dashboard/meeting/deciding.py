"""The decision: which points, what they promise, who agreed; released and stored in one step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

import streamlit as st

from analysis.meeting.deciding import decide
from analysis.meeting.ledger import promise_of
from analysis.meeting.measures import Measure
from analysis.meeting.model import Decision, Promise
from analysis.rulesets import Ruleset, diff_rulesets, run_score_tests
from analysis.selection import Selection
from analysis.workbench import consequences
from dashboard import choices, loading, loading_meeting, loading_points, notices, periods, sentences, state
from dashboard.loading import Snapshot
from dashboard.loading_meeting import File
from dashboard.meeting import once, promise_words
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.workbench import moves, words
from data.errors import LeadcalError

_STORED = "meeting-stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a decision would change, and what it may promise; the points are empty when none change."""

    before: str
    after: str
    measure: Measure | None
    promise: Promise | None
    is_releasable: bool


def draw(say: Speaker, current: Snapshot, selection: Selection, before: str, held_on: date) -> None:
    """Draw the proposal and the form; `before` names the points in force."""
    st.subheader(say("decide.heading"), anchor=False)
    proposal = _proposal(say, current, selection, before)
    _form(say, current, selection, proposal, held_on)
    stored = state.kept(_STORED)
    if stored:
        st.success(say("decide.done", title=plain(stored[0]), file=f"`{stored[1]}.toml`"), icon=":material/check:")


def candidates(before: str) -> list[str]:
    """Return the other versions of the ruleset in force, the newest first."""
    name = before.partition("@")[0]
    codes = [code for code in loading.ruleset_paths() if code.partition("@")[0] == name and code != before]
    return sorted(codes, key=lambda code: int(code.partition("@")[2]), reverse=True)


def _proposal(say: Speaker, current: Snapshot, selection: Selection, before: str) -> Proposal:
    paths = loading.ruleset_paths()
    names = {code: sentences.ruleset_name(code, paths[code], say) for code in candidates(before)}
    if not names:
        st.markdown(say("decide.no_draft"))
        st.page_link("app_pages/points.py", label=say("decide.open_points"), icon=":material/arrow_forward:")
        return Proposal(before="", after="", measure=None, promise=None, is_releasable=True)
    left, right = st.columns(2)
    with left:
        after = choices.named("after", names, say("decide.after"), say("decide.no_points"))
    if after is None:
        return Proposal(before="", after="", measure=None, promise=None, is_releasable=True)
    measures = {measure.code: measure for measure in loading_meeting.measures(current)}
    with right:
        chosen = measures[choices.one("judge", tuple(measures), say, "decide.judge")]
    files = loading_meeting.file_of(before), loading_meeting.file_of(after)
    assert files[0] is not None  # noqa: S101 - both come from the list above
    assert files[1] is not None  # noqa: S101
    return _shown(say, current, selection, (before, after), (files[0], files[1]), chosen)


def _shown(
    say: Speaker,
    current: Snapshot,
    selection: Selection,
    codes: tuple[str, str],
    files: tuple[File, File],
    chosen: Measure,
) -> Proposal:
    """Draw what would change and what that may promise."""
    old, new = (loading.ruleset(*file) for file in files)
    _difference(say, old, new)
    asked = loading_meeting.asked(selection, chosen)
    gain = loading_meeting.gain(current, asked, *files)
    st.markdown(f"**{promise_words.offered(gain, chosen, say)}**  \n:small[{say('decide.offer_basis')}]")
    if old.rules and old.adjustable.keys() == new.adjustable.keys():
        with st.expander(say("decide.consequences"), icon=":material/swap_vert:"):
            bench = loading_points.bench(current, selection, *files[0])
            found = consequences(bench.patterns, old, old.with_points(_changes(old, new)))
            moves.draw(say, found, old, _changes(old, new))
    return Proposal(
        before=codes[0],
        after=codes[1],
        measure=chosen,
        promise=promise_of(gain, asked),
        is_releasable=_examples_hold(say, new),
    )


def _changes(old: Ruleset, new: Ruleset) -> dict[str, int]:
    return {name: value for name, value in new.adjustable.items() if old.adjustable.get(name) != value}


def _difference(say: Speaker, old: Ruleset, new: Ruleset) -> None:
    """Say what differs: points in words, everything else by name."""
    others = diff_rulesets(old, new)
    n_others = int((others["aspect"] != "points").sum())
    changes = _changes(old, new) if old.adjustable.keys() == new.adjustable.keys() else {}
    lines = [plain(words.change_list(old, changes, say))] if changes else []
    lines += [say("decide.other_changes", n=n_others)] if n_others and not changes else []
    st.markdown("  \n".join(lines) if lines else say("decide.same"))


def _examples_hold(say: Speaker, new: Ruleset) -> bool:
    failed = [result for result in run_score_tests(new) if not result.is_passed]
    if failed:
        lines = [plain(words.score_test(result, new, say)) for result in failed]
        st.warning("  \n".join([say("score_test.no_release", n=len(failed)), *lines]), icon=":material/block:")
    return not failed


def _form(say: Speaker, current: Snapshot, selection: Selection, proposal: Proposal, held_on: date) -> None:
    turn = state.kept("meeting-turn", 0)
    starts = periods.add_months(held_on.replace(day=1), 1)
    review = proposal.measure.judged_on(starts) if proposal.measure else starts + timedelta(days=90)
    with st.form(f"decide-{proposal.after}-{turn}-{say.language}", border=True):
        title = st.text_input(say("decide.title"), key=f"decide-title-{turn}")
        why = st.text_area(say("decide.why"), key=f"decide-why-{turn}", height=90)
        left, right = st.columns(2)
        marketing = left.text_input(say("decide.marketing"), key=f"decide-marketing-{turn}", help=say("decide.names"))
        sales = right.text_input(say("decide.sales"), key=f"decide-sales-{turn}", help=say("decide.names"))
        with st.grid(3, min_column_width=180):
            decided_on = st.date_input(say("decide.decided_on"), held_on, key=f"decide-on-{turn}")
            in_force = st.date_input(say("decide.in_force"), starts, key=f"decide-force-{turn}")
            review_on = st.date_input(
                say("decide.review_on"),
                review,
                key=f"decide-review-{turn}-{proposal.measure and proposal.measure.code}",
            )
        if proposal.measure:
            st.markdown(f":small[{say('decide.judged', date=say.date(proposal.measure.judged_on(in_force)))}]")
        label = say("decide.release", name=proposal.after) if proposal.after else say("decide.store")
        is_sent = st.form_submit_button(
            label, type="primary", icon=":material/gavel:", key="decide-send", disabled=not proposal.is_releasable
        )
    if is_sent:
        decision = Decision(
            title=title.strip(), why=why.strip(), decided_on=decided_on, in_force_from=in_force, review_on=review_on,
            marketing=people(marketing), sales=people(sales), snapshot=current.number, as_of=selection.as_of,
            ruleset_before=proposal.before, ruleset_after=proposal.after, evidence=_evidence(proposal),
            promise=proposal.promise,
        )  # fmt: skip
        _store(say, decision)


def people(text: str) -> tuple[str, ...]:
    """Return the names in a line; commas of either script divide them."""
    for mark in ("、", ",", ";", "/"):
        text = text.replace(mark, "\n")
    return tuple(filter(None, (name.strip() for name in text.split("\n"))))


def _store(say: Speaker, decision: Decision) -> None:
    name = once.token("decide")
    if not once.claim(name):
        return
    try:
        stored = decide(loading.workspace(), decision)
    except LeadcalError as error:
        once.release(name)
        notices.refused(say, error, "decide.refused")
        return
    once.renew("decide")
    state.keep(_STORED, (stored.title, stored.id))
    state.keep("meeting-turn", state.kept("meeting-turn", 0) + 1)
    state.hold("after", "")
    st.rerun()


def _evidence(proposal: Proposal) -> str:
    """Return the address that shows this proposal again; in a meeting with the numbers it looked at."""
    named = {name: state.held(name) for name in ("meeting", "item") if state.held("meeting")}
    named = named or {"tab": "decide"}
    if proposal.after:
        named |= {"after": proposal.after, "judge": proposal.measure.code if proposal.measure else ""}
    return f"/meeting?{urlencode(named)}"
