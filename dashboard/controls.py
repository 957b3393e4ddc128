"""The sidebar: language, period, sources and horizon, as one `Selection`."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from analysis.selection import Selection
from dashboard import loading, notices, periods, sentences, state
from dashboard.loading import Facts, Snapshot
from dashboard.texts import LANGUAGES, Speaker, speaker

HORIZONS: Final = ("30", "60", "90", "120", "180", "270", "365")
"""Days a win may take, as codes."""

UNKNOWN_SOURCE: Final = "-"
"""Code of leads without a source: an empty value would vanish from the address."""


def say() -> Speaker:
    """Return the speaker of the language in use."""
    return speaker(state.language())


def language() -> None:
    """Draw the switch between the languages."""
    speak = say()
    names = {"ja": "日本語", "en": "English"}
    st.segmented_control(
        speak("app.language"), LANGUAGES, format_func=names.get, required=True, **state.choose("lang", state.language())
    )


def snapshot() -> Snapshot:
    """Return the snapshot in use, or say how to get one and stop the page."""
    current = loading.current_snapshot()
    if current is None:
        notices.no_workspace(say(), str(loading.workspace().root))
    return current


def selection(current: Snapshot, usual_period: str = "all") -> Selection:
    """Draw the filters and return what they select; stops the page when that is impossible.

    `usual_period` is the period of a page for as long as nobody has chosen one.
    """
    speak, facts = say(), loading.facts(current)
    if facts is None:
        notices.no_workspace(speak, str(loading.workspace().root))
    with st.sidebar:
        st.subheader(speak("filter.heading"), anchor=False)
        start, end = _period(facts, usual_period, speak)
        sources = _sources(facts, speak)
        horizon = _horizon(speak)
    return Selection(as_of=facts.data_end, start=start, end=end, sources=sources, horizon_days=horizon)


def stage(options: tuple[str, ...]) -> str:
    """Draw the choice of the stage that months are compared by."""
    speak = say()
    code = state.held("stage") if state.held("stage") in options else options[-1]
    return st.selectbox(
        speak("filter.stage"),
        options,
        format_func=lambda option: speak.word("stages", option),
        width=260,
        **state.choose("stage", code),
    )


def ruleset(speak: Speaker) -> str:
    """Draw the choice of the ruleset when there is one to make, and return its path."""
    paths, path = loading.ruleset_paths(), ruleset_in_use()
    if path is None:
        notices.empty(speak, "rulesets", path=f"`{loading.workspace().rulesets}`")
    if len(paths) == 1:
        return path
    code = next(code for code in paths if paths[code] == path)
    names = {code: sentences.ruleset_name(code, paths[code], speak) for code in paths}
    with st.sidebar:
        chosen = st.selectbox(
            speak("filter.ruleset"), list(paths), format_func=names.get, **state.choose("ruleset", code)
        )
    return paths[chosen]


def ruleset_in_use() -> str | None:
    """Return the path of the ruleset that was chosen, else of the usual one; None when there is none."""
    paths = loading.ruleset_paths()
    return paths.get(state.held("ruleset"), next(iter(paths.values()), None))


def _period(facts: Facts, usual: str, speak: Speaker) -> tuple[date | None, date | None]:
    code = state.held("period") if state.held("period") in periods.PERIODS else usual
    period = st.selectbox(
        speak("filter.period"),
        periods.PERIODS,
        format_func=lambda option: speak(f"period.{option}"),
        help=speak("filter.period_help"),
        **state.choose("period", code),
    )
    if period != "custom":
        return periods.bounds(period, facts.data_end)
    codes = [periods.month_code(month) for month in periods.months_between(facts.first_on, facts.data_end)]
    start, end = _month("from", codes, 0, speak), _month("to", codes, -1, speak)
    if start > end:
        notices.empty(speak, "months")
    return periods.month_of(start), periods.add_months(periods.month_of(end), 1)


def _month(name: str, codes: list[str], default: int, speak: Speaker) -> str:
    code = state.held(name) if state.held(name) in codes else codes[default]
    return st.selectbox(
        speak(f"filter.{name}"),
        codes,
        format_func=lambda option: speak.month(periods.month_of(option)),
        **state.choose(name, code),
    )


def _sources(facts: Facts, speak: Speaker) -> tuple[str, ...]:
    codes = [source or UNKNOWN_SOURCE for source in facts.sources]
    chosen = tuple(code for code in state.held("source") if code in codes)
    picked = st.multiselect(
        speak("filter.sources"),
        codes,
        format_func=lambda code: speak.source("" if code == UNKNOWN_SOURCE else code),
        placeholder=speak("filter.sources_all"),
        select_all=False,
        **state.choose("source", chosen),
    )
    return tuple("" if code == UNKNOWN_SOURCE else code for code in picked)


def _horizon(speak: Speaker) -> int:
    code = state.held("horizon") if state.held("horizon") in HORIZONS else state.DEFAULTS["horizon"]
    return int(
        st.selectbox(
            speak("filter.horizon"),
            HORIZONS,
            format_func=lambda days: speak("filter.horizon_option", days=days),
            help=speak("filter.horizon_help"),
            **state.choose("horizon", code),
        )
    )
