"""Steps 3 and 4 of an import: what would come in and what would not, the decision, and what came of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from dashboard import data_tables, exhibits, state
from dashboard.importing import profiles
from dashboard.importing.batch import Batch, next_batch
from dashboard.importing.uploads import RefusalError
from dashboard.notices import plain
from dashboard.texts import Speaker
from data.imports import ImportReport, write_rejects

N_FAILURES = 200
"""Failures shown in the table; the download has them all."""


def draw_check(batch: Batch, say: Speaker, user: str) -> None:
    """Draw what would come in, and ask for the decision."""
    report = batch.report
    if report is None:
        return
    n_good = report.n_rows - report.n_rejected if report.feeds["n_accepted"].any() else 0
    st.markdown(f"### {_verdict(report, say)}")
    exhibits.grid(data_tables.feeds_table(report.feeds, say).shown, alt=say("import.feeds_alt"))
    _notes(report, say)
    _failures(report, say)
    _samples(report, say)
    st.text_input(say("import.by"), value=user, key="imported-by", max_chars=60, help=say("import.by_help"))
    with st.container(horizontal=True, vertical_alignment="center"):
        if n_good:
            label = "import.import_good" if report.n_failures else "import.import_all"
            st.button(
                say(label, n=say.count(n_good)),
                type="primary",
                key="import",
                on_click=lambda: batch.import_good_rows(str(state.widget("imported-by", user))),
            )
        st.button(say("import.back"), key="back", on_click=batch.back, icon=":material/arrow_back:")
    _profile(batch, say)


def draw_done(batch: Batch, say: Speaker) -> None:
    """Draw what the import did, and where to go from here."""
    report = batch.report
    if report is None:
        return
    st.success(_outcome(report, say), icon=":material/check_circle:")
    exhibits.grid(data_tables.merged_table(report.tables, say).shown, alt=say("import.merged_alt"))
    _notes(report, say)
    if report.n_rejected:
        st.markdown(say("import.rejected", n=say.count(report.n_rejected)))
        _rejects(report, say)
    _profile(batch, say)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("app_pages/funnel.py", label=say("import.open_funnel"), icon=":material/arrow_forward:")
        if batch.rest:
            st.button(
                say("import.next", n=len(batch.rest)),
                key="next",
                on_click=_next,
                args=(batch,),
                icon=":material/draft:",
            )
        st.button(say("import.finish"), key="finish", on_click=_finish, args=(batch,), icon=":material/check:")


def _verdict(report: ImportReport, say: Speaker) -> str:
    n_rows, n_rejected = report.n_rows, report.n_rejected
    values = {"n": say.count(n_rows), "n_good": say.count(n_rows - n_rejected), "n_rejected": say.count(n_rejected)}
    return say("import.verdict_bad" if n_rejected else "import.verdict_good", **values)


def _outcome(report: ImportReport, say: Speaker) -> str:
    if not report.is_imported:
        return say("import.nothing_new", n=say.count(report.n_rows))
    return say(
        "import.outcome",
        n_new=say.count(report.tables["n_new"].sum()),
        n_updated=say.count(report.tables["n_updated"].sum()),
        snapshot=report.snapshot,
    )


def _notes(report: ImportReport, say: Speaker) -> None:
    for oddity in report.warnings:
        key = f"oddity.{oddity.code}"
        text = say(key, n=say.count(oddity.n_rows)) if say.knows(key) else ""
        st.markdown(f":material/warning: {say('format.sentences', first=text, second=f':small[{plain(oddity.text)}]')}")
    for file in report.files:
        if file.unused_columns:
            names = say("format.comma").join(plain(name) for name in file.unused_columns)
            st.markdown(f":small[{plain(file.file)}: {say('import.unused_columns', names=names)}]")


def _failures(report: ImportReport, say: Speaker) -> None:
    """Show each failure with its line, and offer the rejected rows."""
    if not report.n_failures:
        return
    st.markdown(f"**{say('import.failures')}**  \n{say('import.failures_caption')}")
    exhibits.grid(data_tables.failures_table(report.failures.head(N_FAILURES), say).shown, alt=say("import.failures"))
    if report.n_failures > N_FAILURES:
        st.markdown(f":small[{say('import.failures_more', n=say.count(report.n_failures - N_FAILURES))}]")
    _rejects(report, say)


def _samples(report: ImportReport, say: Speaker) -> None:
    """Show first rows as they are in the file, and as they were understood."""
    if report.sample.empty:
        return
    st.markdown(f"**{say('import.sample')}**  \n{say('import.sample_caption')}")
    is_shown = st.toggle(say("import.show_personal"), key="show-personal-sample")
    exhibits.grid(data_tables.sample_table(report.sample, say, is_shown=is_shown).shown, alt=say("import.sample"))


def _rejects(report: ImportReport, say: Speaker) -> None:
    """Offer the rejected rows of each file, to be put right and brought back."""
    with tempfile.TemporaryDirectory(prefix="leadcal-rejects-") as folder:
        files = {path.name: path.read_bytes() for path in write_rejects(report, Path(folder))}
    for name, content in files.items():
        st.download_button(
            say("import.download_rejects", file=name),
            content,
            file_name=name,
            mime="text/csv",
            key=f"rejects-{name}",
            on_click="ignore",
            icon=":material/download:",
        )


def _profile(batch: Batch, say: Speaker) -> None:
    """Offer to keep the mapping under a name."""
    if batch.saved_as:
        st.markdown(f":material/bookmark_added: {say('profile.saved', name=plain(batch.saved_as))}")
        return
    if batch.mapping is None or batch.way.kind == "profile":
        return
    with st.expander(say("profile.heading"), icon=":material/bookmark_add:"):
        st.text_input(say("profile.name"), key="profile-name", max_chars=60, placeholder=say("profile.example"))
        st.button(say("profile.save"), key="save-profile", on_click=_save, args=(batch,))


def _save(batch: Batch) -> None:
    name = str(state.widget("profile-name", "")).strip()
    batch.error = None
    try:
        profiles.save(batch.workspace, name, batch.mapping)
        batch.saved_as = name
    except RefusalError as error:
        batch.error = error


def _next(batch: Batch) -> None:
    following = next_batch(batch)
    if following is not None:
        state.keep("batch", following)


def _finish(batch: Batch) -> None:
    batch.staged.remove()
    state.drop("batch")
