"""The decision: which points, what they promise, who agreed; released and stored in one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from analysis.meeting.deciding import decide
from analysis.meeting.ledger import promise_of
from analysis.meeting.measures import Measure
from analysis.meeting.model import Decision, Promise
from analysis.rulesets import Ruleset, diff_rulesets, run_score_tests
from analysis.selection import Selection
from analysis.workbench import consequences
from dashboard import choices, loading, loading_meeting, loading_points, periods, sending, sentences, state
from dashboard.loading import Snapshot
from dashboard.loading_meeting import File
from dashboard.meeting import promise_words
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.workbench import moves, words

_FORM: Final = "decide"


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
    stored = sending.outbox(_FORM).what
    if stored:
        st.success(say("decide.done", title=plain(stored.title), file=f"`{stored.id}.toml`"), icon=":material/check:")


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
    box = sending.outbox(_FORM)
    starts = periods.add_months(held_on.replace(day=1), 1)
    review = proposal.measure.judged_on(starts) if proposal.measure else starts + timedelta(days=90)
    keys = {name: f"decide-{name}-{box.turn}" for name in ("title", "why", "marketing", "sales", "on", "force")}
    # Streamlit takes a key that ends in "-None" for none at all.
    keys["review"] = f"decide-review-{box.turn}-{proposal.measure.code if proposal.measure else 'plain'}"
    with st.form(f"decide-{proposal.after}-{box.turn}-{say.language}", border=True):
        st.text_input(say("decide.title"), key=keys["title"])
        st.text_area(say("decide.why"), key=keys["why"], height=90)
        left, right = st.columns(2)
        left.text_input(say("decide.marketing"), key=keys["marketing"], help=say("decide.names"))
        right.text_input(say("decide.sales"), key=keys["sales"], help=say("decide.names"))
        with st.grid(3, min_column_width=180):
            st.date_input(say("decide.decided_on"), held_on, key=keys["on"])
            in_force = st.date_input(say("decide.in_force"), starts, key=keys["force"])
            st.date_input(say("decide.review_on"), review, key=keys["review"])
        if proposal.measure:
            st.markdown(f":small[{say('decide.judged', date=say.date(proposal.measure.judged_on(in_force)))}]")
        label = say("decide.release", name=proposal.after) if proposal.after else say("decide.store")
        st.form_submit_button(
            label, type="primary", icon=":material/gavel:", key="decide-send", disabled=not proposal.is_releasable,
            **box.button(_store, keys, proposal, current.number, selection.as_of, _evidence(proposal)),
        )  # fmt: skip
    box.refusal(say, "decide.refused")


def people(text: str) -> tuple[str, ...]:
    """Return the names in a line; commas of either script divide them."""
    for mark in ("、", ",", ";", "/"):
        text = text.replace(mark, "\n")
    return tuple(filter(None, (name.strip() for name in text.split("\n"))))


def _store(
    typed: Mapping[str, Any], proposal: Proposal, snapshot: int, as_of: datetime, evidence: str
) -> sending.Receipt:
    decision = Decision(
        title=typed["title"].strip(), why=typed["why"].strip(), decided_on=typed["on"], in_force_from=typed["force"],
        review_on=typed["review"], marketing=people(typed["marketing"]), sales=people(typed["sales"]),
        snapshot=snapshot, as_of=as_of, ruleset_before=proposal.before, ruleset_after=proposal.after,
        evidence=evidence, promise=proposal.promise,
    )  # fmt: skip
    stored = decide(loading.workspace(), decision)
    state.choose_now("after", "")
    return sending.Receipt(what=stored)


def _evidence(proposal: Proposal) -> str:
    """Return the address that shows this proposal again; in a meeting with the numbers it looked at."""
    named = {name: state.held(name) for name in ("meeting", "item") if state.held("meeting")}
    named = named or {"tab": "decide"}
    if proposal.after:
        named |= {"after": proposal.after, "judge": proposal.measure.code if proposal.measure else ""}
    return f"/meeting?{urlencode(named)}"
