"""Targets are written in the browser: a cell is changed, saved, and everybody sees it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from analysis.targets import Target, Targets, load_targets, write_targets
from dashboard.texts import speaker
from data.store import open_reader
from tests.browser.pages import N_CLICKS, WAIT_MS, open_page, repeated, resting_box, settle

pytestmark = pytest.mark.browser
EN = speaker("en")
HEADING = EN("pages.targets.question")


@pytest.fixture
def agreed(workspace: Any) -> Any:
    """One target for the month of the latest data."""
    month = open_reader(workspace).data_end.date().replace(day=1)
    path = workspace.root / "targets.toml"
    path.write_text(write_targets(Targets(targets=(Target(stage="mql", month=month, n_leads=500),))), encoding="utf-8")
    yield path
    path.unlink()


def write_cell(page: Any, text: str) -> None:
    """Write into the number of the first row: the sheet is a canvas, walked from its first cell."""
    sheet = page.get_by_test_id("stDataFrame").last
    box = resting_box(sheet)
    # The first cell of the first row is below the headings, behind the column of row marks.
    page.mouse.click(box["x"] + 80, box["y"] + 52)
    for column in (1, 2, 3):
        cell = sheet.get_by_test_id(f"glide-cell-{column}-0")
        expect(cell).to_have_attribute("aria-selected", "true", timeout=WAIT_MS / N_CLICKS)
        page.keyboard.press("ArrowRight" if column < 3 else "Enter")
    field = page.locator("#portal input")
    field.fill(text)
    field.press("Enter")
    field.wait_for(state="detached")
    expect(sheet.get_by_test_id("glide-cell-3-0")).to_have_text(text, timeout=WAIT_MS / N_CLICKS)


def save_cell(page: Any, url: str, text: str, said: Any) -> None:
    """Write into the sheet and save it until the page says so.

    On a busy machine the page may be drawn anew between two steps, and what was typed goes
    elsewhere: then all of it is done again, from the start.
    """

    def attempt() -> None:
        write_cell(page, text)
        page.get_by_role("button", name=EN("targets.save")).click()
        said.wait_for(timeout=WAIT_MS / N_CLICKS)

    repeated(attempt, begin=lambda: open_page(page, url, HEADING))


def test_a_changed_cell_is_saved_and_the_pace_follows(page, address, agreed):
    said = page.get_by_text(re.compile("against a target of 321")).first
    save_cell(page, f"{address}/targets", "321", said)
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
