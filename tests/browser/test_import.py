"""A file of a Japanese company goes in through the browser, and its leads are on the funnel page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.texts import speaker
from data.workspace import Workspace
from tests.browser.pages import WAIT_MS, open_page, running_server, settle

pytestmark = pytest.mark.browser

# What Japanese Windows writes: CP932 with signs that plain Shift_JIS does not have, Japanese
# headers, dates of three kinds, and one row that cannot be right.
HEADER = "管理番号,貴社名,受付年月日,きっかけ,従業員数,受注日,備考\r\n"
ROWS = [
    f"K-{number:03d},株式会社髙﨑{number}㈱,{date},展示会,１，２００人,{'2024/8/1' if number % 4 == 0 else ''},①\r\n"
    for number, date in enumerate(["2024/4/1", "2024年5月20日", "令和6年6月3日"] * 16)
]
BAD_ROW = "K-900,だめ株式会社,2024/13/45,展示会,100,,\r\n"
FILE = (HEADER + "".join(ROWS) + BAD_ROW).encode("cp932")


@pytest.fixture
def page(browser: Any, tmp_path) -> Iterator[Any]:
    """A page of a server on an empty workspace of its own."""
    with running_server(Workspace(tmp_path / "workspace").root) as url:
        context = browser.new_context(
            viewport={"width": 1280, "height": 1600}, locale="ja-JP", timezone_id="Asia/Tokyo", base_url=url
        )
        context.set_default_timeout(WAIT_MS)
        yield context.new_page()
        context.close()


def test_a_cp932_file_with_japanese_headers_reaches_the_funnel(page):
    say = speaker("ja")
    open_page(page, "/data?lang=ja", say("pages.data.question"))
    page.locator('input[type="file"]').set_input_files({"name": "名簿.csv", "mimeType": "text/csv", "buffer": FILE})
    page.get_by_role("button", name=say("import.read", n=1), exact=True).click()

    # What was found out is said, and each column has its meaning to be confirmed.
    check = page.get_by_role("button", name=say("import.check"), exact=True)
    check.wait_for()
    page.get_by_text(say("encoding.cp932"), exact=False).wait_for()
    meanings = [say("target.leads.lead_id"), say("target.leads.company"), say("target.leads.created_at")]
    for row, meaning in enumerate(meanings):
        page.locator(f'td[data-testid="glide-cell-1-{row}"]').filter(has_text=meaning).wait_for(state="attached")
    check.click()

    page.get_by_role("heading", name=say("import.verdict_bad", n="49", n_good="48", n_rejected="1")).wait_for()
    page.get_by_text("2024/13/45").first.wait_for()
    page.get_by_role("button", name=say("import.import_good", n="48"), exact=True).click()
    outcome = say("import.outcome", n_new="60", n_updated="0", snapshot=1)
    page.get_by_text(outcome).wait_for()
    with page.expect_download(timeout=WAIT_MS) as waiting:
        page.get_by_role("button", name=say("import.download_rejects", file="名簿.rejects.csv")).click()
    assert "だめ株式会社" in waiting.value.path().read_bytes().decode("utf-8-sig")

    page.get_by_role("link", name=say("import.open_funnel")).click()
    settle(page, say("pages.funnel.question"))
    page.get_by_text(say("funnel.caption", n="48", date="2024年7月31日")).wait_for()
