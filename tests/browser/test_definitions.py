"""Two departments find out that they mean different leads, write down what they agree on, and see it hold."""

from __future__ import annotations

import re

import pytest

from analysis.definitions import FILE_NAME, load_definitions, parse_part, preset_definitions
from analysis.definitions.compare import venn
from analysis.definitions.parts import resolved
from analysis.definitions.replayed import replayed
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from dashboard.texts import speaker
from data.store import open_reader
from tests.browser.pages import WAIT_MS, click_middle, open_page, settle

pytestmark = pytest.mark.browser
EN = speaker("en")
HEADING = EN("pages.definitions.question")


@pytest.fixture
def page_height() -> int:
    return 2600


def test_a_conflict_is_found_opened_and_settled(page, address, workspace):
    reader, ruleset = open_reader(workspace), find_ruleset(workspace, "today")
    parts = {each.code: resolved(each.part, ruleset) for each in preset_definitions()}
    a, b = parts["mql_owned"], parts["mql_interest"]
    cells = venn(replayed(reader, ruleset, Selection(as_of=reader.data_end), [a, b]), a, b).set_index("cell")
    n_only = int(cells.loc["only_a", "n_leads"])
    n_disputed = n_only + int(cells.loc["only_b", "n_leads"])
    assert n_disputed > 0

    open_page(page, f"{address}/definitions", HEADING)
    page.get_by_text(re.compile(rf"The two differ on {n_disputed:,} of ")).wait_for()
    page.get_by_text(EN("definitions.settle.heading"), exact=True).wait_for()

    # The second row of bars is what the first definition alone means.
    bar = page.locator('[data-testid="stPlotlyChart"] .barlayer .trace').nth(1).locator(".point").nth(1)
    click_middle(page, bar)
    label = EN("definitions.cell.only_a", a=EN("definitions.published.mql_owned"), b="")
    page.get_by_text(EN("leads.heading", label=label, n=EN.count(n_only))).wait_for()
    page.wait_for_url(re.compile(r"list=definitions\.only_a"), timeout=WAIT_MS)
    settle(page, HEADING)

    path = workspace.root / FILE_NAME
    try:
        open_page(page, f"{address}/definitions?tab=words", HEADING)
        page.get_by_label(EN("definitions.edit.text")).fill("Ten points or more")
        page.get_by_role("textbox", name=EN("definitions.edit.condition")).fill('kind = "score"\nmin = 10')
        page.get_by_role("textbox", name=EN("definitions.edit.condition")).press("Control+Enter")
        page.get_by_text(EN("definitions.edit.reading", what="score of 10 or more")).wait_for()
        page.get_by_role("button", name=EN("definitions.edit.save")).click()
        page.get_by_text(EN("definitions.file", file=FILE_NAME)).wait_for()
        settle(page, HEADING)
        (saved,) = load_definitions(path).all
        assert (saved.code, saved.text_en) == ("mql.marketing", "Ten points or more")
        assert saved.part == parse_part('kind = "score"\nmin = 10')
    finally:
        path.unlink(missing_ok=True)
