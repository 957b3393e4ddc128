"""A step of the round is done when its evidence exists."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from analysis.meeting.agenda import Meeting
from analysis.meeting.cycle import STEPS, cycle
from analysis.meeting.model import Promise, Record, Review
from analysis.rulesets import RulesetFile
from analysis.targets import Target, Targets
from tests.analysis.meeting.test_deciding import DECISION

PROMISE = Promise(outcome="won", horizon_days=60, rate_before=0.1, rate_after=0.2, gain=0.1, low=0.0, high=0.2)
RECORD = Record(decision=replace(DECISION, promise=PROMISE))
REVIEW = Review(
    decision_id="x", reviewed_on=date(2026, 8, 1), verdict="kept", snapshot=2, gain=0.1, low=0.05, high=0.15
)
MEETING = Meeting(held_on=date(2026, 4, 17), ruleset="today@1", snapshot=1, as_of=datetime(2026, 4, 15))
DRAFT = RulesetFile(name="today", version=2, is_released=False, is_shipped=False, path=Path("2.toml"))
TARGETS = Targets(targets=(Target(stage="won", month=date(2026, 4, 1), n_leads=10),))


def done(today=date(2026, 4, 17), **given):
    usual = {
        "data_end": date(2026, 4, 15),
        "n_errors": 0,
        "meetings": (),
        "targets": Targets(),
        "files": (),
        "records": (),
    }
    steps = cycle(today, **{**usual, **given})
    assert tuple(step.code for step in steps) == STEPS
    return "".join("x" if step.is_done else "." for step in steps)


def test_nothing_is_done_without_evidence():
    assert done(data_end=date(2026, 1, 1)) == "......"
    assert done(n_errors=2) == "......"


def test_each_step_has_its_evidence():
    assert done() == "x....."
    assert done(meetings=(MEETING,)) == "xx...."
    assert done(targets=TARGETS) == "x.x..."
    assert done(files=(DRAFT,)) == "x..x.."
    assert done(records=(RECORD,)) == "x..x.."
    assert done(date(2026, 5, 1), records=(RECORD,)) == "x..xx."
    assert done(date(2026, 5, 1), records=(replace(RECORD, withdrawn_on=date(2026, 4, 20)),)) == "x....."


def test_a_round_ends_with_its_review_and_a_new_one_begins_with_the_next_work():
    late = {"today": date(2026, 8, 2), "data_end": date(2026, 8, 1)}
    reviewed = (replace(RECORD, review=REVIEW),)
    assert done(**late, records=reviewed, meetings=(MEETING,)) == "xx.xxx"
    assert done(**late, records=reviewed, meetings=(MEETING,), files=(DRAFT,)) == "x..x.."
    assert done(**late, records=reviewed, meetings=(replace(MEETING, held_on=date(2026, 8, 2)),)) == "xx...."


def test_targets_of_months_that_are_over_are_no_goals():
    assert done(date(2026, 5, 1), data_end=date(2026, 4, 30), targets=TARGETS) == "x....."
