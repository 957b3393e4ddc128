"""Handoffs written by hand: weekends, holidays, answers before the handoff, no contact, several passes."""

from datetime import date, datetime

import numpy as np
import pytest

from analysis.assumptions import Assumptions
from analysis.handoffs import breaches as b
from analysis.handoffs.agreement import Agreement
from analysis.handoffs.capacity import load, waiting
from analysis.handoffs.judged import judge
from analysis.handoffs.listed import handoff_leads
from analysis.handoffs.recycling import before_kinds, came_back, given_back, passes
from analysis.handoffs.rows import attempts, handed_over, outcomes
from analysis.handoffs.scorecards import scorecards
from analysis.handoffs.volumes import months, reasons, unclear_share
from analysis.handoffs.waits import life_table, wait_groups, wait_periods
from analysis.overview import key_table
from analysis.routing.model import HandoffRules
from analysis.routing.parse import parse_routing
from analysis.rulesets import parse_ruleset
from analysis.selection import Selection
from tests.analysis.histories import history, with_touches

RULES = parse_ruleset(
    """
id = "small"
version = 1
valid_from = 2024-01-01
outcome = "won"
label = { ja = "小", en = "Small" }
[[band]]
name = { ja = "高", en = "Hot" }
threshold = 3
owner = "field_sales"
action = { ja = "-", en = "-" }
deadline_hours = 24
[[band]]
name = { ja = "低", en = "Cold" }
owner = "marketing"
action = { ja = "-", en = "-" }
[[rule]]
id = "large"
axis = "fit"
label = { ja = "大", en = "Large" }
kind = "attribute"
field = "employees"
min = 1000
points = 5
""",
    "small.toml",
)
NO_ROUTING = HandoffRules(rules=(), is_shipped=True)

FRIDAY = datetime(2025, 1, 10, 7)  # 16:00 in Tokyo; Monday 13 January is a holiday
TUESDAY_NOON = datetime(2025, 1, 14, 3)
AS_OF = datetime(2025, 1, 31, 9)

STAGES = [
    {"stage": "lead", "position": 0, "department": "marketing"},
    {"stage": "mql", "position": 2, "department": "marketing"},
    {"stage": "tql", "position": 3, "department": "inside_sales", "sla_days": 1},
    {"stage": "sal", "position": 4, "department": "sales", "sla_days": 3},
    {"stage": "sales_qualified", "position": 5, "department": "sales"},
    {"stage": "won", "position": 7, "department": "sales"},
]


def lead(lead_id, **values):
    return {"lead_id": lead_id, "created_at": datetime(2025, 1, 2), "employees": 2000, "region": "kanto"} | values


def handoff(lead_id, at=FRIDAY, **values):
    defaults = {"pass_no": 1, "from_department": "marketing", "to_department": "field_sales"}
    number = values.get("pass_no", 1)
    return {"handoff_id": f"H{lead_id}-{number}", "lead_id": lead_id, "handed_off_at": at} | defaults | values


def accepted(at, **values):
    return {"responded_at": at, "response": "accepted"} | values


def rejected(at, reason=None, **values):
    return {"responded_at": at, "response": "rejected", "reason_code": reason} | values


def found_in(handoffs, leads=None, *, agreement=None, selection=None, **rows):
    known = leads or [lead(lead_id) for lead_id in dict.fromkeys(row["lead_id"] for row in handoffs)]
    engine = with_touches(history(leads=known, handoffs=handoffs, stages=STAGES, **rows))
    return engine, handed_over(engine, selection or Selection(as_of=AS_OF), agreement or Agreement())


def states_of(rows, wait):
    """One history for all rows, so that it is prepared once; the last lead keeps every promise."""
    handoffs = [handoff(f"A{number}", **row) for number, row in enumerate(rows)]
    engine, handed = found_in([*handoffs, handoff("B", first_contact_at=FRIDAY, **accepted(FRIDAY))])
    return b.states(handed, judge(engine, handed, RULES, NO_ROUTING), wait).tolist()


