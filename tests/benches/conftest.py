"""The company that benches ask: one already built, or one of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.synthetic.company import build_company
from data.workspace import Workspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace that `LEADCAL_BENCH_WORKSPACE` names, else a company of `LEADCAL_BENCH_LEADS` leads."""
    if "LEADCAL_BENCH_WORKSPACE" in os.environ:
        return Workspace(Path(os.environ["LEADCAL_BENCH_WORKSPACE"]))
    workspace = Workspace(tmp_path_factory.mktemp("bench"))
    build_company(workspace, int(os.environ.get("LEADCAL_BENCH_LEADS", "20000")))
    return workspace
