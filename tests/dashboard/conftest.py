"""A small company, and the results a page shows about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import current_thread
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

import dashboard
from analysis.calibration import Calibration, calibrate
from data.store import writing
from data.synthetic import build_company
from data.workspace import Workspace

APP = Path(dashboard.__file__).parent / "app.py"

# 1,200 leads over 18 months from three sources and an unknown one; every third is handed
# off, every ninth of those wins. Enough for rates, small enough to be quick.
_LEADS = """
INSERT INTO leads (lead_id, created_at, source)
SELECT 'L' || i, TIMESTAMP '2024-07-01' + to_hours(CAST(i * 11 AS BIGINT)),
    CASE i % 4 WHEN 0 THEN 'seminar' WHEN 1 THEN 'web' WHEN 2 THEN '=Golf [2026]' END
FROM range(1200) AS numbers(i)
"""
_STAGES = """
INSERT INTO stage_events (lead_id, stage, entered_at, pass_no)
SELECT lead_id, 'mql', created_at + INTERVAL 10 DAY, 1 FROM leads WHERE CAST(substr(lead_id, 2) AS INTEGER) % 2 = 0
"""
_HANDOFFS = """
INSERT INTO handoffs (handoff_id, lead_id, pass_no, handed_off_at)
SELECT 'H' || lead_id, lead_id, 1, created_at + INTERVAL 20 DAY FROM leads
WHERE CAST(substr(lead_id, 2) AS INTEGER) % 3 = 0
"""
_DEALS = """
INSERT INTO deals (deal_id, lead_id, opened_at, closed_at, outcome, amount)
SELECT 'D' || lead_id, lead_id, created_at + INTERVAL 40 DAY, created_at + INTERVAL 90 DAY, 'won', 1000000
FROM leads WHERE CAST(substr(lead_id, 2) AS INTEGER) % 27 = 0
"""


@dataclass(frozen=True)
class Band:
    name_ja: str
    name_en: str
    threshold: int


@dataclass(frozen=True)
class Points:
    """What the dashboard needs to know of a ruleset."""

    bands: tuple[Band, ...] = (
        Band("そのうち客", "Cold", 0),
        Band("これから客", "Warm", 20),
        Band("今すぐ客", "Hot", 40),
    )
    threshold: int = 20
    id: str = "today"
    version: str = "1"


def score_table(*rows: tuple[int, int, int, int, int]) -> pd.DataFrame:
    """Counts per score: score, n_mature, n_won, n_immature, n_standing."""
    table = pd.DataFrame(rows, columns=["score", "n_mature", "n_won", "n_immature", "n_standing"])
    return table.assign(n_already_decided=0)


GOOD = score_table((0, 100, 3, 10, 3000), (10, 200, 8, 10, 1000), (30, 400, 60, 40, 200), (50, 300, 90, 30, 20))


@pytest.fixture
def good() -> Calibration:
    """A score that tells the truth, with a lowest band that sales hardly worked."""
    return calibrate(GOOD, Points())


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small company, built once."""
    workspace = Workspace(tmp_path_factory.mktemp("company") / "workspace")
    with writing(workspace) as writer:
        for statement in (_LEADS, _STAGES, _HANDOFFS, _DEALS):
            writer.connection.execute(statement)
        writer.commit()
    return workspace


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A synthetic company of 1,500 leads, built once; not to be changed."""
    workspace = Workspace(tmp_path_factory.mktemp("firm") / "workspace")
    build_company(workspace, n_leads=1500, seed=1)
    return workspace


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def app(company: Workspace, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The dashboard on the small company, in English, not yet run."""
    return make_app(company, monkeypatch)


def make_app(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(workspace.root))
    return AppTest.from_file(str(APP), default_timeout=60)


def open_page(name: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, **address: str | list[str]) -> AppTest:
    """The page `name` in a new session, at an address; drawn without a fault."""
    app = make_app(workspace, monkeypatch)
    for choice, code in address.items():
        app.query_params[choice] = code
    app.run()
    app.switch_page(f"app_pages/{name}.py").run()
    assert not app.exception
    return app


def cut_short(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run what was clicked as Streamlit does when the next click is there already.

    The run ends wherever it touches the session or is about to draw: what a click does must
    have been done before.
    """

    def stopping(name: str) -> Callable[..., Any]:
        usual, here = getattr(SafeSessionState, name), current_thread()

        def access(session: Any, key: Any, *given: Any) -> Any:
            # The test itself looks into the session, and Streamlit notes there that the run is over.
            if current_thread() is here or str(key).startswith("$$STREAMLIT_INTERNAL"):
                return usual(session, key, *given)
            raise StopException

        return access

    with monkeypatch.context() as patch:
        for name in ("__getitem__", "__setitem__", "__delitem__", "__contains__"):
            patch.setattr(SafeSessionState, name, stopping(name))
        page.run()
    assert not page.title


def words(page: AppTest) -> str:
    """Everything a page says outside charts and tables."""
    kinds = ("title", "subheader", "markdown", "info", "error", "warning", "caption")
    return "\n".join(element.value for kind in kinds for element in page.get(kind))