def test_a_weekend_and_a_holiday_take_no_time():
    _, handed = found_in([handoff("A", first_contact_at=TUESDAY_NOON, **accepted(TUESDAY_NOON))])
    # Two hours on Friday, none until Tuesday, three on Tuesday morning.
    assert handed.column("contact_hours").tolist() == [5.0]
    assert handed.column("answer_hours").tolist() == [5.0]


def test_holidays_are_those_of_the_agreed_country():
    _, handed = found_in([handoff("A", first_contact_at=TUESDAY_NOON)], agreement=Agreement(country="US"))
    assert handed.column("contact_hours").tolist() == [5.0 + 9]


def test_what_came_before_the_handoff_took_no_time():
    before = datetime(2025, 1, 9, 3)
    _, handed = found_in([handoff("A", first_contact_at=before, **accepted(before))])
    assert handed.column("contact_hours").tolist() == handed.column("answer_hours").tolist() == [0.0]


def test_what_comes_after_as_of_has_not_happened():
    later = datetime(2025, 2, 3, 3)
    _, handed = found_in([handoff("A", first_contact_at=later, **rejected(later, "timing_later"))])
    assert np.isnan(handed.column("contact_hours")).all()
    assert handed.column("answer_no").tolist() == [0]
    assert reasons(handed).empty
    assert not handed.is_contact_recorded


def test_an_answer_without_a_time_counts_but_has_no_deadline():
    engine, handed = found_in([handoff("A", response="accepted"), handoff("B", **accepted(TUESDAY_NOON))])
    assert handed.column("answer_no").tolist() == [1, 1]
    states = b.states(handed, judge(engine, handed, RULES, NO_ROUTING), "answer")
    assert states.tolist() == [b.NO_LIMIT, b.IN_TIME]
    assert life_table(handed, "answer", handed.is_current)["n_events"].sum() == 1


def test_the_deadline_of_the_first_contact():
    cases = [
        ({"first_contact_at": TUESDAY_NOON}, b.IN_TIME),
        ({"first_contact_at": datetime(2025, 1, 14, 8)}, b.LATE),
        ({}, b.MISSED),
        ({"at": datetime(2025, 1, 31, 1)}, b.OPEN),
        (rejected(TUESDAY_NOON, "fit_too_small"), b.RELEASED),
        (rejected(datetime(2025, 1, 16), "fit_too_small"), b.MISSED),
        (rejected(TUESDAY_NOON, "not_contacted"), b.MISSED),
    ]
    assert states_of([row for row, _ in cases], "contact") == [*(state for _, state in cases), b.IN_TIME]


def test_the_deadline_of_the_answer_is_that_of_the_receiving_stage():
    cases = [
        (accepted(datetime(2025, 1, 16, 6)), b.IN_TIME),
        (accepted(datetime(2025, 1, 17, 8)), b.LATE),
        ({}, b.MISSED),
        ({"at": datetime(2025, 1, 30, 1)}, b.OPEN),
        ({"to_department": "inside_sales"} | accepted(datetime(2025, 1, 16, 6)), b.LATE),
    ]
    assert states_of([row for row, _ in cases], "answer") == [*(state for _, state in cases), b.IN_TIME]


def test_deadlines_by_who_says_so():
    own = parse_routing(
        """
[[rule]]
id = "big"
kind = "attribute"
field = "employees"
min = 1500
owner = "field_sales"
label = { ja = "大", en = "Big" }
action = { ja = "-", en = "-" }
deadline_hours = 4
"""
    )
    leads = [lead("A"), lead("B", employees=1200), lead("C", employees=10)]
    engine, handed = found_in([handoff("A"), handoff("B"), handoff("C")], leads)
    judged = judge(engine, handed, RULES, own)
    # The rule is shorter than the band; the band; below the threshold the stage.
    assert judged.limits["contact"].tolist() == [4.0, 9.0, 27.0]
    assert {deadline.origin for deadline in judged.deadlines} == {"rule", "band", "stage"}
    agreed = found_in([handoff("A"), handoff("C")], leads, agreement=Agreement(contact_hours=48, feedback_hours=72))
    judged = judge(*agreed, RULES, NO_ROUTING)
    assert judged.limits["contact"].tolist() == [9.0, 18.0]
    assert judged.limits["answer"].tolist() == [27.0, 27.0]


