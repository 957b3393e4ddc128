"""The synthetic company of docs/definitions.md."""

import pytest

from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="package")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("defining") / "workspace")
    build_company(workspace, n_leads=4_000)
    return workspace
