"""The server listens on this machine only, and finds a port."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from dashboard import serving
from data.errors import LeadcalError


@pytest.fixture
def taken():
    with closing(socket.socket()) as listener:
        listener.bind((serving.ADDRESS, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_port_that_was_asked_for_must_be_free(taken):
    with pytest.raises(LeadcalError, match=f"port {taken} is taken.*--port"):
        serving.choose_port(taken)


def test_another_port_is_found_when_the_usual_one_is_taken(taken, monkeypatch):
    monkeypatch.setattr(serving, "DEFAULT_PORT", taken)
    assert serving.choose_port(None) != taken


def test_usual_port_is_used_when_it_is_free(monkeypatch):
    port = serving.free_port()
    monkeypatch.setattr(serving, "DEFAULT_PORT", port)
    assert serving.choose_port(None) == port
    assert serving.choose_port(port) == port


def test_impossible_port_is_refused():
    with pytest.raises(LeadcalError):
        serving.choose_port(70_000)


def test_server_is_private_silent_and_opens_a_browser_only_where_there_is_a_screen(monkeypatch):
    monkeypatch.setattr(serving.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert "--server.headless=true" in serving.options(8501, open_browser=True)
    monkeypatch.setenv("DISPLAY", ":0")
    assert "--server.headless=false" in serving.options(8501, open_browser=True)
    options = serving.options(8501, open_browser=False)
    assert {"--server.headless=true", "--server.address=127.0.0.1", "--browser.gatherUsageStats=false"} <= set(options)


def test_serve_prints_the_address_and_starts_the_app(tmp_path, monkeypatch, capsys):
    started = []
    monkeypatch.setattr("streamlit.web.cli.main_run", lambda arguments, **_: started.append(arguments))
    monkeypatch.delenv("LEADCAL_WORKSPACE", raising=False)
    port = serving.free_port()
    serving.serve(tmp_path, port, open_browser=False)
    assert f"http://127.0.0.1:{port}" in capsys.readouterr().out
    assert started[0][0] == str(serving.APP)
    assert serving.os.environ["LEADCAL_WORKSPACE"] == str(tmp_path.resolve())
    monkeypatch.delenv("LEADCAL_WORKSPACE")
