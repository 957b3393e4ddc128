"""What each department means by each term, with its earlier versions, and a form for the next."""

from __future__ import annotations

import streamlit as st

from analysis.definitions import BY, FILE_NAME, TERMS, preset_definitions
from analysis.selection import Selection
from dashboard import exhibits, loading_definitions
from dashboard.defining import editing
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.tables_definitions import definitions_table
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:  # noqa: ARG001 - as all sections
    """Draw the definitions in force, the published ones, and the form."""
    st.subheader(say("definitions.heading"), anchor=False)
    st.markdown(say("definitions.caption"))
    everything = loading_definitions.own()
    in_force = everything.current(loading_definitions.today(selection))
    older = sorted(
        (each for each in everything.all if each not in in_force),
        key=lambda each: (TERMS.index(each.term), BY.index(each.by), str(each.valid_from)),  # type: ignore[arg-type]
    )
    if in_force:
        exhibits.table(say, definitions_table(in_force, say), key="definitions-own")
        st.markdown(f":small[{plain(say('definitions.file', file=FILE_NAME))}]")
    else:
        st.info(say("definitions.none"))
    terms = {each.term for each in in_force}
    missing = [say(f"definitions.term.{term}") for term in TERMS if term not in terms]
    if in_force and missing:
        st.markdown(f":small[{say('definitions.missing', names=say('format.comma').join(missing))}]")
    if older:
        with st.expander(say("definitions.older_heading", n=say.count(len(older))), icon=":material/history:"):
            exhibits.table(say, definitions_table(older, say), key="definitions-older")
    with st.expander(say("definitions.published_heading"), icon=":material/menu_book:", expanded=not in_force):
        exhibits.table(say, definitions_table(preset_definitions(), say), key="definitions-published")
    editing.draw(say, selection)
