"""A click on a stage opens its leads, as many as the stage says, and they can be taken along."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import pytest

from analysis.journey_funnel import Question
from analysis.lead_list import Reached, lead_list
from analysis.selection import Selection
from dashboard.texts import speaker
from data.store import open_reader
from tests.browser.pages import WAIT_MS, click_middle, open_page, settle

pytestmark = pytest.mark.browser
EN = speaker("en")


def test_a_click_on_a_stage_lists_its_leads(page, address, workspace):
    reader = open_reader(workspace)
    selection = Selection(as_of=reader.data_end)
    n_leads = lead_list(reader, selection, Reached(stage="mql", question=Question())).n_leads
    open_page(page, f"{address}/funnel", EN("pages.funnel.question"))

    # The bars of the recorded part are the first trace; MQL is the third stage.
    # A layer above the bars takes the clicks, so the mouse goes where the bar is.
    bar = page.locator('[data-testid="stPlotlyChart"] .barlayer .trace').first.locator(".point").nth(2)
    click_middle(page, bar)
    label = EN("leads.reached", stage="MQL")
    page.get_by_text(EN("leads.heading", label=label, n=EN.count(n_leads))).wait_for()
    page.wait_for_url(re.compile(r"list=funnel\.mql"), timeout=WAIT_MS)
    settle(page, EN("pages.funnel.question"))

    with page.expect_download(timeout=WAIT_MS) as waiting:
        page.get_by_role("button", name=EN("leads.csv")).click()
    lines = waiting.value.path().read_bytes().decode("utf-8-sig").splitlines()
    heading = next(number for number, line in enumerate(lines) if line.startswith(EN("leads.table.lead_id") + ","))
    assert lines[0] == label
    assert len(lines) - heading - 1 == n_leads
    assert "•" in lines[-1]

    with page.expect_download(timeout=WAIT_MS) as waiting:
        page.get_by_role("button", name=EN("leads.xlsx")).click()
    with ZipFile(BytesIO(waiting.value.path().read_bytes())) as book:
        rows = book.read("xl/worksheets/sheet1.xml").decode().count("<row ")
    assert rows == len(lines) - 1  # the empty line between filters and leads is no row
