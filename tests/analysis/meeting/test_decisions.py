"""Decisions are files: they come back as written, never change, and never overwrite each other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.meeting.decisions import (
    read_records,
    slug,
    withdraw,
    write_decision,
    write_review,
)
from analysis.meeting.model import Decision, DecisionError, Promise, Review
from data.workspace import Workspace

PROMISE = Promise(outcome="won", horizon_days=180, rate_before=0.11, rate_after=0.14, gain=0.03, low=0.01, high=0.05)
DECISION = Decision(
    title="Raise price inquiry", why="It wins twice as often as its points say.", decided_on=date(2026, 4, 17),
    in_force_from=date(2026, 5, 1), review_on=date(2026, 11, 1), marketing=("佐藤",), sales=("鈴木", "高橋"),
    snapshot=3, as_of=datetime(2026, 4, 15, 9), ruleset_before="today@1", ruleset_after="today@2",
    evidence="/points?ruleset=today@1", promise=PROMISE,
)  # fmt: skip
REVIEW = Review(
    decision_id="2026-04-17-raise-price-inquiry", reviewed_on=date(2026, 11, 2), verdict="kept", snapshot=9,
    gain=0.02, low=0.0, high=0.04, note="as promised",
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def test_a_decision_comes_back_as_it_was_written(workspace):
    written = write_decision(workspace, DECISION)
    assert written.id == "2026-04-17-raise-price-inquiry"
    (record,), problems = read_records(workspace)
    assert (record.decision, record.review, problems) == (written, None, ())
    assert replace(written, id="") == DECISION
    text = (workspace.decisions / f"{written.id}.toml").read_text(encoding="utf-8")
    assert "\nsnapshot = 3\n" in text


texts = st.text(min_size=1, max_size=60).filter(lambda text: text.strip())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(title=texts, why=texts, name=texts)
def test_any_words_survive(tmp_path_factory, title, why, name):
    workspace = Workspace(tmp_path_factory.mktemp("any"))
    wanted = replace(DECISION, title=title, why=why, marketing=(name,), promise=None)
    assert replace(write_decision(workspace, wanted), id="") == wanted


def test_people_who_decide_at_once_lose_nothing(workspace):
    decisions = [replace(DECISION, why=f"reason {number}") for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        written = list(pool.map(lambda decision: write_decision(workspace, decision), decisions))
    records, problems = read_records(workspace)
    assert not problems
    assert {record.decision.why for record in records} == {decision.why for decision in decisions}
    assert len({decision.id for decision in written}) == 12


def test_a_review_is_held_once(workspace):
    write_decision(workspace, DECISION)
    assert write_review(workspace, REVIEW)
    assert not write_review(workspace, replace(REVIEW, verdict="broken"))
    (record,), _ = read_records(workspace)
    assert record.review == REVIEW


def test_a_decision_is_due_until_it_is_reviewed(workspace):
    write_decision(workspace, DECISION)
    (record,), _ = read_records(workspace)
    assert [record.is_due(day) for day in (date(2026, 10, 31), date(2026, 11, 1))] == [False, True]
    write_review(workspace, REVIEW)
    (record,), _ = read_records(workspace)
    assert not record.is_due(date(2026, 12, 1))


def test_a_decision_taken_back_stays_on_record(workspace):
    decision = write_decision(workspace, DECISION)
    assert withdraw(workspace, decision.id, date(2026, 4, 20), "sales said no")
    assert not withdraw(workspace, decision.id, date(2026, 4, 21))
    (record,), _ = read_records(workspace)
    assert record.withdrawn_on == date(2026, 4, 20)
    assert not record.is_due(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sales": ()}, "the decision: sales is empty; both departments and a reason belong to a decision"),
        ({"why": ""}, "why is empty"),
        ({"review_on": date(2026, 4, 1)}, "the days must follow each other"),
        ({"ruleset_after": ""}, "names only one of ruleset_before and ruleset_after"),
        ({"promise": replace(PROMISE, gain=0.2)}, "the promised gain 0.2 is outside of its interval"),
    ],
)
def test_what_contradicts_itself_is_not_written(workspace, change, says):
    with pytest.raises(DecisionError, match=says):
        write_decision(workspace, replace(DECISION, **change))
    assert read_records(workspace) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("snapshot = 3", "snapshot = -1", "line 8: snapshot = -1 is too small; write 0 or more"),
        ('why = "It', 'wy = "It', "the decision has no why; add for example why ="),
        ("decided_on = 2026-04-17", 'decided_on = "17/4"', 'line 3: decided_on = "17/4" must be a date'),
        ("as_of = 2026-04-15T09:00:00", "as_of = 2026-04-15", "must be a time in UTC without a zone"),
        ("gain = 0.03", "gain = 0.03 %", "is not valid TOML"),
        ("gain = 0.03", "gains = 0.03", "the promise has no gain; add for example gain = 0.03"),
    ],
)
def test_a_damaged_file_is_named_and_hides_no_other(workspace, old, new, says):
    other = write_decision(workspace, replace(DECISION, title="Another"))
    damaged = write_decision(workspace, DECISION)
    path = workspace.decisions / f"{damaged.id}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    records, (problem,) = read_records(workspace)
    assert [record.decision.id for record in records] == [other.id]
    assert problem.startswith(str(path))
    assert says in problem
    assert "\n" not in problem


def test_a_review_of_nothing_is_refused(workspace):
    with pytest.raises(DecisionError, match='there is no decision "x"'):
        write_review(workspace, replace(REVIEW, decision_id="x"))
    with pytest.raises(DecisionError, match="there is no decision"):
        withdraw(workspace, "../targets", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Raise price inquiry!", "raise-price-inquiry"),
        ("価格問合せを +2 に", "価格問合せを-2-に"),
        ("???", "decision"),
        ("../../x", "x"),
    ],
)
def test_a_title_becomes_part_of_a_file_name(title, expected):
    assert slug(title) == expected
    assert len(slug("long " * 40)) <= 40
