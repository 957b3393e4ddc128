"""The way of a file into the history, one step at a time: files, columns, check, result."""

from __future__ import annotations

import streamlit as st

from dashboard import loading, notices, state
from dashboard.importing import mapping_step, result_step
from dashboard.importing.batch import Batch, open_batch
from dashboard.importing.jobs import CancelledError
from dashboard.importing.uploads import KINDS, MAX_FILE_MB, RefusalError
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.whoami import user_name
from data.errors import BusyError, LeadcalError

_PATIENCE_SECONDS = 0.7
"""Work that ends sooner shows no progress bar."""

_ARROW = "　›　"

STEPS = ("files", "map", "check", "done")


def advance() -> bool:
    """Take the result of work that has ended, before the page asks which snapshot is in use.

    Returns
    -------
    bool
        True while an import is under way: it should have the page to itself.
    """
    batch: Batch | None = state.kept("batch")
    if batch is not None and batch.job is not None and batch.job.wait(_PATIENCE_SECONDS):
        batch.collect()
    return batch is not None


def draw(say: Speaker) -> None:
    """Draw the import under way, else the place to drop files."""
    batch: Batch | None = state.kept("batch")
    with st.container(border=True):
        st.subheader(say("import.heading"), anchor=False)
        if batch is None:
            _upload(say)
        else:
            _draw_batch(batch, say)


def _upload(say: Speaker) -> None:
    st.markdown(say("import.intro", most=MAX_FILE_MB))
    files = st.file_uploader(
        say("import.files"),
        type=list(KINDS),
        accept_multiple_files=True,
        max_upload_size=MAX_FILE_MB,
        key=f"upload-{state.kept('n_uploads', 0)}",
        label_visibility="collapsed",
    )
    if files and st.button(say("import.read", n=len(files)), type="primary", key="read-files"):
        _open([(file.name, file.getvalue()) for file in files], say)
    _show_error(state.kept("upload_error"), say)


def _open(files: list[tuple[str, bytes]], say: Speaker) -> None:
    try:
        with st.spinner(say("import.opening")):
            state.keep("batch", open_batch(loading.workspace(), files))
        state.drop("upload_error")
    except LeadcalError as error:
        state.keep("upload_error", error)
    state.keep("n_uploads", state.kept("n_uploads", 0) + 1)
    st.rerun()


def _draw_batch(batch: Batch, say: Speaker) -> None:
    _steps(batch, say)
    if batch.job is not None:
        _progress(batch, say)
        return
    _show_error(batch.error, say)
    if batch.step == "map":
        mapping_step.draw(batch, say)
    elif batch.step == "check":
        result_step.draw_check(batch, say, user_name())
    else:
        result_step.draw_done(batch, say)
    if batch.step != "done":
        st.button(say("import.restart"), key="restart", on_click=restart, icon=":material/close:", type="tertiary")


def _steps(batch: Batch, say: Speaker) -> None:
    """Show which step this is; the word is bold, so that colour is not needed."""
    words = [say(f"import.step.{step}") for step in STEPS]
    now = STEPS.index(batch.step)
    parts = [
        f"**{number}. {word}**" if number == now + 1 else f"{number}. {word}" for number, word in enumerate(words, 1)
    ]
    names = "" if batch.step == "map" else say("format.comma").join(plain(path.name) for path in batch.way.paths)
    below = f"  \n:material/draft: {names}" if names else ""
    st.markdown(f":small[{_ARROW.join(parts)}]{below}")


@st.fragment(run_every=0.5)
def _watch(say: Speaker) -> None:
    batch: Batch | None = state.kept("batch")
    if batch is None or batch.job is None or not batch.job.is_running:
        st.rerun()
    share = batch.job.share
    key = "import.importing" if batch.step == "done" else "import.checking"
    if share is None:
        st.markdown(f":material/hourglass_top: {say(key)}")
    else:
        st.progress(min(max(share, 0.0), 1.0), text=f"{say(key)} {say.percent(share, 0)}")


def _progress(batch: Batch, say: Speaker) -> None:
    _watch(say)
    st.markdown(f":small[{say('import.meanwhile')}]")
    st.button(say("import.cancel"), key="cancel", on_click=batch.job.cancel, icon=":material/stop_circle:")


def restart() -> None:
    """Forget the import under way; nothing was changed by it."""
    batch: Batch | None = state.kept("batch")
    if batch is not None:
        batch.staged.remove()
    state.drop("batch")


def _show_error(error: Exception | None, say: Speaker) -> None:
    """Show why a step did not work, in words the reader can act on."""
    if error is None:
        return
    if isinstance(error, RefusalError):
        values = {name: plain(value) if isinstance(value, str) else value for name, value in error.values.items()}
        st.error(say(f"import.refused.{error.code}", **values), icon=":material/error:")
    elif isinstance(error, CancelledError):
        st.info(say("import.cancelled"), icon=":material/stop_circle:")
    elif isinstance(error, BusyError):
        st.warning(say("import.busy"), icon=":material/lock_clock:")
    elif isinstance(error, LeadcalError):
        notices.refused(say, error, title="import.unreadable")
