import json
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.calibration import calibrate
from analysis.overview import overview
from analysis.selection import Selection
from tests.analysis.histories import POSITIONS, day, history
from tests.analysis.test_calibration import RULESET, scores

MOMENTS = st.integers(0, 120).map(day)
SOURCES = st.sampled_from(["seminar", "referral", None])
REGIONS = st.sampled_from(["east", "west", None])


@st.composite
def histories(draw):
    ids = [str(number) for number in range(draw(st.integers(1, 6)))]
    leads = [
        {"lead_id": lead_id, "created_at": draw(MOMENTS), "source": draw(SOURCES), "region": draw(REGIONS)}
        for lead_id in ids
    ]
    lead_ids, maybe = st.sampled_from(ids), st.none() | MOMENTS
    events = st.fixed_dictionaries(
        {"lead_id": lead_ids, "stage": st.sampled_from(["mql", "sal", "won"]), "entered_at": MOMENTS}
    )
    handoffs = st.fixed_dictionaries(
        {
            "lead_id": lead_ids,
            "handed_off_at": MOMENTS,
            "response": st.sampled_from(["accepted", "rejected", None]),
            "responded_at": maybe,
            "first_contact_at": maybe,
        }
    )
    return {
        "leads": leads,
        "stage_events": draw(st.lists(events, max_size=8)),
        "handoffs": [{**row, "handoff_id": str(no)} for no, row in enumerate(draw(st.lists(handoffs, max_size=8)))],
    }


@st.composite
def selections(draw):
    start = draw(st.none() | st.integers(20, 80))
    length = draw(st.none() | st.integers(1, 60))
    return Selection(
        as_of=day(draw(st.integers(10, 130))),
        start=None if start is None else day(start).date(),
        end=None if length is None else day((start or 0) + length).date(),
        sources=draw(st.sampled_from([(), ("seminar", "")])),
        horizon_days=draw(st.sampled_from([10, 60])),
        outcome=draw(st.sampled_from(["won", "sal"])),
    )


def expected_numbers(rows, selection, starts_at, ends_at):
    """The counts of one period, read row by row."""
    sources = {lead["lead_id"]: lead["source"] or "" for lead in rows["leads"]}

    def is_in(row, moment):
        is_chosen = not selection.sources or sources[row["lead_id"]] in selection.sources
        return is_chosen and moment is not None and starts_at <= moment < ends_at

    def entered(lead_id, positions):
        moments = [
            e["entered_at"]
            for e in rows["stage_events"]
            if e["lead_id"] == lead_id and POSITIONS[e["stage"]] in positions
        ]
        return min(moments, default=None)

    outcome = range(POSITIONS[selection.outcome], 8)
    created = [lead for lead in rows["leads"] if is_in(lead, lead["created_at"])]
    handoffs = [row for row in rows["handoffs"] if is_in(row, row["handed_off_at"])]
    answers = [row["response"] for row in handoffs if (row["responded_at"] or row["handed_off_at"]) <= selection.as_of]
    horizon = timedelta(days=selection.horizon_days)
    mature = [lead for lead in created if lead["created_at"] + horizon <= selection.as_of]
    reached = [(lead, entered(lead["lead_id"], outcome)) for lead in mature]
    return {
        "leads": len(created),
        "mqls": sum(is_in(lead, entered(lead["lead_id"], [2])) for lead in rows["leads"]),
        "handoffs": len(handoffs),
        "outcomes": sum(is_in(lead, entered(lead["lead_id"], outcome)) for lead in rows["leads"]),
        "acceptance": (answers.count("accepted"), answers.count("accepted") + answers.count("rejected")),
        "wins": (sum(at is not None and at <= lead["created_at"] + horizon for lead, at in reached), len(mature)),
        "n_immature": len(created) - len(mature),
    }


