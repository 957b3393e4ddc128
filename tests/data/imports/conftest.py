"""Short ways to write a file and to import it."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from data.imports import ImportReport, import_files
from data.store import open_reader
from data.workspace import Workspace

PREPARED = ("test_killed",)
"""Modules whose tests look at the layout that every commit prepares."""

Write = Callable[..., Path]
Import = Callable[..., ImportReport]


@pytest.fixture(autouse=True)
def bare_commit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what a commit prepares for questions: no test here asks any, and it takes half the time."""
    if request.path.stem not in PREPARED:
        monkeypatch.setattr("data.store.prepare", lambda _connection: None)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, text: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / "input" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write_file


@pytest.fixture
def run(workspace: Workspace) -> Import:
    def run_import(*paths: Path, **options: object) -> ImportReport:
        return import_files(workspace, paths, **options)  # type: ignore[arg-type]

    return run_import


def stored(workspace: Workspace, table: str) -> pd.DataFrame:
    """The rows of a table as they were stored."""
    return open_reader(workspace).query(f"SELECT * FROM {table} ORDER BY ALL")


def texts(report: ImportReport) -> list[str]:
    """What was said of each row that was not imported."""
    return report.failures["text"].tolist()