def test_nothing_is_said_about_what_nobody_records():
    engine, handed = found_in([handoff(f"L{n}") for n in range(30)])
    judged = judge(engine, handed, RULES, NO_ROUTING)
    table = b.breaches(handed, judged).set_index("breach")
    assert not table.loc[list(b.SALES_BREACHES), "is_known"].any()
    assert table.loc["below_threshold", "is_known"]
    assert wait_groups(handed, "contact", "region").empty
    periods = wait_periods(handed)
    assert not periods["is_recorded"].any()
    assert periods["median"].isna().all()
    assert waiting(handed).sum() == 0
    cards = cards_of(engine, handed, judged).set_index("line")
    assert cards.loc[["contacted", "contacted_in_time", "answered", "second_attempts"], "n"].tolist() == [0, 0, 0, 0]


def test_marketing_answers_for_its_own_handoffs_only():
    leads = [lead("A", employees=5), lead("B", employees=None), lead("C", employees=5), lead("D")]
    rows = [handoff("A"), handoff("B"), handoff("C", from_department="sales"), handoff("D")]
    engine, handed = found_in(rows, leads)
    judged = judge(engine, handed, RULES, NO_ROUTING)
    masks = b.breach_masks(handed, judged)
    assert judged.facts == ("employees",)
    assert masks["below_threshold"].tolist() == [True, True, False, False]
    assert masks["facts_missing"].tolist() == [False, True, False, False]
    table = b.breaches(handed, judged).set_index("breach")
    assert table.loc["below_threshold", ["n_due", "n"]].tolist() == [3, 2]


def test_a_fact_learned_after_the_handoff_was_missing():
    rows = [{"lead_id": "A", "field": "employees", "value": "2000", "known_at": datetime(2025, 1, 20)}]
    engine, handed = found_in([handoff("A")], [lead("A", employees=None)], lead_facts=rows)
    assert judge(engine, handed, RULES, NO_ROUTING).is_incomplete.tolist() == [True]


def passes_history():
    first = handoff("A", datetime(2025, 1, 6, 1), **rejected(datetime(2025, 1, 7, 1), "timing_later"))
    again = handoff("A", datetime(2025, 1, 20, 1), pass_no=2, **accepted(datetime(2025, 1, 21, 1)))
    other = handoff("B", datetime(2025, 1, 6, 1), **rejected(datetime(2025, 1, 7, 1)))
    won = [{"lead_id": "A", "stage": "won", "entered_at": datetime(2025, 1, 25), "pass_no": 2}]
    selection = Selection(as_of=AS_OF, horizon_days=10)
    return found_in([first, again, other], selection=selection, stage_events=won)


def test_a_second_pass_knows_why_the_first_came_to_nothing():
    engine, handed = passes_history()
    won = outcomes(engine, handed)
    assert handed.column("turn_no").tolist() == [1, 2, 1]
    assert before_kinds(handed)[1] == "timing"
    table = passes(handed, won)
    assert table[["n_handoffs", "n_mature", "n_won"]].to_numpy().tolist() == [[2, 2, 0], [1, 1, 1]]
    back = came_back(handed, won)
    assert back[["kind", "n_handoffs", "n_won", "median_days"]].to_numpy().tolist() == [["timing", 1, 1, 14.0]]
    given = given_back(handed, "region").iloc[0]
    assert given[["n_handoffs", "n_rejected", "n_back", "n_no_reason"]].tolist() == [3, 2, 1, 1]


def test_a_second_pass_after_as_of_has_not_come():
    engine, _ = passes_history()
    handed = handed_over(engine, Selection(as_of=datetime(2025, 1, 15)), Agreement())
    assert given_back(handed, "region").iloc[0]["n_back"] == 0


