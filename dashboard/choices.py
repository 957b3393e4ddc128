"""Choices of single pages: how to count, which part to see, what to compare with.

Each is held under a stable code in the address, like those of `controls`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from analysis.journey_funnel import Question
from analysis.journeys import MODES
from dashboard import people, revealing, state
from dashboard.texts import Speaker

VIEWS: Final = ("cohort", "period")
GRAINS: Final = ("lead", "pass")
AGAINST: Final = ("previous", "last_year", "fiscal", "target")
SEGMENTS: Final = ("source", "campaign", "is_inbound", "is_online", "industry", "region", "seniority", "owner")


def question(stages: Sequence[str], say: Speaker) -> Question:
    """Draw how to count, folded away, and return it."""
    with st.expander(say("counting.heading"), icon=":material/tune:", expanded=not is_usual()):
        mode = _switch("mode", MODES, say, "counting.mode")
        st.markdown(f":small[{say(f'counting.mode_about.{mode}')}]")
        view = _switch("view", VIEWS, say, "counting.view")
        st.markdown(f":small[{say(f'counting.view_about.{view}')}]")
        left, right = st.columns(2)
        with left:
            first = _stage("first", stages[:-1], stages[0], say)
        with right:
            after = list(stages[stages.index(first) + 1 :])
            last = _stage("last", after, after[-1], say)
        grain = _switch("grain", GRAINS, say, "counting.grain")
    return Question(
        mode=mode,
        view=view,
        grain=grain,
        start=None if first == stages[0] else first,
        end=None if last == stages[-1] else last,
    )


def is_usual() -> bool:
    """Whether leads are counted as on the other pages."""
    return all(state.held(name) == state.DEFAULTS[name] for name in ("mode", "view", "grain", "first", "last"))


def span(stages: Sequence[str], say: Speaker) -> tuple[str, str]:
    """Draw the choice of two stages between which time is measured."""
    left, right = st.columns(2)
    with left:
        start = _stage("start", stages[:-1], stages[0], say)
    with right:
        after = list(stages[stages.index(start) + 1 :])
        end = _stage("end", after, after[-1], say)
    return start, end


def tab(options: Sequence[str], say: Speaker) -> str:
    """Draw the choice of the part of a page; only that part is worked out."""
    code = state.held("tab") if state.held("tab") in options else options[0]
    return st.segmented_control(
        say("tab.heading"),
        options,
        format_func=lambda option: say(f"tab.{option}"),
        label_visibility="collapsed",
        required=True,
        **state.choose("tab", code),
    )


def segment(options: Sequence[str], say: Speaker) -> str:
    """Draw the choice of the attribute by which leads are told apart."""
    chosen = one("by", options, say, "segment")
    if chosen == people.OWNER:
        revealing.button(say, "people")
    return chosen


def one(name: str, options: Sequence[str], say: Speaker, prefix: str) -> str:
    """Draw one choice from a short list whose words lie under `prefix`."""
    code = state.held(name) if state.held(name) in options else options[0]
    return st.selectbox(
        say(f"{prefix}.heading"),
        options,
        format_func=lambda option: say(f"{prefix}.{option}"),
        width=300,
        **state.choose(name, code),
    )


def named(name: str, options: dict[str, str], label: str, placeholder: str) -> str | None:
    """Draw a choice from options with names of their own; None as long as nobody chose."""
    code = state.held(name) if state.held(name) in options else ""
    return (
        st.selectbox(
            label,
            ["", *options],
            format_func=lambda option: options.get(option, placeholder),
            **state.choose(name, code),
        )
        or None
    )


def number(name: str, least: int, most: int, label: str) -> int:
    """Draw a whole number that is a choice to pass on."""
    code = state.held(name)
    is_known = code.isascii() and code.isdigit() and len(code) <= len(str(most)) and least <= int(code) <= most
    value = int(code if is_known else state.DEFAULTS[name])
    return int(st.number_input(label, least, most, **state.choose_number(name, value)))


def _switch(name: str, options: Sequence[str], say: Speaker, prefix: str) -> str:
    code = state.held(name) if state.held(name) in options else str(state.DEFAULTS[name])
    return st.segmented_control(
        say(f"{prefix}.heading"),
        options,
        format_func=lambda option: say(f"{prefix}.{option}"),
        required=True,
        **state.choose(name, code),
    )


def _stage(name: str, options: Sequence[str], default: str, say: Speaker) -> str:
    code = state.held(name) if state.held(name) in options else default
    return st.selectbox(
        say(f"counting.{name}"),
        options,
        format_func=lambda option: say.word("stages", option),
        **state.choose(name, code),
    )