def assert_numbers(kpis, expected, prefix):
    for name in ("leads", "mqls", "handoffs", "outcomes"):
        assert kpis.loc[name, f"{prefix}value"] == expected[name]
    for name, (n_successes, n) in (("acceptance_rate", expected["acceptance"]), ("win_rate", expected["wins"])):
        assert kpis.loc[name, f"{prefix}n"] == n
        rate = n_successes / n if n else np.nan
        assert kpis.loc[name, f"{prefix}value"] == pytest.approx(rate, nan_ok=True)


@settings(max_examples=50, deadline=None)
@given(histories(), selections())
def test_random_histories_agree_with_the_definition(rows, selection):
    result = overview(history(**rows), selection)
    kpis = result.kpis.set_index("kpi")
    expected = expected_numbers(rows, selection, selection.starts_at, selection.ends_at)
    assert_numbers(kpis, expected, "")
    assert kpis.loc["win_rate", "n_immature"] == expected["n_immature"]
    assert kpis.loc["acceptance_rate", "n_immature"] == expected["handoffs"] - expected["acceptance"][1]
    if result.previous_starts_at is None:
        assert kpis["previous_value"].isna().all()
    else:
        assert min(result.ends_at, selection.as_of) - result.starts_at == result.starts_at - result.previous_starts_at
        assert_numbers(
            kpis, expected_numbers(rows, selection, result.previous_starts_at, result.starts_at), "previous_"
        )


@settings(max_examples=30, deadline=None)
@given(histories(), selections())
def test_waits_agree_with_the_definition(rows, selection):
    regions = overview(history(**rows), selection).regions.set_index("group")
    leads = {lead["lead_id"]: lead for lead in rows["leads"]}
    expected = {}
    for row in rows["handoffs"]:
        lead = leads[row["lead_id"]]
        is_chosen = not selection.sources or (lead["source"] or "") in selection.sources
        if is_chosen and selection.starts_at <= row["handed_off_at"] < selection.ends_at:
            days = (row["first_contact_at"] - row["handed_off_at"]).days if row["first_contact_at"] else np.inf
            is_contacted = (
                row["first_contact_at"] is not None and row["first_contact_at"] <= selection.as_of and days < 90
            )
            expected.setdefault(lead["region"] or "", []).append(is_contacted)
    assert regions["n"].to_dict() == {region: len(found) for region, found in expected.items()}
    assert regions["n_events"].to_dict() == {region: sum(found) for region, found in expected.items()}


@cache
def company(*, weak_source=None, late_region=None):
    """Two years of a company, one lead each day from each of three sources, judged at day 700.

    `list` never wins and `west` calls after 9 days instead of 1, when asked for.
    """
    leads, handoffs, deals = [], [], []
    for number in range(700):
        for source, region in (("seminar", "east"), ("list", "west"), ("referral", "north")):
            lead_id = f"{source}-{number}"
            leads.append({"lead_id": lead_id, "created_at": day(number), "source": source, "region": region})
            if number % 3 == 0:
                wait = 9 if region == late_region else 1 + number % 2
                handoffs.append(
                    {
                        "handoff_id": lead_id,
                        "lead_id": lead_id,
                        "handed_off_at": day(number + 2),
                        "response": "rejected" if number % 4 == 0 else "accepted",
                        "responded_at": day(number + 3),
                        "first_contact_at": day(number + 2 + wait),
                    }
                )
            if number % 10 == 0 and source != weak_source:
                deals.append({"deal_id": lead_id, "lead_id": lead_id, "outcome": "won", "closed_at": day(number + 50)})
    return history(leads=leads, handoffs=handoffs, deals=deals)


WHOLE = Selection(as_of=day(699))
QUARTER = Selection(as_of=day(699), start=day(609).date(), horizon_days=60)


def codes(result):
    return [alert.code for alert in result.alerts]


def test_a_healthy_company_has_its_leak_and_nothing_else():
    result = overview(company(), WHOLE)
    assert codes(result) == ["biggest_leak"]
    leak = result.alerts[0].values
    assert (leak["from_stage"], leak["to_stage"]) == ("lead", "won")
    assert leak["n_previous"] == 3 * 519
    assert leak["step_rate"] == pytest.approx(0.1, abs=0.005)
    assert result.next_action == "look_at_leak"
    assert result.previous_starts_at is None


