"""The evidence checks in words: what contradicts itself, what that harms, and the records."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from analysis.evidence import Evidence
from dashboard import data_tables, exhibits, loading
from dashboard.check_words import sentence
from dashboard.loading import Snapshot
from dashboard.texts import Speaker

ICONS: Final = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]"}
"""The word beside them says the same without colour."""

N_RECORDS: Final = 200
"""Records shown per check; the command line has them all."""


def verdict(result: Evidence, say: Speaker) -> str:
    """Answer in a sentence whether the history can be trusted."""
    failed = result.checks[~result.checks["is_passed"]]
    errors = failed[failed["severity"] == "error"]
    if failed.empty:
        return say("data.verdict_good", n=say.count(len(result.checks)))
    if errors.empty:
        return say("data.verdict_warnings", n=say.count(len(failed)))
    harmed = dict.fromkeys(name for harms in errors["harms"] for name in harms)
    names = say("format.comma").join(say.word("harm", name) for name in harmed)
    return say("data.verdict_errors", n=say.count(len(errors)), names=names)


def draw(result: Evidence, current: Snapshot, say: Speaker) -> None:
    """Draw what the checks found, worst first, and on demand what they did not."""
    failed = result.checks[~result.checks["is_passed"]]
    for _, check in failed.iterrows():
        _draw(check, current, say)
    passed = result.checks[result.checks["is_passed"]]
    if not passed.empty:
        with st.expander(say("data.passed", n=len(passed)), icon=":material/check_circle:"):
            st.markdown("\n".join(f"- {say(f'check.{code}.name')}" for code in passed["code"]))


def _draw(check: pd.Series, current: Snapshot, say: Speaker) -> None:
    severity = say(f"severity.{check['severity']}")
    name = say(f"check.{check['code']}.name")
    with st.container(gap="small"):
        st.markdown(f"{ICONS[check['severity']]} **{severity}: {name}**  \n{sentence(check, say)}")
        opened = st.expander(
            say("data.records", n=say.count(check["n_found"])),
            key=f"records-{check['code']}",
            on_change="rerun",
            icon=":material/list:",
        )
        if opened.open:
            with opened:
                _records(check, current, say)


def _records(check: pd.Series, current: Snapshot, say: Speaker) -> None:
    records = loading.evidence_records(current, check["code"], N_RECORDS)
    exhibits.grid(data_tables.records_table(records, say).shown, alt=say(f"check.{check['code']}.name"))
    if check["n_found"] > len(records):
        st.markdown(f":small[{say('data.records_more', n=say.count(check['n_found'] - len(records)))}]")
        st.code(f"leadcal check --open {check['code']} --format csv", language=None)
