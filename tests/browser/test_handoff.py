"""The page Handoff in a browser: from a broken promise to its leads, and people without names."""

from __future__ import annotations

import pytest

from dashboard.texts import speaker
from tests.browser.pages import open_page, settle

pytestmark = pytest.mark.browser
EN = speaker("en")


def test_from_a_broken_promise_to_its_leads(page, address):
    chosen = "lang=en&tab=promises&by=owner&list=promises.facts_missing"
    open_page(page, f"{address}/handoff?{chosen}", EN("pages.handoff.question"))
    body = page.locator('[data-testid="stMainBlockContainer"]')
    assert page.locator('[data-testid="stDataFrame"]').count() == 1
    assert EN("handing.person", n=1) in body.inner_text()
    assert EN("error.defect") not in body.inner_text()

    page.get_by_text(EN("tab.cards"), exact=True).click()
    page.get_by_text(EN("handing.cards.heading_follow_up")).wait_for()
    settle(page, EN("pages.handoff.question"))
    assert EN("handing.cards.heading_quality") in body.inner_text()
    assert EN("error.defect") not in body.inner_text()
    assert "tab=promises" not in page.url
