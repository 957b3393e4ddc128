"""The workbench in a real browser: edit a cell, see the bands move, propose, save a draft, find it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from analysis.rulesets import load_ruleset
from analysis.selection import Selection
from analysis.workbench import bench, consequences
from dashboard.texts import speaker
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.browser.pages import N_CLICKS, WAIT_MS, open_page, repeated, resting_box, running_server, settle

pytestmark = pytest.mark.browser

RULE, ROW, POINTS = "price_inquiry", 14, 6


@pytest.fixture(scope="module")
def company(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A company of its own: this test saves a draft into it."""
    workspace = Workspace(tmp_path_factory.mktemp("points") / "workspace")
    build_company(workspace, n_leads=4000, seed=1)
    return workspace


@pytest.fixture
def page(browser: Any, company: Workspace) -> Iterator[Any]:
    with running_server(company.root) as url:
        context = browser.new_context(viewport={"width": 1280, "height": 2400}, locale="en-GB", base_url=url)
        context.set_default_timeout(WAIT_MS)
        yield context.new_page()
        context.close()


def card(page: Any, label: str) -> Any:
    metric = page.locator('[data-testid="stMetric"]').filter(has_text=label)
    return metric.locator('[data-testid="stMetricValue"]')


def edit(page: Any, column: int, row: int, text: str) -> None:
    """Type into a cell of the grid, which is a canvas: walk to it from the first cell, open it, type, and close it."""
    bounds = resting_box(page.get_by_test_id("stDataFrame").first)
    page.mouse.click(bounds["x"] + 40, bounds["y"] + 35 + 17)
    expect(page.get_by_test_id("glide-cell-0-0")).to_have_attribute("aria-selected", "true", timeout=WAIT_MS / N_CLICKS)
    for key, times in (("ArrowRight", column), ("ArrowDown", row)):
        for _ in range(times):
            page.keyboard.press(key)
    expect(page.get_by_test_id(f"glide-cell-{column}-{row}")).to_have_attribute(
        "aria-selected", "true", timeout=WAIT_MS / N_CLICKS
    )
    page.keyboard.press("Enter")
    page.locator("input.gdg-input").wait_for(timeout=WAIT_MS / N_CLICKS)
    page.locator("input.gdg-input").fill(text)
    page.keyboard.press("Enter")


def edit_until(page: Any, said: Any, column: int, row: int, text: str) -> None:
    """Edit a cell until the page says so: drawn anew between two steps, it takes what was typed elsewhere."""

    def attempt() -> None:
        edit(page, column, row, text)
        said.wait_for(timeout=WAIT_MS / N_CLICKS)

    repeated(attempt, begin=lambda: open_page(page, "/points", speaker("en")("pages.points.question")))


def test_from_an_edited_cell_to_a_draft_on_the_calibration_page(page, company):
    en = speaker("en")
    today = load_ruleset(company.rulesets / "today" / "1.toml")
    reader = open_reader(company)
    patterns = bench(reader, today, Selection(as_of=reader.data_end)).patterns
    found = consequences(patterns, today, today.with_points({RULE: POINTS}))

    open_page(page, "/points", en("pages.points.question"))
    above = en("points.card.above", threshold=today.threshold)
    assert card(page, above).inner_text() == en.count(found.n_above(is_mine=False))

    said = card(page, above).get_by_text(en.count(found.n_above(is_mine=True)), exact=True)
    edit_until(page, said, 2, ROW, str(POINTS))
    settle(page, en("pages.points.question"))
    swaps = found.swaps.set_index("move")
    assert card(page, en("points.card.in")).inner_text() == en.count(swaps.loc["in", "n_leads"])
    for band in found.mine.bands.itertuples():
        assert page.locator(".xtick text", has_text=f"n = {en.count(band.n_mature)}").count() == 1

    page.get_by_role("button", name=en("points.propose")).click()
    page.get_by_test_id("stAlert").first.wait_for()
    settle(page, en("pages.points.question"))

    page.get_by_role("button", name=en("points.save.button", version=2)).click()
    page.get_by_role("button", name=en("points.save.open", name="today@2")).wait_for()
    draft = load_ruleset(company.rulesets / "today" / "2.toml")
    assert draft.adjustable == today.with_points({RULE: POINTS}).adjustable
    assert not draft.is_released

    page.get_by_role("button", name=en("points.save.open", name="today@2")).click()
    settle(page, en("pages.calibration.question"))
    page.wait_for_url(re.compile("ruleset=today%402"), timeout=WAIT_MS)
    assert card(page, en("calibration.won")).inner_text() == en.count(found.mine.n_won)

    page.get_by_role("combobox", name=en("filter.ruleset")).click()
    label = en("calibration.ruleset_label", name=draft.label_en, version=2)
    page.get_by_role("option", name=label, exact=True).wait_for()
