"""As an analyst walks: from the account of the losses to one of its parts, and from there to one lead."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from analysis.losses import loss_account, loss_cases
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from dashboard.losing import words
from dashboard.texts import speaker
from data.store import open_reader
from tests.browser.pages import WAIT_MS, open_page, resting_box, settle

pytestmark = pytest.mark.browser
EN = speaker("en")
QUESTION = EN("pages.whylost.question")


@pytest.fixture
def page_height() -> int:
    return 3600


def test_from_the_account_to_one_lead(page, address, workspace):
    reader = open_reader(workspace)
    cases = loss_cases(reader, find_ruleset(workspace, "today"), Selection(as_of=reader.data_end))
    account = loss_account(cases)
    is_lost = cases.is_account & ~cases.table["is_won"].to_numpy(dtype=bool)
    late = is_lost & (cases.table["handling"] == "late").to_numpy()

    open_page(page, f"{address}/whylost?lang=en", QUESTION)
    expect(page.get_by_text(words.opening(account, EN))).to_be_visible()

    # The steps that stand out are drawn apart from the hatched ones: the late calls are one of them.
    name = EN("losing.cause.late.name")
    label = page.locator(".annotation-text", has_text=re.compile(f"^{name}")).first
    box, chart = resting_box(label), page.locator('[data-testid="stPlotlyChart"]').first
    bars = [bar.bounding_box() for bar in chart.locator(".barlayer .point").all()]
    bar = min((bar for bar in bars if bar["y"] > box["y"]), key=lambda bar: bar["y"])
    page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    heading = EN("leads.heading", label=EN("losing.leads.late"), n=EN.count(late.sum()))
    page.get_by_text(heading).wait_for()
    page.wait_for_url(re.compile(r"list=account\.late"), timeout=WAIT_MS)
    settle(page, QUESTION)

    # The list is drawn on a canvas; the download holds the same leads.
    with page.expect_download(timeout=WAIT_MS) as waiting:
        page.get_by_role("button", name=EN("leads.csv")).first.click()
    lines = waiting.value.path().read_bytes().decode("utf-8-sig").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(EN("leads.table.lead_id") + ","))
    leads = [line.split(",")[0] for line in lines[start + 1 :]]
    assert sorted(leads) == sorted(cases.table.loc[late, "lead_id"])

    open_page(page, f"{address}/lead?lang=en&lead_id={leads[0]}", EN("pages.lead.question"))
    expect(page.get_by_text(leads[0]).first).to_be_visible()


def test_every_tab_opens_from_the_page(page, address):
    open_page(page, f"{address}/whylost?lang=en", QUESTION)
    for tab, key in {"fooled": "losing.fooled.heading"}.items():
        page.get_by_text(EN(f"tab.{tab}"), exact=True).click()
        page.wait_for_url(re.compile(f"tab={tab}"), timeout=WAIT_MS)
        expect(page.get_by_role("heading", name=EN(key))).to_be_visible(timeout=WAIT_MS)
        settle(page, QUESTION)
