"""Targets are written in the browser: a cell is changed, saved, and everybody sees it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as WaitedTooLong

from analysis.targets import Target, Targets, load_targets, write_targets
from dashboard.texts import speaker
from data.store import open_reader
from tests.browser.pages import WAIT_MS, open_page, settle

pytestmark = pytest.mark.browser
EN = speaker("en")
HEADING = EN("pages.targets.question")


@pytest.fixture
def page(browser: Any) -> Any:
    context = browser.new_context(viewport={"width": 1280, "height": 2400}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    yield page
    context.close()


@pytest.fixture
def agreed(workspace: Any) -> Any:
    """One target for the month of the latest data."""
    month = open_reader(workspace).data_end.date().replace(day=1)
    path = workspace.root / "targets.toml"
    path.write_text(write_targets(Targets(targets=(Target(stage="mql", month=month, n_leads=500),))), encoding="utf-8")
    yield path
    path.unlink()


def save_until(page, said):
    """Save the sheet until the page says so: a cell is handed over a moment after it was left."""
    for _ in range(6):
        page.get_by_role("button", name=EN("targets.save")).click()
        try:
            said.wait_for(timeout=WAIT_MS // 6)
        except WaitedTooLong:
            continue
        return
    pytest.fail("The sheet was saved, but not with the changed cell.")


def test_a_changed_cell_is_saved_and_the_pace_follows(page, address, agreed):
    open_page(page, f"{address}/targets", HEADING)
    box = page.get_by_test_id("stDataFrame").last.bounding_box()
    # The sheet is one canvas: the first cell of the first row is below the headings, behind the column of row marks.
    page.mouse.click(box["x"] + 80, box["y"] + 52)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    cell = page.locator("#portal input")
    cell.fill("321")
    cell.press("Enter")
    cell.wait_for(state="detached")
    save_until(page, page.get_by_text(re.compile("against a target of 321")).first)
    assert [target.n_leads for target in load_targets(agreed).targets] == [321]


def test_the_wins_wanted_stay_in_the_address(page, address):
    open_page(page, f"{address}/targets", HEADING)
    wanted = page.get_by_label(EN("plan.wanted"))
    wanted.fill("25")
    wanted.press("Enter")
    page.get_by_text(re.compile("^For 25 wins")).wait_for()
    page.wait_for_url(re.compile(r"wins=25"), timeout=WAIT_MS)
    page.reload()
    settle(page, HEADING)
    page.get_by_text(re.compile("^For 25 wins")).wait_for()
    assert wanted.input_value() == "25"
