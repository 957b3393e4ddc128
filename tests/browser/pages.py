"""Drives the dashboard in a real browser: a server on a free port, and waits on conditions only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Download, FloatRect, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from dashboard.serving import free_port

T = TypeVar("T")

WAIT_MS = 120_000
"""Generous: shared machines stall for many seconds; a passing test never waits this long."""

N_CLICKS = 6

N_FRAMES = 15
"""So many frames alike, and an element is where it will stay."""

_REST = """element => new Promise(done => {
    let before = "", n_alike = 0;
    const look = () => {
        const { x, y, width, height } = element.getBoundingClientRect();
        const now = [x, y, width, height].join();
        n_alike = now === before ? n_alike + 1 : 0;
        before = now;
        n_alike < %d && element.isConnected ? requestAnimationFrame(look) : done(element.isConnected);
    };
    look();
})"""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def find_chromium() -> str | None:
    """Path of a Chromium of this machine; None when there is none."""
    named = os.environ.get("LEADCAL_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def running_server(workspace: Path) -> Iterator[str]:
    """Serve `workspace` as `leadcal serve` does; gives the address."""
    port = free_port()
    code = (
        f"from pathlib import Path; from dashboard.serving import serve; serve(Path({str(workspace)!r}), {port}, False)"
    )
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(server, f"{address}/_stcore/health")
        yield address
    finally:
        server.terminate()
        try:
            server.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.communicate()


def _wait_until_healthy(server: subprocess.Popen[str], url: str) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"The server stopped: {server.communicate()[0]}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.read() == b"ok":
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            # Nobody listens yet; wait for the process, which ends only when it fails.
            try:
                server.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
    raise RuntimeError("The server did not become healthy.")


def launch(playwright: Any) -> Any:
    """Start the Chromium of this machine without a window."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))


def open_page(page: Page, url: str, heading: str) -> None:
    """Open a page of the dashboard and wait until it is drawn."""
    page.goto(url, wait_until="commit", timeout=WAIT_MS)
    settle(page, heading)


def settle(page: Page, heading: str) -> None:
    """Wait until the page with this heading has run and drawn every chart."""
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible(timeout=WAIT_MS)
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=WAIT_MS
    )
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0, timeout=WAIT_MS)
    page.wait_for_function(
        """() => [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
            .every(chart => chart.querySelector('.main-svg .xy'))""",
        timeout=WAIT_MS,
    )


def resting_box(element: Locator) -> FloatRect:
    """Return where an element is once it no longer moves: a page that is being laid out shifts what is on it."""
    for _ in range(N_CLICKS):
        is_there = element.evaluate(_REST % N_FRAMES)
        box = element.bounding_box()
        if is_there and box is not None:
            return box
    raise AssertionError(f"{element} does not come to rest.")


def click_middle(page: Page, element: Locator) -> None:
    """Click where an element is, once it no longer moves, also when a layer above it takes the click."""
    box = resting_box(element)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def download(page: Page, name: str) -> Download:
    """Click the first button of this name until the browser receives its file.

    A run of the page that begins with the click, when the browser reports its theme, say,
    takes the file behind the button away; a person would click again.
    """
    button = page.get_by_role("button", name=name).first
    button.wait_for()

    def click() -> Download:
        with page.expect_download(timeout=WAIT_MS / N_CLICKS) as waiting:
            button.click()
        return waiting.value

    return repeated(click)


def repeated(attempt: Callable[[], T], begin: Callable[[], object] = lambda: None) -> T:
    """Begin and attempt something, anew when a step was missed: a page drawn anew between two takes one elsewhere."""
    for _ in range(N_CLICKS - 1):
        begin()
        try:
            return attempt()
        except (AssertionError, PlaywrightTimeout):
            continue
    begin()
    return attempt()
