"""Killed at any moment, an import leaves the history as it was, and the next one works."""

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from data.imports import import_files
from data.store import open_reader
from data.workspace import Workspace

N_KILLS = 50
N_LEADS = 1500


def write_export(folder: Path, edition: int) -> Path:
    """An export of all leads with their touches; each edition changes every lead and adds some."""
    folder.mkdir(parents=True, exist_ok=True)
    n = N_LEADS + edition
    leads = "".join(f"L{i},2025-01-01,edition-{edition}\n" for i in range(n))
    touches = "".join(f"T{i},L{i % n},2025-02-01 00:00:00,seminar\n" for i in range(3 * n))
    (folder / "leads.csv").write_text("lead_id,created_at,source\n" + leads)
    (folder / "touches.csv").write_text("touch_id,lead_id,at,kind\n" + touches)
    return folder


def run_import(root: str, folder: str) -> None:
    import_files(Workspace(Path(root)), [Path(folder)])


def editions(workspace: Workspace) -> tuple[int, set[str]]:
    """The state of the history: how many leads, of which edition(s); fails when it cannot be read."""
    reader = open_reader(workspace)
    leads = reader.query("SELECT COUNT(*) AS n, STRING_AGG(DISTINCT source, ',') AS sources FROM leads")
    prepared = reader.query("SELECT COUNT(*) AS n FROM prep.leads")
    assert prepared["n"][0] == leads["n"][0]
    return int(leads["n"][0]), set(leads["sources"][0].split(","))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
def test_killed_at_fifty_random_moments_the_history_is_whole(tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["data.imports", "data.store"])
    started = time.monotonic()
    import_files(workspace, [write_export(tmp_path / "0", 0)])
    usual_seconds = time.monotonic() - started
    luck = random.Random(20251122)
    done, n_killed = 0, 0
    while n_killed < N_KILLS:
        edition = done + 1
        process = context.Process(
            target=run_import, args=(str(workspace.root), str(write_export(tmp_path / str(edition), edition)))
        )
        process.start()
        process.join(luck.uniform(0, 1.2 * usual_seconds))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
            n_killed += 1
        process.join()
        n_leads, found = editions(workspace)
        # Either nothing of the import is there, or all of it.
        assert (n_leads, found) in [(N_LEADS + e, {f"edition-{e}"}) for e in (done, edition)], f"after {n_killed} kills"
        done = n_leads - N_LEADS
    report = import_files(workspace, [write_export(tmp_path / "last", done + 1)])
    assert report.is_imported
    assert editions(workspace) == (N_LEADS + done + 1, {f"edition-{done + 1}"})
    assert not [path.name for path in workspace.history.iterdir() if "building" in path.name]
