"""The story of one lead: everything once, in the order of time, and nothing later than the moment."""

import pandas as pd
import pytest

from analysis.lead import BANT_ITEMS, LANES, find_leads, recent_handoffs, story
from analysis.leads import UnknownLeadError
from tests.analysis.histories import day, history


@pytest.fixture
def engine():
    return history(
        leads=[
            {"lead_id": "A-1", "created_at": day(0), "source": "web", "company": "Aoki", "owner": "Sato"},
            {"lead_id": "A-10", "created_at": day(1), "company": "100%_Kato"},
            {"lead_id": "B-2", "created_at": day(2)},
        ],
        touches=[
            {"touch_id": "t1", "lead_id": "A-1", "at": day(1), "kind": "seminar", "direction": "inbound"},
            {"touch_id": "t2", "lead_id": "A-1", "at": day(40), "kind": "call", "direction": "outbound"},
            {"touch_id": "t3", "lead_id": "B-2", "at": day(3), "kind": "seminar"},
        ],
        stage_events=[{"lead_id": "A-1", "stage": "mql", "entered_at": day(5), "pass_no": 1, "actor": "Sato"}],
        handoffs=[
            {
                "handoff_id": "h1", "lead_id": "A-1", "pass_no": 1, "handed_off_at": day(6), "to_department": "sales",
                "responded_at": day(8), "response": "rejected", "reason_code": "too_small", "first_contact_at": day(7),
            },
            {"handoff_id": "h2", "lead_id": "A-1", "pass_no": 2, "handed_off_at": day(20)},
            {"handoff_id": "h3", "lead_id": "A-10", "pass_no": 1, "handed_off_at": day(30)},
        ],
        deals=[
            {
                "deal_id": "d", "lead_id": "A-1", "opened_at": day(22), "closed_at": day(50), "outcome": "won",
                "amount": 5,
            }
        ],
        bant=[
            {"lead_id": "A-1", "item": "budget", "answer": "no", "learned_at": day(7)},
            {"lead_id": "A-1", "item": "budget", "answer": "yes", "learned_at": day(21)},
        ],
        opt_outs=[{"lead_id": "A-1", "at": day(30), "channel": "call"}],
    )  # fmt: skip


def test_everything_is_there_once_and_in_order(engine):
    found = story(engine, "A-1", day(100))
    events = found.events
    assert list(zip(events["lane"], events["kind"], strict=True)) == [
        ("created", "web"), ("touch", "seminar"), ("stage", "mql"), ("handoff", "sales"), ("bant", "budget"),
        ("contact", "sales"), ("answer", "rejected"), ("handoff", ""), ("bant", "budget"), ("deal", "opened"),
        ("opt_out", "call"), ("touch", "call"), ("deal", "won"),
    ]  # fmt: skip
    assert set(events["lane"]) <= set(LANES)
    assert events["happened_at"].is_monotonic_increasing
    assert found.profile["stage"] == "won"
    assert (found.profile["company"], found.profile["industry"]) == ("Aoki", None)


@pytest.mark.parametrize("days", [0, 5, 6, 7.5, 21, 49.99, 50])
def test_nothing_later_than_the_moment_is_in_it(engine, days):
    everything = story(engine, "A-1", day(100)).events
    events = story(engine, "A-1", day(days)).events
    known = everything[everything["happened_at"] <= day(days)].reset_index(drop=True)
    pd.testing.assert_frame_equal(events, known)


def test_the_stage_is_the_furthest_by_the_moment(engine):
    assert story(engine, "A-1", day(10)).profile["stage"] == "mql"
    assert story(engine, "B-2", day(10)).profile["stage"] == "lead"


def test_handoffs_with_their_answers(engine):
    handoffs = story(engine, "A-1", day(100)).handoffs
    assert list(handoffs["pass_no"]) == [1, 2]
    assert list(handoffs["response"]) == ["rejected", ""]
    assert list(handoffs["reason"]) == ["too_small", ""]
    assert story(engine, "A-1", day(7)).handoffs["response"].tolist() == [""]
    assert story(engine, "B-2", day(7)).handoffs.empty


def test_bant_is_what_was_known_at_the_moment(engine):
    found = story(engine, "A-1", day(100))
    assert list(found.bant()["item"]) == list(BANT_ITEMS)
    assert list(found.bant()["answer"]) == ["yes", "unknown", "unknown", "unknown"]
    assert found.bant(day(8))["answer"].iloc[0] == "no"
    assert found.bant(day(6))["learned_at"].isna().all()


def test_an_unknown_lead_is_an_error(engine):
    with pytest.raises(UnknownLeadError, match="no lead"):
        story(engine, "nobody", day(100))


def test_leads_are_found_by_id_and_company(engine):
    assert list(find_leads(engine, "a-1")["lead_id"]) == ["A-1", "A-10"]  # the exact one first
    assert list(find_leads(engine, "AOKI")["lead_id"]) == ["A-1"]
    assert list(find_leads(engine, "%_")["lead_id"]) == ["A-10"]  # no wildcards
    assert find_leads(engine, "  ").empty
    assert find_leads(engine, "zzz").empty
    few = find_leads(engine, "-", n_rows=1)
    assert (len(few), few["n_found"].iloc[0]) == (1, 3)


def test_the_latest_handoffs_come_first(engine):
    assert list(recent_handoffs(engine, day(100))["lead_id"]) == ["A-10", "A-1"]
    assert list(recent_handoffs(engine, day(10))["lead_id"]) == ["A-1"]
    assert recent_handoffs(engine, day(1)).empty
