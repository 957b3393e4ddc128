"""A synthetic company with a draft and a decision, and its report in both languages."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from analysis.definitions import add_version
from analysis.definitions.model import Definition
from analysis.meeting.decisions import write_decision
from analysis.meeting.model import Decision, Promise
from analysis.rulesets import Ruleset, find_ruleset
from analysis.rulesets.drafts import save_draft
from analysis.selection import Selection
from dashboard.cli import main
from dashboard.reporting.blocks import Report, Sentences
from dashboard.reporting.content import compose
from dashboard.reporting.findings import Findings, gather, newest_draft
from dashboard.texts import LANGUAGES, speaker
from data.store import Reader, open_reader
from data.workspace import Workspace

AS_OF = datetime(2026, 1, 31, 12)
MAIL, PHONE = "taro@example.com", "03-1234-5678"


@pytest.fixture(scope="package")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """3,000 leads, points under discussion, and a decision that holds a mail address and a number."""
    workspace = Workspace(tmp_path_factory.mktemp("report") / "sample")
    assert main(["-w", str(workspace.root), "demo", "--no-serve", "--leads", "3000"]) == 0
    today = find_ruleset(workspace, "today")
    save_draft(workspace, today, {"business_card": 1, "price_inquiry": 6})
    promise = Promise(outcome="won", horizon_days=180, rate_before=0.1, rate_after=0.14, gain=0.04, low=0.01, high=0.07)
    decision = Decision(
        title=f"Raise price inquiry, ask {MAIL} or {PHONE}",
        why="It wins more often than its points say.",
        decided_on=date(2025, 4, 1),
        in_force_from=date(2025, 4, 1),
        review_on=date(2026, 1, 15),
        marketing=("Sato",),
        sales=("Suzuki",),
        snapshot=1,
        as_of=datetime(2025, 4, 1),
        ruleset_before="today@1",
        ruleset_after="today@2",
        promise=promise,
    )
    write_decision(workspace, decision)
    definitions = [("10点以上", "Ten points or more", date(2025, 1, 1)), ("後の定義", "Later", date(2026, 3, 1))]
    for japanese, english, day in definitions:
        add_version(
            workspace, Definition(term="mql", by="marketing", text_ja=japanese, text_en=english, valid_from=day)
        )
    return workspace


@pytest.fixture(scope="package")
def reader(synthetic: Workspace) -> Reader:
    return open_reader(synthetic)


@pytest.fixture(scope="package")
def today(synthetic: Workspace) -> Ruleset:
    return find_ruleset(synthetic, "today")


@pytest.fixture(scope="package")
def chosen() -> Selection:
    return Selection(as_of=AS_OF)


@pytest.fixture(scope="package")
def found(reader: Reader, today: Ruleset, chosen: Selection) -> Findings:
    return gather(reader, chosen, today, newest_draft(reader, today))


@pytest.fixture(scope="package", params=LANGUAGES)
def report(found: Findings, request: pytest.FixtureRequest) -> Report:
    return compose(found, speaker(request.param), "Sample Inc.")


def said(report: Report) -> list[str]:
    """Every sentence of a report."""
    return [
        line for page in report.pages for block in page.blocks if isinstance(block, Sentences) for line in block.lines
    ]


def small(tmp_path: Path, n_leads: int) -> Workspace:
    """A company with few leads, none of them scored."""
    from data.store import writing
    from tests.dashboard.conftest import _DEALS, _HANDOFFS, _LEADS, _STAGES

    workspace = Workspace(tmp_path / "small")
    with writing(workspace) as writer:
        for statement in (_LEADS.replace("range(1200)", f"range({n_leads})"), _STAGES, _HANDOFFS, _DEALS):
            writer.connection.execute(statement)
        writer.commit()
    return workspace
