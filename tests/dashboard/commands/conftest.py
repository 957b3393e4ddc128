"""The command line on the company of a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.cli import main
from data.workspace import Workspace


@pytest.fixture
def leadcal(
    company: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run the program on the company, in English; returns (exit code, output, errors)."""
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(company.root))
    monkeypatch.setenv("LEADCAL_LANG", "en")

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
