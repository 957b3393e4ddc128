"""Starts the dashboard on this machine, and only for this machine."""

from __future__ import annotations

import importlib
import os
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

import click

from data.errors import LeadcalError

ADDRESS: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8501
APP: Final = Path(__file__).parent / "app.py"


class ServingError(LeadcalError):
    """The server cannot be started as asked."""


def serve(workspace: Path, port: int | None = None, open_browser: bool = True) -> None:
    """Serve the dashboard on `workspace` until it is stopped.

    Parameters
    ----------
    workspace : Path
        Folder that holds the history; the dashboard says so when it is empty.
    port : int or None
        Port to listen on. None takes 8501, or any free port when it is taken.
    open_browser : bool
        Show the page in the browser of this machine.

    Raises
    ------
    ServingError
        If the port asked for is taken.
    """
    chosen = choose_port(port)
    os.environ["LEADCAL_WORKSPACE"] = str(workspace.resolve())
    click.echo(f"leadcal: http://{ADDRESS}:{chosen}  (Ctrl+C stops it)")
    from streamlit.web import cli

    # Loading these before the server starts spares the first visitor the wait.
    for module in ("analysis.overview", "dashboard.figures.calibration"):
        importlib.import_module(module)
    cli.main_run([str(APP), *options(chosen, open_browser=open_browser)], standalone_mode=False)


def options(port: int, *, open_browser: bool) -> list[str]:
    """Return the settings that must hold whatever the user's own Streamlit configuration says."""
    settings = {
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.headless": "false" if open_browser and _has_screen() else "true",
        "server.showEmailPrompt": "false",
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": ADDRESS,
        "client.showErrorDetails": "none",
        "logger.hideWelcomeMessage": "true",
    }
    return [f"--{name}={value}" for name, value in settings.items()]


def choose_port(port: int | None) -> int:
    """Return `port` if it is free, and without a wish 8501 or any free one."""
    if port is not None:
        if not _is_free(port):
            raise ServingError(f"port {port} is taken or not allowed; choose another with --port, or leave it out")
        return port
    return DEFAULT_PORT if _is_free(DEFAULT_PORT) else free_port()


def free_port() -> int:
    """Return a port nobody listens on."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def _has_screen() -> bool:
    """Whether a browser could open here: a server without a screen only prints the address."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _is_free(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        # As the server does: a port that another server left a minute ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError):
            return False
    return True
