"""Companies that the tests only look at."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.store import Reader, open_reader
from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small company."""
    workspace = Workspace(tmp_path_factory.mktemp("company"))
    build_company(workspace, n_leads=2_000, seed=1)
    return workspace


@pytest.fixture(scope="session")
def large_company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A company large enough to see what is planted."""
    workspace = Workspace(tmp_path_factory.mktemp("large_company"))
    build_company(workspace, n_leads=20_000, seed=1)
    return workspace


@pytest.fixture(scope="session")
def history(company: Workspace) -> Reader:
    return open_reader(company)


@pytest.fixture(scope="session")
def large_history(large_company: Workspace) -> Reader:
    return open_reader(large_company)


@pytest.fixture(scope="session")
def large_truth(large_company: Workspace) -> dict[str, Any]:
    return read_truth(large_company)


def read_truth(workspace: Workspace) -> dict[str, Any]:
    """Return what `truth.json` says."""
    return json.loads(Path(workspace.truth).read_text(encoding="utf-8"))
