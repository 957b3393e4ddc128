"""Receipts add up to the score of the replay, whatever the rules; so does the line along time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.leads import UnknownLeadError, dossier
from analysis.receipts import decision_receipt, receipt
from analysis.replay import HANDOFF, Decision, ReplayError, lead_scores
from analysis.rulesets import parse_ruleset
from analysis.score_line import score_line
from analysis.selection import Selection
from tests.analysis.histories import day
from tests.analysis.ruleset_strategies import histories, outside_rulesets, rulesets
from tests.analysis.test_replay import engine_of

AS_OF = day(60)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=histories(), ruleset=st.one_of(rulesets(), rulesets(), outside_rulesets()))
def test_receipts_and_lines_give_the_scores_of_the_replay(rows, ruleset):
    engine = engine_of(rows)
    created = {row["lead_id"]: row["created_at"] for row in rows["leads"]}
    scores = lead_scores(engine, ruleset, Selection(as_of=AS_OF))
    lines = {lead_id: score_line(engine, ruleset, lead_id, AS_OF) for lead_id in created}
    for row in scores.itertuples():
        at = row.decided_at.to_pydatetime()
        explained = receipt(engine, ruleset, row.lead_id, at)
        assert sum(line.points for line in explained.lines) == explained.score == row.score
        assert (explained.fit, explained.engagement, explained.grade) == (row.fit, row.engagement, row.grade)
        assert bool(explained.gates) == row.is_gated
        assert explained.table()["points"].sum() == row.score
        if at >= created[row.lead_id]:
            line = lines[row.lead_id]
            last = line[line["at"] <= at].iloc[-1]
            assert (last["fit"], last["engagement"], last["grade"]) == (row.fit, row.engagement, row.grade)
            assert last["is_gated"] == row.is_gated


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=histories(), ruleset=rulesets(), hours=st.lists(st.integers(0, 24 * 40), min_size=5, max_size=5))
def test_between_its_rows_the_line_holds(rows, ruleset, hours):
    """At any moment the receipt gives what the last row of the line says."""
    engine = engine_of(rows)
    line = score_line(engine, ruleset, "a", AS_OF)
    cut = line["at"].iloc[0].to_pydatetime() + timedelta(days=5)
    early = score_line(engine, ruleset, "a", cut)
    assert early.equals(line[line["at"] <= cut].reset_index(drop=True))  # what comes later changes nothing before
    for moment in (line["at"].iloc[0] + timedelta(hours=hour) for hour in hours):
        last = line[line["at"] <= moment].iloc[-1]
        assert receipt(engine, ruleset, "a", moment.to_pydatetime()).score == last["score"]


RULES = """
id = "example"
version = 3
threshold = 6
[[group]]
id = "events"
label = { ja = "催し", en = "Events" }
max_points = 6
[axis.engagement]
max_points = 7
[[rule]]
id = "seminar"
kind = "touch"
touch = "seminar"
points = 4
repeat = "each"
cap = 2
half_life_days = 10
group = "events"
[[rule]]
id = "visits"
kind = "touch"
touch = "page_visit"
repeat = "tiers"
tiers = [{ from = 1, points = 1 }, { from = 3, points = 3 }]
[[rule]]
id = "budget"
kind = "bant"
item = "budget"
answer = "yes"
points = 2
[[gate]]
id = "opted_out"
kind = "opt_out"
[[band]]
name = "Hot"
threshold = 6
[[band]]
name = "Cold"
"""


@pytest.fixture(scope="module")
def example():
    kinds = [("page_visit", 1), ("seminar", 5), ("page_visit", 6), ("seminar", 20), ("page_visit", 21), ("seminar", 22)]
    return engine_of(
        {
            "leads": [{"lead_id": "a", "created_at": day(0)}],
            "touches": [
                {"touch_id": str(number), "lead_id": "a", "kind": kind, "content": f"c{days}", "at": day(days)}
                for number, (kind, days) in enumerate(kinds)
            ],
            "bant": [
                {"lead_id": "a", "item": "budget", "answer": "unknown", "learned_at": day(2)},
                {"lead_id": "a", "item": "budget", "answer": "yes", "learned_at": day(10)},
                {"lead_id": "a", "item": "needs", "answer": "no", "learned_at": day(25)},
            ],
            "opt_outs": [{"lead_id": "a", "at": day(40), "channel": "email"}],
            "handoffs": [{"handoff_id": "h", "lead_id": "a", "pass_no": 1, "handed_off_at": day(25)}],
        }
    )


def test_a_receipt_names_each_touch_with_its_step_cap_and_limit(example):
    ruleset = parse_ruleset(RULES)
    found = decision_receipt(example, ruleset, "a", Selection(as_of=AS_OF))
    lines = [
        (line.rule_id, line.kind, line.points, line.multiplicity, len(line.touches), line.step, line.tier, line.effect)
        for line in found.lines
    ]
    assert lines == [
        ("seminar", "touch", 4, 1, 1, 0, None, ""),
        ("seminar", "touch", 4, 1, 1, 0, None, ""),
        ("seminar", "touch", 0, 0, 1, 2, None, "rule_cap"),
        ("visits", "tiers", 3, 3, 3, None, 3, ""),
        ("budget", "bant", 2, 1, 0, None, None, ""),
        ("events", "group_limit", -2, 1, 0, None, None, ""),
        ("engagement", "axis_limit", -2, 1, 0, None, None, ""),
    ]
    assert (found.score, found.fit, found.engagement, found.band.name_en, found.gates) == (9, 2, 7, "Hot", ())
    assert found.lines[0].touches[0].content == "c22"
    assert (found.lines[4].value, found.lines[4].known_at) == ("yes", day(10))
    table = found.table()
    assert table["points"].sum() == 9
    assert table.loc[3, ["touch", "content", "n_touches"]].tolist() == ["page_visit", "c21", 3]


def test_the_line_shows_each_cause_and_what_it_did(example):
    line = score_line(example, parse_ruleset(RULES), "a", day(63))
    shown = [((row.at.to_pydatetime() - day(0)).days, row.cause, row.score, row.is_gated) for row in line.itertuples()]
    assert shown == [
        (0, "created", 0, False),
        (1, "touch", 1, False),
        (5, "touch", 5, False),
        (6, "touch", 5, False),
        (10, "answer", 7, False),
        (15, "decay", 5, False),
        (20, "touch", 9, False),  # 4 + 2 for seminars, 3 for visits, limited to 7; 2 for the budget
        (21, "touch", 9, False),
        (22, "touch", 9, False),
        (25, "answer", 9, False),
        (40, "opt_out", 8, True),  # decay at 30 and 32 changed nothing below the limit
        (42, "decay", 7, True),
        (50, "decay", 6, True),
        (52, "decay", 5, True),
    ]


def test_the_dossier_counts_kinds_in_the_order_in_which_they_began(example):
    found = dossier(example, "a", day(21))
    assert found.touches.to_numpy().tolist() == [
        ["page_visit", 3, datetime(2025, 1, 2), datetime(2025, 1, 22)],
        ["seminar", 2, datetime(2025, 1, 6), datetime(2025, 1, 21)],
    ]
    assert found.answers == {"budget": "yes"}
    assert dossier(example, "a", day(50)).opt_outs == ("email",)
    assert dossier(example, "a", day(0)).touches.empty


def test_who_is_not_there_is_named(example):
    ruleset = parse_ruleset(RULES)
    with pytest.raises(UnknownLeadError, match='there is no lead "b" in this history; check its id'):
        receipt(example, ruleset, "b", AS_OF)
    with pytest.raises(ReplayError, match='lead "a" has no pass 2 in this selection'):
        decision_receipt(example, ruleset, "a", Selection(as_of=AS_OF), HANDOFF, 2)
    stage = Decision(kind="stage", stage="mql")
    # Never an MQL: explained where it stands, at its last touch.
    assert decision_receipt(example, ruleset, "a", Selection(as_of=AS_OF), stage).at == day(22)
    early = Selection(as_of=day(23))
    assert decision_receipt(example, ruleset, "a", early).at == day(22)
