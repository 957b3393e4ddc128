"""A decision on points releases them: both or, with a word about it, one of the two."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from analysis.meeting import deciding
from analysis.meeting.deciding import decide
from analysis.meeting.decisions import read_records, withdraw
from analysis.meeting.model import Decision, DecisionError
from analysis.rulesets import RulesetError, find_ruleset, load_ruleset, release, versions_in_force
from analysis.rulesets.drafts import save_draft
from analysis.rulesets.releasing import dated_text, release_draft
from data.workspace import Workspace
from tests.conftest import PROJECT

TODAY = (PROJECT / "data" / "synthetic" / "today.toml").read_text(encoding="utf-8")
DECISION = Decision(
    title="Raise price inquiry",
    why="It wins twice as often as its points say.",
    decided_on=date(2026, 4, 17),
    in_force_from=date(2026, 5, 1),
    review_on=date(2026, 8, 1),
    marketing=("Sato",),
    sales=("Suzuki",),
    snapshot=1,
    as_of=datetime(2026, 4, 15, 9),
    ruleset_before="today@1",
    ruleset_after="today@2",
)


@pytest.fixture
def workspace(tmp_path):
    place = Workspace(tmp_path)
    base = release(place, TODAY)
    save_draft(place, base, {"price_inquiry": 6})
    return place


def draft(workspace) -> Path:
    return workspace.rulesets / "today" / "2.toml"


def test_the_draft_is_released_with_the_day_from_which_it_holds(workspace):
    stored = decide(workspace, DECISION)
    assert read_records(workspace)[0][0].decision == stored
    new = find_ruleset(workspace, "today@2")
    assert new.is_released
    assert new.valid_from == date(2026, 5, 1)
    assert new.adjustable["price_inquiry"] == 6
    first, second = versions_in_force(workspace, "today")
    assert (first.ruleset.version, first.end) == (1, date(2026, 5, 1))
    assert (second.ruleset.version, second.start) == (2, date(2026, 5, 1))


def test_nothing_is_released_when_the_decision_says_too_little(workspace):
    with pytest.raises(DecisionError, match="sales is empty"):
        decide(workspace, replace(DECISION, sales=()))
    assert not load_ruleset(draft(workspace)).is_released
    assert read_records(workspace)[0] == ()


def test_nothing_is_stored_when_an_example_fails(workspace):
    text = draft(workspace).read_text(encoding="utf-8")
    example = '[[test]]\nid = "nothing"\nlabel = "Nobody"\nlead = {}\nscore = 99\n'
    draft(workspace).write_text(text + "\n" + example, encoding="utf-8")
    before = draft(workspace).read_text(encoding="utf-8")
    with pytest.raises(RulesetError):
        decide(workspace, DECISION)
    assert draft(workspace).read_text(encoding="utf-8") == before
    assert not draft(workspace).with_suffix(".sha256").exists()
    assert read_records(workspace)[0] == ()


def test_a_full_disk_after_the_release_is_told_and_trying_again_completes_it(workspace, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(deciding, "write_decision", full)
        with pytest.raises(DecisionError, match=r"today@2 was released, but .* not stored .*No space left"):
            decide(workspace, DECISION)
    assert find_ruleset(workspace, "today@2").is_released
    decide(workspace, DECISION)
    assert len(read_records(workspace)[0]) == 1


def test_a_decision_without_points_releases_nothing(workspace):
    decide(workspace, replace(DECISION, ruleset_before="", ruleset_after=""))
    assert not load_ruleset(draft(workspace)).is_released


def test_many_at_once_lose_no_decision(workspace):
    titles = [f"Idea {number}" for number in range(12)]
    without_points = replace(DECISION, ruleset_before="", ruleset_after="")
    with ThreadPoolExecutor(6) as pool:
        stored = list(pool.map(lambda title: decide(workspace, replace(without_points, title=title)), titles))
    assert len({decision.id for decision in stored}) == len(titles)
    assert {record.decision.title for record in read_records(workspace)[0]} == set(titles)


def test_of_many_at_once_one_releases_the_points_and_the_others_are_told(workspace):
    def attempt(number):
        try:
            return decide(workspace, replace(DECISION, title=f"Idea {number}")).title
        except DecisionError as error:
            return error

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(attempt, range(12)))
    (title,) = [each for each in found if isinstance(each, str)]
    assert [record.decision.title for record in read_records(workspace)[0]] == [title]
    assert all(f'released by the decision "{title}"' in str(each) for each in found if each is not title)
    assert find_ruleset(workspace, "today@2").valid_from == DECISION.in_force_from


def test_points_are_decided_on_once_unless_the_first_decision_is_withdrawn(workspace):
    first = decide(workspace, DECISION)
    again = replace(DECISION, title="Once more", ruleset_after="today@02")
    with pytest.raises(DecisionError) as refused:
        decide(workspace, again)
    assert str(refused.value) == (
        'today@2 was released by the decision "Raise price inquiry" of 2026-04-17 already; '
        "put the points into the next version, or withdraw that decision first"
    )
    assert [record.decision for record in read_records(workspace)[0]] == [first]
    withdraw(workspace, first.id, date(2026, 4, 20))
    assert decide(workspace, again).title == "Once more"


def test_of_two_days_at_once_the_text_keeps_its_hash(workspace):
    days = [date(2026, 5, day) for day in range(1, 13)]

    def attempt(day):
        try:
            return release_draft(workspace, "today", 2, day).valid_from
        except RulesetError:
            return None

    with ThreadPoolExecutor(6) as pool:
        found = {day for day in pool.map(attempt, days) if day}
    assert found == {find_ruleset(workspace, "today@2").valid_from}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ruleset_after": "today@1"}, "in force already"),
        ({"ruleset_after": "today@7"}, "no today@7"),
        ({"ruleset_after": "today"}, "names no version"),
        ({"ruleset_before": "today@9"}, "no version 9"),
    ],
)
def test_a_ruleset_that_cannot_be_is_refused(workspace, change, words):
    with pytest.raises((DecisionError, RulesetError), match=words):
        decide(workspace, replace(DECISION, **change))
    assert read_records(workspace)[0] == ()


def test_a_release_for_a_later_day_is_not_taken_for_an_earlier_one(workspace):
    release_draft(workspace, "today", 2, date(2026, 6, 1))
    with pytest.raises(RulesetError, match="released to hold from 2026-06-01"):
        decide(workspace, DECISION)


def test_a_text_without_a_day_gets_one_and_keeps_the_rest():
    lines = [line for line in TODAY.split("\n") if not line.startswith("valid_from")]
    dated = dated_text("\n".join(lines), date(2026, 5, 1)).split("\n")
    assert "valid_from = 2026-05-01" in dated
    assert [line for line in dated if not line.startswith("valid_from")] == lines
