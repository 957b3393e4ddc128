"""Each check is shown one record that it must find, among others that it must not."""

from pathlib import Path

import pytest

from analysis.evidence import CHECKS, evidence, evidence_records
from data.store import Reader, open_reader, writing
from data.workspace import Workspace

CLEAN = """
INSERT INTO leads (lead_id, created_at, source, company, department, job_title) VALUES
    ('good', '2025-01-01', 'web', '株式会社青空', '総務部', '部長'),
    ('other', '2025-01-20', 'web', '株式会社青空', '総務部', '部長');
INSERT INTO touches (touch_id, lead_id, "at", kind) VALUES ('t1', 'good', '2025-01-02', 'seminar');
INSERT INTO stage_events (lead_id, stage, entered_at, pass_no) VALUES
    ('good', 'mql', '2025-01-03', 1), ('good', 'won', '2025-02-01', 1);
INSERT INTO handoffs (handoff_id, lead_id, pass_no, handed_off_at, responded_at, first_contact_at) VALUES
    ('h1', 'good', 1, '2025-01-03', '2025-01-04', '2025-01-05');
INSERT INTO deals (deal_id, lead_id, opened_at, closed_at, outcome) VALUES
    ('d1', 'good', '2025-01-10', '2025-02-01', 'won'), ('d2', 'other', '2025-01-21', NULL, 'open');
"""

# What makes exactly one check complain, and the lead it complains about.
CONTRADICTIONS = {
    "unknown_leads": (
        "INSERT INTO touches (touch_id, lead_id, \"at\", kind) VALUES ('t2', 'ghost', '2025-01-02', 'call')",
        "ghost",
    ),
    "won_without_date": ("UPDATE deals SET outcome = 'lost' WHERE deal_id = 'd2'", "other"),
    "deal_before_lead": ("UPDATE deals SET opened_at = '2025-01-19' WHERE deal_id = 'd2'", "other"),
    "handoff_before_creation": (
        "INSERT INTO handoffs (handoff_id, lead_id, pass_no, handed_off_at) VALUES ('h2', 'other', 1, '2025-01-19')",
        "other",
    ),
    "closed_before_opened": ("UPDATE deals SET closed_at = '2025-01-09' WHERE deal_id = 'd1'", "good"),
    "answer_before_handoff": ("UPDATE handoffs SET responded_at = '2025-01-02'", "good"),
    "won_without_deal": (
        "INSERT INTO stage_events (lead_id, stage, entered_at, pass_no) VALUES ('other', 'won', '2025-02-01', 1)",
        "other",
    ),
    "won_without_handoff": (
        "UPDATE handoffs SET handed_off_at = '2025-02-02', responded_at = NULL, first_contact_at = NULL",
        "good",
    ),
    "stages_out_of_order": (
        "INSERT INTO stage_events (lead_id, stage, entered_at, pass_no) VALUES ('good', 'nurturing', '2025-01-04', 1)",
        "good",
    ),
    "mql_without_touch": ("UPDATE touches SET \"at\" = '2025-01-04'", "good"),
    "possible_duplicates": ("UPDATE leads SET created_at = '2025-01-08' WHERE lead_id = 'other'", "other"),
}


@pytest.fixture
def history(tmp_path: Path):
    def make(*statements: str) -> Reader:
        workspace = Workspace(tmp_path / "workspace")
        with writing(workspace, is_fresh=True) as writer:
            for statement in (CLEAN, *statements):
                writer.connection.execute(statement)
            writer.commit()
        return open_reader(workspace)

    return make


def found(reader: Reader) -> dict[str, int]:
    checks = evidence(reader).checks
    return {row.code: row.n_found for row in checks.itertuples() if not row.is_passed}


def test_a_history_without_contradictions_passes(history):
    result = evidence(history())
    assert result.checks["is_passed"].all(), result.checks
    assert result.n_errors == 0
    assert list(result.checks["code"]) == [check.code for check in CHECKS]
    assert set(result.checks.loc[result.checks["table"] == "deals", "n_examined"]) == {2}


@pytest.mark.parametrize("code", CONTRADICTIONS)
def test_a_contradiction_is_counted_and_opened(history, code):
    statement, lead_id = CONTRADICTIONS[code]
    reader = history(statement)
    assert found(reader).get(code) == 1
    records = evidence_records(reader, code)
    assert list(records["lead_id"]) == [lead_id]
    severity = next(check.severity for check in CHECKS if check.code == code)
    assert (evidence(reader).n_errors > 0) == (severity == "error" or len(found(reader)) > 1)


def test_a_batch_upload_is_noticed_from_a_hundred_leads_on(history):
    batch = (
        "INSERT INTO leads (lead_id, created_at, source) SELECT 'x' || i, '2025-01-15', 'fair' FROM RANGE({n}) AS r(i)"
    )
    assert found(history(batch.format(n=99))) == {}
    assert found(history(batch.format(n=100))) == {"created_in_one_batch": 100}


def test_a_system_that_stopped_exporting_is_noticed(history):
    reader = history(
        "INSERT INTO touches (touch_id, lead_id, \"at\", kind) VALUES ('late', 'good', '2025-06-01', 'call')"
    )
    stale = evidence_records(reader, "stale_tables")
    assert set(stale["record_id"]) == {"leads", "stage_events", "handoffs", "deals"}
    assert found(reader) == {"stale_tables": 4}


def test_records_are_limited_and_in_order_of_time(history):
    reader = history(
        "INSERT INTO touches (touch_id, lead_id, \"at\", kind) SELECT 'g' || i, 'ghost', TIMESTAMP '2025-01-30' - INTERVAL 1 DAY * i, 'call' "
        "FROM RANGE(9) AS r(i)"
    )
    records = evidence_records(reader, "unknown_leads", limit=3)
    assert list(records["record_id"]) == ["g8", "g7", "g6"]


def test_an_empty_history_has_nothing_to_contradict(tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    with writing(workspace) as writer:
        writer.commit()
    assert evidence(open_reader(workspace)).checks["is_passed"].all()


def test_an_unknown_check_is_a_key_error(history):
    with pytest.raises(KeyError):
        evidence_records(history(), "astrology")
