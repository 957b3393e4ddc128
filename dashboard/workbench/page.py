"""The points page, put together: the sheet, its consequences, proposals and drafts."""

from __future__ import annotations

import streamlit as st

from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.workbench import Bench, consequences, tunable
from dashboard import loading, loading_points, notices
from dashboard.loading import Snapshot
from dashboard.texts import Speaker
from dashboard.workbench import grid, moves, proposing, saving
from dashboard.workbench.proposing import Proposed
from dashboard.workbench.sheet import Sheet, open_sheet
from data.errors import LeadcalError


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw everything below the title."""
    stamp = loading.stamp_of(path)
    ruleset = loading.ruleset(path, stamp)
    bench = _bench(say, current, selection, path, stamp)
    sheet = open_sheet(f"{path}@{stamp}", ruleset)
    with st.container(border=True):
        _sheet(say, current, selection, path, bench, sheet)
    changes = sheet.changes(ruleset)
    mine = ruleset.with_points(changes)
    before = loading_points.today(current, selection, path, stamp)
    with st.container(border=True):
        moves.draw(say, consequences(bench.patterns, ruleset, mine, before), ruleset, changes)
        moves.leads(say, current, selection, path, changes)
    saving.tests(say, ruleset, mine)
    saving.draw(say, ruleset, changes)


def _bench(say: Speaker, current: Snapshot, selection: Selection, path: str, stamp: int) -> Bench:
    """Return the rule patterns; stops the page when there is nothing to weigh."""
    if loading.ruleset(path, stamp).kind == "score":
        st.info(f"**{say('points.outside')}**  \n{say('points.outside_hint')}", icon=":material/lock:")
        st.stop()
    with st.spinner(say("app.loading")):
        bench = loading_points.bench(current, selection, path, stamp)
    total = loading_points.today(current, selection, path, stamp)
    if not total.n_decisions:
        notices.empty(say, "no_handoffs")
    if not total.n_mature:
        notices.empty(say, "none_mature", n=say.count(total.n_immature), days=selection.horizon_days)
    return bench


def _sheet(say: Speaker, current: Snapshot, selection: Selection, path: str, bench: Bench, sheet: Sheet) -> None:
    stamp = loading.stamp_of(path)
    ruleset = loading.ruleset(path, stamp)
    question = (current, selection, sheet.code)
    st.subheader(say("points.heading"), anchor=False)
    n, n_won = bench.counts.n_leads.sum(), bench.counts.n_won.sum()
    st.markdown(say("points.caption", n=say.count(n), n_won=say.count(n_won)))
    top = st.container()
    with st.container(horizontal=True):
        is_asked = st.button(say("points.propose"), type="primary", icon=":material/auto_awesome:")
        chosen = proposing.wish(say, len(tunable(ruleset)))
        _ways_back(say, ruleset, sheet, proposing.latest(question))
    if is_asked:
        try:
            with top:  # not where the grid is: it stays in sight while the search goes on
                proposing.propose(say, bench, ruleset, selection, sheet, chosen, question)
            st.rerun()
        except LeadcalError as error:
            notices.refused(say, error, "points.impossible")
    proposed = proposing.latest(question)
    if proposed is not None:
        with top:
            proposing.show(say, proposed, bench, ruleset)
    points = None if proposed is None else proposed.points
    evidence = loading_points.evidence(current, selection, path, stamp)
    grid.draw(say, ruleset, evidence, points, sheet)
    for note in _notes(say, ruleset):
        st.markdown(f":small[{note}]")
    grid.download(say, grid.twin(say, ruleset, evidence, points, sheet))


def _ways_back(say: Speaker, ruleset: Ruleset, sheet: Sheet, proposed: Proposed | None) -> None:
    """Draw the buttons that change the whole column."""
    if proposed is not None and proposed.found.outcome == "change":
        st.button(
            say("points.adopt"), icon=":material/content_copy:", on_click=sheet.put, args=(proposed.points,),
        )  # fmt: skip
    st.button(say("points.undo"), icon=":material/undo:", disabled=not sheet.back, on_click=sheet.undo)
    st.button(
        say("points.reset"), icon=":material/restart_alt:", disabled=not sheet.changes(ruleset),
        on_click=sheet.put, args=(ruleset.adjustable,),
    )  # fmt: skip


def _notes(say: Speaker, ruleset: Ruleset) -> list[str]:
    """Return what the tuner leaves alone, where there is such a thing."""
    notes = [say("points.note.evidence")]
    if len(tunable(ruleset)) < len(ruleset.adjustable):
        notes.append(say("points.note.fading"))
    if ruleset.groups or ruleset.axis_limits:
        notes.append(say("points.note.limits"))
    return notes