def test_a_weak_source_is_found():
    result = overview(company(weak_source="list"), WHOLE)
    assert codes(result) == ["source_worse", "biggest_leak"]
    values = result.alerts[0].values
    assert (values["source"], values["n"], values["win_rate"]) == ("list", 520, 0)
    assert values["rest_rate"] == pytest.approx(0.1, abs=0.005)
    assert result.next_action == "review_source"


def test_a_late_region_is_found():
    result = overview(company(late_region="west"), WHOLE)
    assert codes(result) == ["late_first_contact", "biggest_leak"]
    values = result.alerts[0].values
    assert (values["region"], values["median_days"]) == ("west", 9)
    assert 1 <= values["rest_median_days"] <= 2
    assert result.next_action == "call_sooner"


def test_a_period_is_compared_with_the_one_before():
    result = overview(company(), QUARTER)
    kpis = result.kpis.set_index("kpi")
    assert result.previous_starts_at == day(519)
    assert kpis.loc["leads", ["value", "previous_value"]].tolist() == [273, 270]
    assert kpis.loc["win_rate", "previous_value"] == pytest.approx(0.1, abs=0.01)
    assert kpis.loc["win_rate", "is_changed"] is False or not kpis.loc["win_rate", "is_changed"]
    assert kpis.loc["leads", "is_changed"] is pd.NA
    assert kpis.loc["win_rate", "n_immature"] == 3 * 60
    assert kpis.loc["win_rate", "is_young"]
    assert "period_young" in codes(result)


def turning_point(is_good_before):
    """A thousand handoffs in a hundred days; on day 50 sales become worse, or better."""
    handoffs = []
    for number in range(1000):
        is_good, handed_off_at = (number < 500) == is_good_before, day(number / 10)
        handoffs.append(
            {
                "handoff_id": str(number),
                "lead_id": str(number),
                "handed_off_at": handed_off_at,
                "response": "accepted" if is_good or number % 4 == 0 else "rejected",
                "responded_at": handed_off_at,
                "first_contact_at": handed_off_at + timedelta(days=1 if is_good else 3),
            }
        )
    leads = [{"lead_id": str(number), "created_at": day(number / 10)} for number in range(1000)]
    return history(leads=leads, handoffs=handoffs)


def test_a_change_for_the_worse_is_found_and_one_for_the_better_is_not():
    selection = Selection(as_of=day(105), start=day(50).date(), end=day(100).date(), horizon_days=5)
    result = overview(turning_point(is_good_before=True), selection)
    worse = [alert.values["kpi"] for alert in result.alerts if alert.code == "worse_than_before"]
    assert worse == ["acceptance_rate", "first_contact_days"]
    assert result.next_action == "find_cause"

    better = overview(turning_point(is_good_before=False), selection)
    assert better.kpis.set_index("kpi").loc[["acceptance_rate", "first_contact_days"], "is_changed"].all()
    assert "worse_than_before" not in codes(better)


def test_numbers_without_data_are_unknown():
    engine = history(leads=[{"lead_id": "a", "created_at": day(0)}])
    kpis = overview(engine, Selection(as_of=day(10))).kpis.set_index("kpi")
    assert kpis.loc[["acceptance_rate", "win_rate", "first_contact_days"], "value"].isna().all()
    assert not kpis.loc[["acceptance_rate", "win_rate", "first_contact_days"], "is_enough"].any()
    assert kpis.loc["mqls", "value"] == 0


def test_handoffs_never_contacted_are_not_zero_days():
    handoffs = [{"handoff_id": str(n), "lead_id": "a", "handed_off_at": day(1), "pass_no": 1} for n in range(30)]
    engine = history(leads=[{"lead_id": "a", "created_at": day(0)}], handoffs=handoffs)
    kpi = overview(engine, Selection(as_of=day(10))).kpis.set_index("kpi").loc["first_contact_days"]
    assert np.isnan(kpi["value"])
    assert (kpi["n"], kpi["n_immature"], kpi["is_enough"]) == (0, 30, False)


