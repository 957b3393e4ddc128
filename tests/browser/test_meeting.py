"""A whole meeting in a real browser, three months of future, and whether the promise was kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from analysis.meeting.agenda import USUAL, read_meetings, read_notes
from analysis.meeting.decisions import read_records
from analysis.rulesets import find_ruleset
from analysis.rulesets.drafts import save_draft
from dashboard.cli import main
from dashboard.texts import speaker
from data.synthetic import build_company
from data.workspace import Workspace
from tests.browser.pages import WAIT_MS, open_page, running_server, settle

pytestmark = pytest.mark.browser
EN = speaker("en")
N_LEADS = 4000


@pytest.fixture(scope="module")
def company(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The company at the end of 2025, with a draft that knows the truth."""
    workspace = Workspace(tmp_path_factory.mktemp("meeting") / "workspace")
    build_company(workspace, n_leads=N_LEADS, seed=1, as_of=datetime(2025, 12, 31, 9))
    points = {"price_inquiry": 6, "white_paper": 0, "business_card": 1, "industry_consulting": -2}
    save_draft(workspace, find_ruleset(workspace, "today@1"), points)
    return workspace


@pytest.fixture(scope="module")
def address(company: Workspace) -> Iterator[str]:
    with running_server(company.root) as url:
        yield url


@pytest.fixture
def pages(browser: Any, address: str) -> Iterator[tuple[Any, Any]]:
    """Two people, each with a browser of their own."""
    contexts = [
        browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB", base_url=address) for _ in "ab"
    ]
    for context in contexts:
        context.set_default_timeout(WAIT_MS)
    yield tuple(context.new_page() for context in contexts)
    for context in contexts:
        context.close()


def write(page: Any, label: str, text: str) -> None:
    field = page.get_by_label(EN(label), exact=True)
    field.fill(text)
    field.blur()


def fill_decision(page: Any, title: str) -> None:
    write(page, "decide.title", title)
    write(page, "decide.why", "Price inquiries win more often than their points say.")
    write(page, "decide.marketing", "Sato, Ito")
    write(page, "decide.sales", "Suzuki")


def test_a_meeting_from_its_agenda_to_its_kept_promise(pages, company, tmp_path):
    page, _ = pages
    open_page(page, "/meeting", EN("pages.meeting.question"))
    page.get_by_role("button", name=EN("agenda.prepare_button"), exact=True).click()
    page.get_by_role("button", name=EN("agenda.open", name="2025-12-31")).click()
    settle(page, EN("agenda.item.where_we_stand"))
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    page.get_by_role("button", name=EN("room.start")).click()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"\d+:\d\d / 8:00"))

    page.get_by_role("button", name=EN("room.next")).click()
    settle(page, EN("agenda.item.score_truth"))
    # A projector's larger text must not push charts out of their box.
    chart = page.get_by_test_id("stPlotlyChart").first
    assert chart.locator(".main-svg").first.bounding_box()["width"] <= chart.bounding_box()["width"] + 1
    page.get_by_role("button", name=EN("room.next")).click()
    settle(page, EN("agenda.item.disagreement"))
    expect(page.get_by_role("heading", name=EN("definitions.differ.heading"))).to_be_visible()
    write(page, "room.note", "Sales mean something else by MQL.")
    page.get_by_role("button", name=EN("room.keep")).click()
    # As an item of the list: the field it was typed into says the same.
    page.get_by_role("listitem").filter(has_text="Sales mean something else by MQL.").wait_for()
    settle(page, EN("agenda.item.disagreement"))

    # Whoever goes on at once loses nothing.
    write(page, "room.note", "Write both meanings down.")
    page.get_by_role("button", name=EN("room.keep")).click()
    page.get_by_role("button", name=EN("room.next")).click()
    settle(page, EN("agenda.item.changes"))
    page.wait_for_url(re.compile("item=4"), timeout=WAIT_MS)
    open_page(page, f"{page.url}&after=today%402&judge=sales_qualified.60", EN("agenda.item.changes"))
    page.get_by_text(EN("decide.offer_more")).wait_for()
    fill_decision(page, "Raise price inquiry")
    page.get_by_role("button", name=EN("decide.release", name="today@2")).click()
    page.get_by_text(re.compile("^Stored: Raise price inquiry")).wait_for()

    (meeting,) = read_meetings(company)[0]
    assert meeting.items == USUAL
    assert [note.text for note in read_notes(company, meeting.id)] == [
        "Sales mean something else by MQL.",
        "Write both meanings down.",
    ]
    (record,) = read_records(company)[0]
    assert find_ruleset(company, "today@2").valid_from == record.decision.in_force_from == date(2026, 1, 1)
    assert f"meeting={meeting.id}" in record.decision.evidence
    assert main(["-w", str(company.root), "report", "--output", str(tmp_path / "report.html")]) == 0
    assert "Raise price inquiry" in (tmp_path / "report.html").read_text(encoding="utf-8")

    build_company(company, n_leads=N_LEADS, seed=1)
    open_page(page, "/meeting?tab=ledger", EN("pages.meeting.question"))
    page.get_by_text(
        EN("ledger.track", n=1, parts=EN("ledger.track_part", n=1, verdict=EN("ledger.verdict.kept")))
    ).wait_for()
    page.locator(".scatterlayer .point").nth(1).wait_for(state="attached")
    open_page(page, f"/meeting?meeting={meeting.id}", EN("agenda.item.where_we_stand"))
    page.get_by_text(EN("room.pinned", date=EN.date(date(2025, 12, 31)), n=1, points="today@1")).wait_for()


def test_two_browsers_that_decide_at_once_lose_nothing(pages, company):
    n_before = len(read_records(company)[0])
    for page in pages:
        open_page(page, "/meeting?tab=decide", EN("pages.meeting.question"))
        fill_decision(page, "Call Kyushu sooner")
    for page in pages:
        page.get_by_role("button", name=EN("decide.store")).click(no_wait_after=True)
    for page in pages:
        page.get_by_text(re.compile("^Stored: Call Kyushu sooner")).wait_for()
    records, problems = read_records(company)
    assert problems == ()
    assert len(records) == n_before + 2
    assert [record.decision.title for record in records].count("Call Kyushu sooner") == 2
