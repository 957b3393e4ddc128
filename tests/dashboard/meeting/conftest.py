"""A company as it was at the end of 2025, and the same three months later; with a draft that knows the truth."""

from __future__ import annotations

from datetime import datetime
from shutil import copytree

import pytest

from analysis.rulesets import find_ruleset
from analysis.rulesets.drafts import save_draft
from data.synthetic import build_company
from data.workspace import Workspace

TRUE_POINTS = {"price_inquiry": 6, "white_paper": 0, "business_card": 1, "industry_consulting": -2}


@pytest.fixture(scope="session")
def past(tmp_path_factory) -> Workspace:
    """The company at the end of 2025, with the draft today@2. Not to be changed."""
    workspace = Workspace(tmp_path_factory.mktemp("past") / "workspace")
    build_company(workspace, n_leads=4000, seed=1, as_of=datetime(2025, 12, 31, 9))
    save_draft(workspace, find_ruleset(workspace, "today@1"), TRUE_POINTS)
    return workspace


@pytest.fixture
def place(past, tmp_path) -> Workspace:
    """A copy of it to write into."""
    copytree(past.root, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")