def test_a_region_without_contacts_has_no_median():
    handoffs = [
        {
            "handoff_id": str(n),
            "lead_id": str(n),
            "handed_off_at": day(1),
            "first_contact_at": day(2) if n < 40 else None,
        }
        for n in range(80)
    ]
    leads = [{"lead_id": str(n), "created_at": day(0), "region": "east" if n < 40 else "west"} for n in range(80)]
    result = overview(history(leads=leads, handoffs=handoffs), Selection(as_of=day(60)))
    late = next(alert for alert in result.alerts if alert.code == "late_first_contact")
    assert late.values == {
        "region": "west",
        "n": 40,
        "median_days": None,
        "low": 59,
        "high": None,
        "rest_median_days": 1,
    }


def test_an_empty_history_says_so():
    result = overview(history(), Selection(as_of=day(10), start=date(2025, 1, 1)))
    assert codes(result) == ["no_leads"]
    assert result.next_action == "import_history"
    assert result.sources.empty
    assert result.regions.empty


def test_a_period_after_as_of_is_empty():
    result = overview(company(), Selection(as_of=day(10), start=date(2027, 1, 1)))
    assert codes(result) == ["no_leads"]
    assert result.previous_starts_at is None


def test_a_period_as_old_as_the_calendar_has_none_before_it():
    assert overview(history(), Selection(as_of=day(10), start=date(1, 1, 2))).previous_starts_at is None


def test_an_unknown_outcome_is_refused():
    with pytest.raises(ValueError, match="'sold' is no stage; the stages are lead, nurturing"):
        overview(history(), Selection(as_of=day(1), outcome="sold"))


@pytest.mark.parametrize(
    ("table", "expected", "action"),
    [
        (scores((1, 200, 80, 0, 0, 0), (4, 200, 40, 0, 0, 0), (7, 200, 10, 0, 0, 0)), ["score_reversed", "band_reversed", "band_reversed"], "review_points"),
        (scores((1, 200, 40, 0, 0, 0), (4, 200, 40, 0, 0, 0), (7, 200, 40, 0, 0, 0)), ["score_no_signal"], "review_points"),
        (scores((1, 200, 10, 0, 0, 0), (4, 200, 90, 0, 0, 0), (7, 200, 60, 0, 0, 0)), ["band_reversed"], "review_bands"),
        (scores((1, 5, 1, 0, 0, 1000), (7, 50, 10, 0, 0, 10)), ["biggest_leak", "low_coverage", "score_too_few"], "look_at_leak"),
        (scores((1, 200, 10, 0, 0, 0), (4, 200, 40, 0, 0, 0), (7, 200, 80, 0, 0, 0)), [], "look_at_leak"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_score_stands_out(table, expected, action):
    result = overview(company(), WHOLE, calibrate(table, RULESET))
    assert [code for code in codes(result) if code != "biggest_leak" or "biggest_leak" in expected] == expected
    assert result.next_action == action
    kpi = result.kpis.set_index("kpi").loc["handoff_win_rate"]
    assert (kpi["n"], kpi["view"]) == (table["n_mature"].sum(), "decisions")


def test_alerts_can_be_written_as_json():
    table = scores((1, 200, 80, 0, 0, 9000), (4, 200, 40, 0, 0, 0), (7, 200, 10, 0, 0, 0))
    result = overview(company(weak_source="list", late_region="west"), WHOLE, calibrate(table, RULESET))
    assert json.loads(json.dumps([alert.values for alert in result.alerts])) == [
        alert.values for alert in result.alerts
    ]
    assert codes(result)[0] == "score_reversed"
    assert {"late_first_contact", "source_worse", "low_coverage"} <= set(codes(result))
