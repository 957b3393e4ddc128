"""Takes a picture of every page, in both languages and themes, wide and on a phone.

    python -m tests.browser.screenshots WORKSPACE FOLDER [NAME ...]

The pictures are for people to look at; nothing is compared.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from dashboard.texts import LANGUAGES, Language, speaker
from tests.browser.pages import launch, open_page, running_server

PATHS = {
    "overview": "",
    "overview-leads": "?list=keys.acceptance_rate",
    "funnel": "funnel",
    "funnel-counting": "funnel?mode=strict&view=period",
    "funnel-leads": "funnel?list=funnel.won",
    "funnel-times": "funnel?tab=times",
    "funnel-stock": "funnel?tab=stock",
    "funnel-entries": "funnel?tab=entries",
    "compare": "compare",
    "compare-target": "compare?against=target",
    "sources": "sources?within=webinar",
    "sources-sides": "sources?tab=sides",
    "sources-touches": "sources?tab=touches",
    "targets": "targets",
    "handoff": "handoff",
    "handoff-answers": "handoff?tab=answers",
    "handoff-waiting": "handoff?tab=waiting&by=region",
    "handoff-promises": "handoff?tab=promises&by=owner&list=promises.contact_missed",
    "handoff-again": "handoff?tab=again",
    "handoff-overrides": "handoff?tab=overrides",
    "handoff-load": "handoff?tab=load",
    "calibration": "calibration",
    "calibration-proposed": "calibration?bands=proposed&period=12m",
    "calibration-amount": "calibration?outcome=amount",
    "calibration-people": "calibration?tab=people",
    "calibration-segments": "calibration?tab=segments",
    "calibration-vintages": "calibration?tab=vintages",
    "calibration-versus": "calibration?tab=versus",
    "points": "points",
    "points-value": "points?tab=value",
    "points-health": "points?tab=health&rule=price_inquiry",
    "points-routing": "points?tab=routing&list=routing.conflict",
    "whylost": "whylost?list=account.late",
    "whylost-fooled": "whylost?tab=fooled",
    "whylost-groups": "whylost?tab=groups",
    "whylost-near-misses": "whylost?tab=near_misses",
    "whylost-twins": "whylost?tab=twins",
    "whylost-speed": "whylost?tab=speed",
    "whylost-court": "whylost?tab=court",
    "lead": "lead?lead_id=L0000017",
    "definitions": "definitions",
    "definitions-words": "definitions?tab=words",
    "definitions-together": "definitions?tab=together",
    "definitions-alignment": "definitions?tab=alignment",
    "meeting": "meeting",
    "meeting-decide": "meeting?tab=decide",
    "meeting-ledger": "meeting?tab=ledger",
    "meeting-running": "meeting?tab=running",
    "data": "data",
}
"""What a picture shows: a page, and what was chosen on it."""

WIDTHS = {"wide": 1280, "phone": 390}
THEMES = ("light", "dark")


def take_all(workspace: Path, folder: Path, names: Sequence[str] = ()) -> None:
    """Write one PNG per picture, language, theme and width into `folder`; `names` takes only those."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_server(workspace) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for name, language, theme, width in product(names or PATHS, LANGUAGES, THEMES, WIDTHS):
            path = folder / f"{name}-{language}-{theme}-{width}.png"
            _take(browser, address, path, name, language, theme, WIDTHS[width])
            print(path)  # noqa: T201
        browser.close()


def _take(browser: Browser, address: str, path: Path, name: str, language: Language, theme: str, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if theme == "dark" else "light", locale=language
    )
    page = context.new_page()
    place, _, chosen = PATHS[name].partition("?")
    url = f"{address}/{place}?lang={language}&{chosen}"
    heading = speaker(language)(f"pages.{place or 'overview'}.question")
    open_page(page, url, heading)
    # The page scrolls inside a container, so the window must be as tall as its content.
    height = page.locator('[data-testid="stMainBlockContainer"]').evaluate("element => element.scrollHeight")
    page.set_viewport_size({"width": width, "height": int(height) + 40})
    open_page(page, url, heading)
    page.screenshot(path=path)
    context.close()


if __name__ == "__main__":
    take_all(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
