"""The buttons that make the report: one click, and the file is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard import loading
from dashboard.loading import Snapshot
from dashboard.reporting import made
from dashboard.texts import Speaker
from data.store import Reader

_ICONS: Final = {"html": ":material/print:", "pptx": ":material/slideshow:"}


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str | None) -> None:
    """Draw a button for each kind of file.

    Parameters
    ----------
    say : Speaker
        Gives the language of the buttons and of the report.
    current : Snapshot
        State of the history.
    selection : Selection
        What the report is about.
    path : str or None
        File of the ruleset; None makes a report that says nothing of a score.
    """
    ruleset = loading.ruleset(path, loading.stamp_of(path)) if path else None
    reader = loading.reader(current)
    with st.container(horizontal=True):
        for kind in made.KINDS:
            st.download_button(
                say(f"report.make_{kind}"),
                # Only a click asks the history; the file is not made before.
                _maker(reader, selection, ruleset, kind, say),
                file_name=made.file_name(selection, kind, say.language),
                mime=made.media_type(kind),
                key=f"report-{kind}",
                on_click="ignore",
                icon=_ICONS[kind],
                help=say("report.make_help"),
            )


def _maker(
    reader: Reader, selection: Selection, ruleset: Ruleset | None, kind: made.Kind, say: Speaker
) -> Callable[[], bytes]:
    return lambda: made.make(reader, selection, ruleset, kind, say).content
