"""The real server in a real browser: click through, read numbers, change the language, open a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from analysis.calibration import Calibration, calibrate, decision_in_people
from analysis.replay import pattern_table, score_table
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from dashboard.texts import speaker
from data.store import open_reader
from tests.browser.pages import WAIT_MS, download, open_page, settle

pytestmark = pytest.mark.browser


@dataclass
class Watched:
    """A page, with everything it asked for and complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture
def watched(browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 1400}, locale="en-GB")
    watched = Watched(page=context.new_page())
    watched.page.set_default_timeout(WAIT_MS)
    watched.page.on("request", lambda request: watched.requests.append(request.url))
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    watched.page.on("console", lambda message: _note(watched, message))
    yield watched
    context.close()


def _note(watched: Watched, message: Any) -> None:
    # Opened below its root, the server is first looked for beside the page: Streamlit asks
    # /calibration/_stcore/health, gets 404, and goes on to the right place.
    is_probe = re.search(r"/\w+/_stcore/", message.location.get("url", ""))
    if message.type == "error" and not is_probe:
        watched.errors.append(message.text)


def computed(workspace, **selection: Any) -> Calibration:
    """What the analysis says, without a dashboard."""
    reader = open_reader(workspace)
    ruleset = find_ruleset(workspace, "today")
    chosen = Selection(as_of=reader.data_end, **selection)
    return calibrate(score_table(pattern_table(reader, ruleset, chosen), ruleset), ruleset)


def card(page: Any, label: str) -> str:
    metric = page.locator('[data-testid="stMetric"]').filter(has_text=label)
    return metric.locator('[data-testid="stMetricValue"]').inner_text()


def test_from_the_overview_to_a_number_of_the_calibration(watched, address, workspace):
    page, en, ja = watched.page, speaker("en"), speaker("ja")
    open_page(page, address, en("pages.overview.question"))
    assert page.evaluate("document.documentElement.lang") == "en"

    page.get_by_role("link", name=en("pages.calibration.title")).first.click()
    settle(page, en("pages.calibration.question"))
    result = computed(workspace)
    assert result.n_won > 0
    assert card(page, en("calibration.won")) == en.count(result.n_won)
    assert card(page, en("calibration.base_rate")) == en.percent(result.base_rate)
    for band in result.bands.itertuples():
        assert page.locator(".xtick text", has_text=f"n = {en.count(band.n_mature)}").count() == 1

    page.get_by_role("radio", name="日本語").click()
    settle(page, ja("pages.calibration.question"))
    assert card(page, ja("calibration.base_rate")) == ja.percent(result.base_rate)
    assert page.evaluate("document.documentElement.lang") == "ja"

    assert watched.errors == []
    assert {urlsplit(url).hostname for url in watched.requests if not url.startswith(("data:", "blob:"))} == {
        "127.0.0.1"
    }


def test_choice_goes_into_the_address_and_the_address_restores_it(watched, address, workspace, browser):
    page, en = watched.page, speaker("en")
    open_page(page, f"{address}/calibration", en("pages.calibration.question"))
    before = card(page, en("calibration.won"))

    page.get_by_role("combobox", name=en("filter.horizon")).click()
    page.get_by_role("option", name=en("filter.horizon_option", days=90), exact=True).click()
    expected = en.count(computed(workspace, horizon_days=90).n_won)
    assert expected != before
    value = page.locator('[data-testid="stMetric"]').filter(has_text=en("calibration.won"))
    value.get_by_text(expected, exact=True).wait_for()
    page.wait_for_url(re.compile("horizon=90"), timeout=WAIT_MS)
    settle(page, en("pages.calibration.question"))

    link = page.url
    assert parse_qs(urlsplit(link).query) == {"lang": ["en"], "horizon": ["90"]}
    other = browser.new_context(locale="ja-JP").new_page()
    open_page(other, link, en("pages.calibration.question"))
    assert card(other, en("calibration.won")) == expected
    other.context.close()

    page.get_by_role("link", name=en("pages.funnel.title"), exact=True).click()
    settle(page, en("pages.funnel.question"))
    page.wait_for_url(re.compile("/funnel.*horizon=90"), timeout=WAIT_MS)
    assert watched.errors == []


def test_table_and_download(watched, address):
    page, en = watched.page, speaker("en")
    open_page(page, f"{address}/funnel", en("pages.funnel.question"))
    page.get_by_text(en("exhibit.table")).first.click()
    # A click while the page is still being drawn would go to a button that is replaced.
    settle(page, en("pages.funnel.question"))
    file = download(page, en("exhibit.download"))
    data = file.path().read_bytes()
    assert file.suggested_filename == "leadcal-funnel.csv"
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines()[1].startswith("Lead,3000,")
    assert watched.errors == []


def test_each_part_of_the_calibration_page_is_a_link(watched, address, workspace):
    page, en = watched.page, speaker("en")
    open_page(page, f"{address}/calibration?lang=en", en("pages.calibration.question"))
    for tab, heading in (("people", "bands.people.heading"), ("segments", "segments.heading")):
        page.get_by_role("radio", name=en(f"tab.{tab}")).click()
        settle(page, en("pages.calibration.question"))
        page.get_by_role("heading", name=en(heading)).first.wait_for()
        assert parse_qs(urlsplit(page.url).query)["tab"] == [tab]
    open_page(page, f"{address}/calibration?lang=en&tab=people&threshold=8", en("pages.calibration.question"))
    page.get_by_text(en("bands.people.other", threshold=10)).wait_for()
    people = decision_in_people(computed(workspace).scores, 8)
    n_unknown = people.loc[~people["is_above"], "n_unknown"].iloc[0]
    page.get_by_text(f"of the {en.count(n_unknown)} that were never tried nobody knows").wait_for()
    assert not watched.errors
