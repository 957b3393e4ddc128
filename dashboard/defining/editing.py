"""The form that writes the next version of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from analysis.definitions import BY, TERMS, Definition, DefinitionsError, parse_part, write_part
from analysis.selection import Selection
from dashboard import loading_definitions, notices, sending
from dashboard.defining.words import definition_name, definition_text, part_text
from dashboard.notices import plain
from dashboard.texts import Speaker

_ROWS = 190


def draw(say: Speaker, selection: Selection) -> None:
    """Draw the form, read the condition back in words, and save what was written."""
    st.markdown(f"**{say('definitions.edit.heading')}**  \n{say('definitions.edit.caption')}")
    language = say.language
    left, middle, right = st.columns(3)
    left.selectbox(
        say("definitions.edit.term"), TERMS, index=TERMS.index("mql"), key=f"definition-term-{language}",
        format_func=lambda code: say(f"definitions.term.{code}"),
    )  # fmt: skip
    middle.selectbox(
        say("definitions.edit.by"), BY, key=f"definition-by-{language}",
        format_func=lambda code: say(f"definitions.by.{code}"),
    )  # fmt: skip
    right.date_input(
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
    keys = {
        **{name: f"definition-{name}-{language}" for name in ("term", "by", "day", "agreed")},
        **{name: f"definition-{name}-{start}-{language}" for name in ("text", "condition")},
    }
    st.text_input(
        say("definitions.edit.text"),
        value="" if begun is None else definition_text(begun, say),
        key=keys["text"],
    )
    condition = st.text_area(
        say("definitions.edit.condition"),
        value="" if begun is None or begun.part is None else write_part(begun.part),
        height=_ROWS,
        help=say("definitions.edit.condition_help"),
        key=keys["condition"],
    )
    st.text_input(say("definitions.edit.agreed_by"), key=keys["agreed"])
    _read_back(say, condition)
    box = sending.outbox("definition")
    st.button(
        say("definitions.edit.save"), type="primary", icon=":material/save:", key="definition-save",
        **box.button(_save, keys, say),
    )  # fmt: skip
    box.refusal(say)


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


def _save(typed: Mapping[str, Any], say: Speaker) -> sending.Receipt:
    chosen = {"term": typed["term"], "by": typed["by"], "valid_from": typed["day"]}
    definition = written(say, chosen, typed["text"], typed["condition"], typed["agreed"])
    loading_definitions.save(definition)
    return sending.Receipt(toast=plain(say("definitions.edit.saved", name=definition_name(definition, say))))


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
