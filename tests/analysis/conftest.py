"""What is asked of the company of a test, its fixture `workspace`."""

from __future__ import annotations

import pytest

from analysis.rulesets import Ruleset, find_ruleset
from analysis.selection import Selection
from data.store import Reader, open_reader
from data.workspace import Workspace


@pytest.fixture(scope="module")
def engine(workspace: Workspace) -> Reader:
    """The history of the company."""
    return open_reader(workspace)


@pytest.fixture(scope="module")
def ruleset(workspace: Workspace) -> Ruleset:
    """The points it uses today."""
    return find_ruleset(workspace, "today")


@pytest.fixture(scope="module")
def selection(engine: Reader) -> Selection:
    """All of its history."""
    return Selection(as_of=engine.data_end)
