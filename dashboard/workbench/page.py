"""The points page, put together: the sheet of points, and what can be asked about it, tab by tab."""

from __future__ import annotations

from typing import Final

import streamlit as st

from analysis.rule_verdicts import verdicts_by_points
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.workbench import consequences, tunable
from dashboard import choices, loading_points, notices
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.workbench import grid, health, judged, moves, past, proposing, routing, saving, value, words
from dashboard.workbench.desk import Desk, open_desk, require_decisions
from dashboard.workbench.proposing import Proposed
from dashboard.workbench.sheet import Sheet
from data.errors import LeadcalError

TABS: Final = ("points", "value", "health", "routing", "past")


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw everything below the title."""
    desk = open_desk(current, selection, path)
    tab = choices.tab(TABS, say)
    if tab == "routing":  # asks nothing of the points
        routing.draw(say, current, selection)
        return
    _require_rules(say, desk.ruleset, tab)
    require_decisions(say, desk)
    if tab == "points":
        _points(say, desk)
    elif tab == "health":
        health.draw(say, desk)
    elif tab == "past":
        past.draw(say, desk)
    elif tab == "value":
        value.draw(say, current, selection, desk)


def _require_rules(say: Speaker, ruleset: Ruleset, tab: str) -> None:
    """Stop the page where there are no rules to speak of."""
    if ruleset.kind == "score":
        st.info(f"**{say('points.outside')}**  \n{say(f'outside.{tab}')}", icon=":material/lock:")
        st.stop()


def _points(say: Speaker, desk: Desk) -> None:
    with st.container(border=True):
        _sheet(say, desk)
    with st.container(border=True):
        found = consequences(desk.bench.patterns, desk.ruleset, desk.mine, desk.today)
        moves.draw(say, found, desk.ruleset, desk.changes)
        moves.leads(say, desk.current, desk.selection, desk.path, desk.changes)
    saving.tests(say, desk.ruleset, desk.mine, desk.changes)
    saving.draw(say, desk.ruleset, desk.sheet)


def _sheet(say: Speaker, desk: Desk) -> None:
    st.subheader(say("points.heading"), anchor=False)
    without = judged.left_out(say, desk.current)
    ruleset, sheet = desk.ruleset, desk.sheet
    bench = (
        loading_points.bench(desk.current, desk.selection, desk.path, desk.stamp, without) if without else desk.bench
    )
    question = (desk.current, desk.selection, sheet.code, without)
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
                proposing.propose(say, bench, ruleset, desk.selection, sheet, chosen, question)
            st.rerun()
        except LeadcalError as error:
            refusal = LeadcalError(words.impossible(error, ruleset, say))
            notices.refused(say, refusal, "points.impossible")
    proposed = proposing.latest(question)
    if proposed is not None:
        with top:
            proposing.show(say, proposed, bench, ruleset)
    points = None if proposed is None else proposed.points
    verdicts = loading_points.verdicts(desk.current, desk.selection, desk.path, desk.stamp, without)
    evidence = verdicts_by_points(verdicts, ruleset)
    grid.draw(say, ruleset, evidence, points, sheet)
    st.markdown(f":small[{say('points.note.evidence')}]")
    _remarks(say, desk)
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


def _remarks(say: Speaker, desk: Desk) -> None:
    """Draw what the points alone do not show, rule by rule."""
    found = loading_points.stability(desk.current, desk.selection, desk.path, desk.stamp)
    ids = [*found.index, *(column.id for column in desk.ruleset.columns)]
    names = {name: words.rule_name(desk.ruleset, name, say) for name in ids}
    said = {row.Index: say("remark.and").join(words.remarks(row, names, say)) for row in found.itertuples()}
    lines = [
        say("remark.line", rule=plain(names[name]), remarks=plain(remarks)) for name, remarks in said.items() if remarks
    ]
    if lines:
        with st.expander(say("remark.heading", n=len(lines)), icon=":material/visibility:"):
            st.markdown("\n".join(f"- {line}" for line in lines))