def test_the_period_and_the_one_before():
    rows = [
        handoff("A", datetime(2024, 12, 20, 1), first_contact_at=datetime(2024, 12, 20, 3)),
        handoff("B", datetime(2025, 1, 20, 1), first_contact_at=datetime(2025, 1, 20, 4)),
    ]
    engine, handed = found_in(rows, selection=Selection(as_of=AS_OF, start=date(2025, 1, 1)))
    assert handed.has_previous
    assert handed.is_current.tolist() == [False, True]
    assert months(handed)["n_handoffs"].tolist() == [1]
    assert handoff_leads(engine, handed, handed.is_current).rows["lead_id"].tolist() == ["B"]


def test_attempts_after_the_first_contact():
    touches = [
        {"touch_id": str(n), "lead_id": "A", "at": at, "kind": kind, "direction": direction}
        for n, (at, kind, direction) in enumerate(
            [
                (datetime(2025, 1, 14, 3), "call", "outbound"),  # the first contact itself
                (datetime(2025, 1, 15), "call", "outbound"),
                (datetime(2025, 1, 16), "email", "outbound"),
                (datetime(2025, 1, 17), "inquiry", "inbound"),
                (datetime(2025, 3, 17), "call", "outbound"),  # too late to count
            ]
        )
    ]
    engine, handed = found_in(
        [handoff("A", first_contact_at=TUESDAY_NOON), handoff("B", first_contact_at=TUESDAY_NOON)],
        selection=Selection(as_of=datetime(2025, 4, 1)), touches=touches,
    )  # fmt: skip
    assert attempts(engine, handed).tolist() == [2, 0]
    cards = cards_of(engine, handed, judge(engine, handed, RULES, NO_ROUTING)).set_index("line")
    assert cards.loc["second_attempts", ["n_good", "n"]].tolist() == [1, 2]


def test_unclear_reasons():
    codes = ["fit_too_small", None, "Z-17", "other"]
    rows = [handoff(f"L{n}", **rejected(TUESDAY_NOON, code)) for n, code in enumerate(codes)]
    _, handed = found_in(rows)
    table = reasons(handed)
    assert table["kind"].tolist() == ["fit", "other", "unknown", ""]
    assert unclear_share(table) == 0.75
    _, handed = found_in(rows, agreement=Agreement(reasons={"Z-17": "data"}))
    assert unclear_share(reasons(handed)) == 0.5


def test_load_against_capacity():
    rows = [handoff(f"L{n}", datetime(2025, 1, 6, n)) for n in range(9)]
    rows += [handoff("Z", datetime(2025, 1, 30, 3), first_contact_at=datetime(2025, 1, 30, 4))]
    _, handed = found_in(rows, selection=Selection(as_of=datetime(2025, 1, 31, 23), start=date(2025, 1, 1)))
    capacity = Assumptions(n_reps=1, handoffs_per_rep_per_week=2)
    result = load(handed, capacity)
    assert result.months[["n_handoffs", "is_whole", "is_over"]].to_numpy().tolist() == [[10, True, True]]
    assert result.n_waiting == 9
    assert result.weeks_of_work == pytest.approx(4.5)
    assert np.isnan(load(handed, Assumptions()).capacity)


def test_an_empty_history_has_empty_tables():
    engine, handed = found_in([], [lead("A")])
    judged = judge(engine, handed, RULES, NO_ROUTING)
    assert months(handed).empty
    assert reasons(handed).empty
    assert wait_groups(handed, "contact", "owner").empty
    assert b.breaches(handed, judged)["n"].sum() == 0
    assert cards_of(engine, handed, judged)["n"].sum() == 0
    assert load(handed, Assumptions()).months.empty


def cards_of(engine, handed, judged):
    qualified = outcomes(engine, handed, "sales_qualified")
    return scorecards(
        handed, judged, key_table(engine, handed.selection), outcomes(engine, handed), qualified, attempts(engine, handed)
    )  # fmt: skip
