"""Boxes instead of results: what is missing or wrong, and what to do about it."""

from __future__ import annotations

import logging
import secrets
from typing import NoReturn

import streamlit as st

from dashboard.texts import Speaker
from data.errors import LeadcalError

_log = logging.getLogger("leadcal.dashboard")


def empty(say: Speaker, what: str, **values: object) -> NoReturn:
    """Say why there is nothing to show and what to change, and stop the page."""
    st.info(f"**{say(f'empty.{what}')}**  \n{say(f'empty.{what}_hint', **values)}", icon=":material/search_off:")
    st.stop()


def no_workspace(say: Speaker, root: str) -> NoReturn:
    """Say how to fill an empty workspace, and stop the page."""
    hint = say("empty.workspace_hint", path=f"`{root}`")
    st.info(f"**{say('empty.workspace')}**  \n{hint}", icon=":material/folder_open:")
    st.page_link("app_pages/data.py", label=say("empty.open_data"), icon=":material/arrow_forward:")
    st.code(f"{say('empty.workspace_demo')}\n{say('empty.workspace_import')}", language=None)
    st.stop()


def first_import(say: Speaker, root: str) -> None:
    """Say that nothing was imported yet, above the place where that is done."""
    hint = say("empty.first_import_hint", path=f"`{root}`")
    st.info(f"**{say('empty.workspace')}**  \n{hint}", icon=":material/folder_open:")


def refused(say: Speaker, error: LeadcalError, title: str = "error.title") -> None:
    """Show an error that a person can put right."""
    st.error(f"**{say(title)}**  \n{plain(str(error))}", icon=":material/error:")


def defect(say: Speaker, error: Exception) -> None:
    """Own up to a defect without showing its traceback; the terminal has it under the same code."""
    code = secrets.token_hex(3)
    _log.error("Page failed, code %s", code, exc_info=error)
    st.error(f"**{say('error.defect')}**  \n{say('error.defect_hint', code=code)}", icon=":material/bug_report:")


def plain(text: str) -> str:
    """Escape what Markdown would take for markup."""
    return "".join(f"\\{mark}" if mark in r"\`*_[]<>#$:~|" else mark for mark in text)
