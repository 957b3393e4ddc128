"""Two browsers judge the same case at once: nothing is lost, and each sees the other only after both spoke."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from analysis.losses.verdicts import read_verdicts
from dashboard.texts import speaker
from tests.browser.pages import WAIT_MS, open_page, settle

pytestmark = pytest.mark.browser
EN = speaker("en")
HEADING = EN("pages.whylost.question")


@pytest.fixture
def both(browser: Any) -> Any:
    contexts = [browser.new_context(viewport={"width": 1280, "height": 2400}, locale="en-GB") for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(WAIT_MS)
    yield pages
    for context in contexts:
        context.close()


def fill(page: Any, fault: str, name: str) -> None:
    page.get_by_test_id("stRadio").get_by_text(EN(f"court.fault.{fault}"), exact=True).click()
    page.get_by_label(EN("court.form.name")).fill(name)


def give(page: Any) -> None:
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()


def test_two_browsers_judge_one_case_and_nothing_is_lost(both, address, workspace):
    marketing, sales = both
    for page, side in ((marketing, "marketing"), (sales, "sales")):
        open_page(page, f"{address}/whylost?lang=en&tab=court&side={side}&case=2", HEADING)
        page.get_by_text(EN("court.form.heading", department=EN(f"court.department.{side}"))).wait_for()
    fill(marketing, "handling", "Sato")
    fill(sales, "score", "Suzuki")
    give(marketing)
    give(sales)
    marketing.get_by_role("button", name=EN("court.form.change")).wait_for()
    sales.get_by_role("button", name=EN("court.form.change")).wait_for()

    found, problems = read_verdicts(workspace)
    assert {(each.department, each.verdict, each.by) for each in found} == {
        ("marketing", "handling", "Sato"),
        ("sales", "score", "Suzuki"),
    }
    assert not problems
    assert len({each.handoff_id for each in found}) == 1

    for page in both:
        page.get_by_role("button", name=EN("court.refresh")).click()
        expect(page.get_by_text(EN("court.differ"))).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_text("The program suspects:")).to_be_visible(timeout=WAIT_MS)
        settle(page, HEADING)
