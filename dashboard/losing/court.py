"""Case by case: both departments look at the same losses, judge apart, and then see each other's verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from analysis.losses.court import DRAWS, N_CASES, docket, judged_by_both
from analysis.losses.suspects import FAULTS
from analysis.losses.verdicts import DEPARTMENTS, Department, Verdict, give_verdict
from analysis.selection import Selection
from dashboard import choices, loading, loading_court, sending, state
from dashboard.loading import Snapshot
from dashboard.losing import court_evidence, court_outcome
from dashboard.notices import plain
from dashboard.texts import Speaker
from data.workspace import Workspace

_MEMORY = "court-memory"
_MOST_LISTS = 999


@dataclass(slots=True)
class Memory:
    """What a session knows of the person who judges: a name, and which verdicts were seen, by case and department.

    It is changed in place: on a click nothing may touch the session itself.
    """

    name: str = ""
    seen: dict[tuple[str, Department], Verdict | None] = field(default_factory=dict)


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw one case with its evidence and the verdict form, and how far both departments agree."""
    stamp = loading.stamp_of(path)
    st.subheader(say("court.heading"), anchor=False)
    suspected = loading_court.suspects(current, selection, path, stamp)
    if suspected.empty:
        st.markdown(say("court.no_cases"))
        return
    st.markdown(say("court.caption"))
    side = _side(say)
    drawn = _docket(suspected, say)
    verdicts, problems = loading_court.read_verdicts(current)
    st.markdown(f":small[{_progress(drawn, verdicts, say)}]")
    for problem in problems:
        st.warning(plain(problem), icon=":material/warning:")
    row = drawn.iloc[_case_number(len(drawn), say) - 1]
    with st.container(border=True, key="court-case"):
        court_evidence.draw(say, current, selection, path, row)
    with st.container(border=True, key="court-verdict"):
        _judge(say, current, row, side, verdicts)
    court_outcome.draw(say, current, verdicts, suspected)


def _side(say: Speaker) -> Department:
    held = state.held("side") if state.held("side") in DEPARTMENTS else DEPARTMENTS[0]
    chosen = st.segmented_control(
        say("court.side"),
        DEPARTMENTS,
        format_func=lambda option: say(f"court.department.{option}"),
        required=True,
        **state.choose("side", held),
    )
    return chosen or held


def _docket(suspected: pd.DataFrame, say: Speaker) -> pd.DataFrame:
    """Draw which list is gone through, and return it; both departments choose the same."""
    with st.expander(say("court.list"), icon=":material/list:"):
        st.markdown(f":small[{say('court.list_about', n=N_CASES)}]")
        draw_by = choices.one("docket", DRAWS, say, "court.draw")
        seed = choices.number("lot", 1, _MOST_LISTS, say("court.lot"))
    return docket(suspected, draw_by, seed=seed)


def _progress(drawn: pd.DataFrame, verdicts: tuple[Verdict, ...], say: Speaker) -> str:
    ids = set(drawn["handoff_id"])
    counts = {
        department: say.count(sum(each.handoff_id in ids for each in verdicts if each.department == department))
        for department in DEPARTMENTS
    }
    return say("court.progress", n=say.count(len(drawn)), both=say.count(len(judged_by_both(verdicts) & ids)), **counts)


def _case_number(n_cases: int, say: Speaker) -> int:
    """Draw the way from case to case."""
    held = state.held("case")
    number = int(held) if held.isascii() and held.isdigit() and 1 <= int(held) <= n_cases else 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say("court.back"), icon=":material/chevron_left:", disabled=number == 1,
            on_click=state.choose_now, args=("case", str(number - 1)),
        )  # fmt: skip
        st.markdown(f"**{say('court.case', number=number, n=n_cases)}**", width="content")
        st.button(
            say("court.next"), icon=":material/chevron_right:", disabled=number == n_cases,
            on_click=state.choose_now, args=("case", str(number + 1)),
        )  # fmt: skip
        st.button(say("court.refresh"), icon=":material/refresh:", help=say("court.refresh_help"))
    return number


def _judge(say: Speaker, current: Snapshot, row: Any, side: Department, verdicts: tuple[Verdict, ...]) -> None:
    """Draw the form of one department; what the other said only when both have spoken."""
    pair = {each.department: each for each in verdicts if each.handoff_id == row["handoff_id"]}
    own = pair.get(side)
    st.markdown(f"**{say('court.form.heading', department=say(f'court.department.{side}'))}**")
    if len(pair) == len(DEPARTMENTS):
        court_outcome.reveal(say, pair, row)
    elif own is not None:
        other = next(name for name in DEPARTMENTS if name != side)
        st.info(
            say(
                "court.waiting",
                verdict=say(f"court.fault.{own.verdict}"),
                department=say(f"court.department.{other}"),
            ),
            icon=":material/hourglass_empty:",
        )
    _form(say, current, str(row["handoff_id"]), side, own)


def _form(say: Speaker, current: Snapshot, handoff_id: str, side: Department, own: Verdict | None) -> None:
    key, box = f"{handoff_id}-{side}-{say.language}", sending.outbox(f"court-{handoff_id}-{side}")
    memory, place = _memory(), (handoff_id, side)
    keys = {field: f"court-{field}-{key}" for field in ("verdict", "name", "note")}
    with st.form(key=f"court-{key}", border=False):
        st.radio(
            say("court.form.question"),
            FAULTS,
            index=None if own is None else FAULTS.index(own.verdict),
            format_func=lambda fault: say(f"court.fault.{fault}"),
            captions=[say(f"court.fault_about.{fault}") for fault in FAULTS],
            key=keys["verdict"],
        )
        st.text_input(say("court.form.name"), value=memory.name, key=keys["name"])
        st.text_input(say("court.form.note"), value=own.note if own else "", key=keys["note"])
        st.form_submit_button(
            say("court.form.give" if own is None else "court.form.change"), type="primary", icon=":material/gavel:",
            **box.button(_give, keys, Workspace(Path(current.root)), memory, place, say),
        )  # fmt: skip
    # Whoever changes a verdict must have seen it: what stood here when the form was drawn.
    memory.seen[place] = own
    box.refusal(say, "court.form.refused")


def _memory() -> Memory:
    memory: Memory | None = state.kept(_MEMORY)
    if memory is None:
        memory = Memory()
        state.keep(_MEMORY, memory)
    return memory


def _give(
    typed: Mapping[str, Any], workspace: Workspace, memory: Memory, place: tuple[str, Department], say: Speaker
) -> None:
    memory.name = typed["name"]
    if typed["verdict"] is None:
        raise sending.IncompleteError(say("court.form.choose"))
    verdict = Verdict(
        handoff_id=place[0], department=place[1], verdict=typed["verdict"], by=typed["name"].strip(),
        note=typed["note"].strip(), given_at=datetime.now(UTC).replace(tzinfo=None, microsecond=0),
    )  # fmt: skip
    memory.seen[place] = give_verdict(workspace, verdict, replaces=memory.seen.get(place))
