"""One server and one browser for all browser tests; skipped, with a reason, without a Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.synthetic import build_company
from data.workspace import Workspace
from tests.browser.pages import WAIT_MS, find_chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    if find_chromium() is None:
        reason = "no Chromium on this machine; install it (apt install chromium) or set LEADCAL_CHROMIUM"
        if os.environ.get("LEADCAL_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    from tests.browser.pages import launch

    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def page_height() -> int:
    """Tall enough to show most pages without scrolling; a test of a longer one says more."""
    return 2400


@pytest.fixture
def page(browser: Any, page_height: int) -> Iterator[Any]:
    """A page in English, of a browser that has nothing of other tests."""
    context = browser.new_context(viewport={"width": 1280, "height": page_height}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    yield page
    context.close()


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small synthetic company."""
    company = Workspace(tmp_path_factory.mktemp("browser") / "workspace")
    build_company(company, n_leads=3000, seed=1)
    return company


@pytest.fixture(scope="session")
def address(browser: Any, workspace: Workspace) -> Iterator[str]:
    """Where the dashboard is served."""
    from tests.browser.pages import running_server

    with running_server(Path(workspace.root)) as url:
        yield url
