"""Fixtures for the tests of the store and its imports."""

from pathlib import Path

import pytest

from data.store import writing
from data.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def small_workspace(workspace: Workspace) -> Workspace:
    """Two leads, one of them won, in snapshot 1."""
    with writing(workspace) as writer:
        writer.connection.execute(
            "INSERT INTO leads (lead_id, created_at, source) VALUES ('a', '2025-01-01', 'seminar'), ('b', '2025-02-01', 'web')"
        )
        writer.connection.execute(
            "INSERT INTO deals (deal_id, lead_id, opened_at, closed_at, outcome) "
            "VALUES ('d', 'a', '2025-03-01', '2025-04-01', 'won')"
        )
        writer.commit()
    return workspace
