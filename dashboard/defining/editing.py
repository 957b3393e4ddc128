"""The form that writes the next version of a definition."""

from __future__ import annotations

from datetime import date

import streamlit as st

from analysis.definitions import BY, TERMS, Definition, DefinitionsError, parse_part, write_part
from analysis.selection import Selection
from dashboard import loading_definitions, notices
from dashboard.defining.words import definition_name, definition_text, part_text
from dashboard.notices import plain
from dashboard.texts import Speaker

_ROWS = 190


def draw(say: Speaker, selection: Selection) -> None:
    """Draw the form, read the condition back in words, and save what was written."""
    st.markdown(f"**{say('definitions.edit.heading')}**  \n{say('definitions.edit.caption')}")
    language = say.language
    left, middle, right = st.columns(3)
    term = left.selectbox(
        say("definitions.edit.term"), TERMS, index=TERMS.index("mql"), key=f"definition-term-{language}",
        format_func=lambda code: say(f"definitions.term.{code}"),
    )  # fmt: skip
    by = middle.selectbox(
        say("definitions.edit.by"), BY, key=f"definition-by-{language}",
        format_func=lambda code: say(f"definitions.by.{code}"),
    )  # fmt: skip
    valid_from = right.date_input(
        say("definitions.edit.valid_from"), value=loading_definitions.today(selection), key=f"definition-day-{language}"
    )
    known = loading_definitions.choices(selection)
    start = st.selectbox(
        say("definitions.edit.start"), ["", *known], key=f"definition-start-{language}",
        format_func=lambda code: definition_name(known[code], say, is_older="@" in code)
        if code
        else say("definitions.edit.nothing"),
    )  # fmt: skip
    begun = known.get(start)
    text = st.text_input(
        say("definitions.edit.text"),
        value="" if begun is None else definition_text(begun, say),
        key=f"definition-text-{start}-{language}",
    )
    condition = st.text_area(
        say("definitions.edit.condition"),
        value="" if begun is None or begun.part is None else write_part(begun.part),
        height=_ROWS,
        help=say("definitions.edit.condition_help"),
        key=f"definition-condition-{start}-{language}",
    )
    agreed_by = st.text_input(say("definitions.edit.agreed_by"), key=f"definition-agreed-{language}")
    _read_back(say, condition)
    if st.button(say("definitions.edit.save"), type="primary", icon=":material/save:", key="definition-save"):
        _save(say, {"term": term, "by": by, "valid_from": valid_from}, text, condition, agreed_by)


def _read_back(say: Speaker, condition: str) -> None:
    """Say what the condition asks, or what is wrong with it, before anybody saves."""
    try:
        part = parse_part(condition, say("definitions.edit.condition"))
    except DefinitionsError as error:
        notices.refused(say, error)
        return
    if part is None:
        st.markdown(f":small[{say('definitions.edit.reading_none')}]")
    else:
        st.markdown(plain(say("definitions.edit.reading", what=part_text(part, say))))


def _save(say: Speaker, chosen: dict[str, str | date], text: str, condition: str, agreed_by: str) -> None:
    try:
        definition = written(say, chosen, text, condition, agreed_by)
        loading_definitions.save(definition)
    except DefinitionsError as error:
        notices.refused(say, error)
        return
    st.toast(plain(say("definitions.edit.saved", name=definition_name(definition, say))), icon=":material/check:")
    st.rerun()


def written(say: Speaker, chosen: dict[str, str | date], text: str, condition: str, agreed_by: str) -> Definition:
    """Return the definition that the form says; DefinitionsError when it cannot be."""
    if not text.strip():
        raise DefinitionsError(say("definitions.edit.no_text"))
    names = agreed_by.replace("、", ",").replace("，", ",").split(",")
    return Definition(
        **chosen,  # type: ignore[arg-type]
        text_ja=text.strip(),
        text_en=text.strip(),
        part=parse_part(condition, say("definitions.edit.condition")),
        agreed_by=tuple(name.strip() for name in names if name.strip()),
    )
