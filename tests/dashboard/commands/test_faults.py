"""What no command foresaw is one line, too."""

from __future__ import annotations

import pytest

from dashboard import cli
from dashboard.commands import overview


@pytest.fixture
def failing(monkeypatch):
    """A command that fails in a given way."""

    def fail(error: Exception) -> None:
        def raising(*_: object) -> None:
            raise error

        monkeypatch.setattr(overview, "open_reader", raising)

    return fail


def test_a_defect_is_owned_up_to_in_one_line(failing, monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("LEADCAL_DEBUG", raising=False)
    failing(ZeroDivisionError("division\nby zero"))
    assert cli.main(["-w", str(tmp_path), "overview"]) == 70
    said = capsys.readouterr().err
    assert said.startswith("leadcal: a defect of leadcal, not of your data (ZeroDivisionError: division)")
    assert said.count("\n") == 1


def test_a_defect_shows_where_it_happened_when_asked(failing, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADCAL_DEBUG", "1")
    failing(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        cli.main(["-w", str(tmp_path), "overview"])


def test_what_the_system_refuses_is_one_line(failing, tmp_path, capsys):
    failing(PermissionError(13, "Permission denied", "/history/current"))
    assert cli.main(["-w", str(tmp_path), "overview"]) == 2
    assert capsys.readouterr().err == "leadcal: /history/current: Permission denied; nothing more was done\n"
