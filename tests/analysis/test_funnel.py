from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.funnel import funnel, funnel_by_month
from analysis.selection import Selection
from tests.analysis.histories import DAY_ZERO, POSITIONS, day, history

MOMENTS = st.integers(-5, 200).map(day)
SOURCES = st.sampled_from(["seminar", "referral", None])


@st.composite
def journeys(draw):
    """A random history: leads, stage events and deals, in any order and with gaps."""
    n_leads = draw(st.integers(0, 8))
    ids = [f"lead-{number}" for number in range(n_leads)]
    lead_ids = st.sampled_from(ids) if ids else st.nothing()
    events = st.fixed_dictionaries(
        {"lead_id": lead_ids, "stage": st.sampled_from(sorted(POSITIONS)), "entered_at": MOMENTS}
    )
    deals = st.fixed_dictionaries(
        {
            "lead_id": lead_ids,
            "opened_at": st.none() | MOMENTS,
            "closed_at": st.none() | MOMENTS,
            "outcome": st.sampled_from(["won", "lost", "open"]),
        }
    )
    leads = [{"lead_id": lead_id, "created_at": draw(MOMENTS), "source": draw(SOURCES)} for lead_id in ids]
    return {
        "leads": leads,
        "stage_events": draw(st.lists(events, max_size=15)) if ids else [],
        "deals": [
            {**deal, "deal_id": str(number)}
            for number, deal in enumerate(draw(st.lists(deals, max_size=5)) if ids else [])
        ],
    }


@st.composite
def selections(draw):
    start, length = draw(st.none() | st.integers(-10, 150)), draw(st.none() | st.integers(1, 100))
    return Selection(
        as_of=draw(MOMENTS),
        start=None if start is None else day(start).date(),
        end=None if length is None else day((start or 0) + length).date(),
        sources=draw(st.sampled_from([(), ("seminar",), ("seminar", "")])),
        horizon_days=draw(st.sampled_from([1, 30, 180])),
    )


def is_in_cohort(lead, selection):
    return (
        lead["created_at"] <= selection.as_of
        and (selection.start is None or lead["created_at"].date() >= selection.start)
        and (selection.end is None or lead["created_at"].date() < selection.end)
        and (not selection.sources or (lead["source"] or "") in selection.sources)
    )


def recorded_stages(lead, rows, as_of):
    """The stages that one lead is known to have entered: the definition, read row by row."""
    stages = {"lead"}
    for event in rows["stage_events"]:
        if event["lead_id"] == lead["lead_id"] and event["entered_at"] <= as_of:
            stages.add(event["stage"])
    for deal in rows["deals"]:
        if deal["lead_id"] != lead["lead_id"]:
            continue
        if deal["opened_at"] is not None and deal["opened_at"] <= as_of:
            stages.add("opportunity")
        if deal["outcome"] == "won" and deal["closed_at"] is not None and deal["closed_at"] <= as_of:
            stages.add("won")
    return {POSITIONS[stage] for stage in stages}


def counts_in_horizon(leads, rows, selection):
    """Each lead is looked at when its own horizon ends, or at `as_of` when that comes first."""
    horizon = timedelta(days=selection.horizon_days)
    moments = [min(selection.as_of, lead["created_at"] + horizon) for lead in leads]
    furthest = [max(recorded_stages(lead, rows, moment)) for lead, moment in zip(leads, moments, strict=True)]
    return [sum(reached >= position for reached in furthest) for position in shown_positions(rows, selection.as_of)]


def shown_positions(rows, as_of):
    """The stages that anybody had entered, whoever it was; the first and the last in any case."""
    entered = [recorded_stages(lead, rows, as_of) for lead in rows["leads"]]
    return sorted({POSITIONS["lead"], POSITIONS["won"]}.union(*entered))


def expected_counts(leads, rows, as_of):
    recorded = [recorded_stages(lead, rows, as_of) for lead in leads]
    return [
        (sum(max(stages) >= position for stages in recorded), sum(position in stages for stages in recorded))
        for position in shown_positions(rows, as_of)
    ]


@settings(max_examples=60, deadline=None)
@given(journeys(), selections())
def test_random_histories_agree_with_the_definition(rows, selection):
    engine = history(**rows)
    cohort = [lead for lead in rows["leads"] if is_in_cohort(lead, selection)]

    result = funnel(engine, selection)

    assert result.n_leads == len(cohort)
    horizon = timedelta(days=selection.horizon_days)
    assert result.n_mature == sum(lead["created_at"] + horizon <= selection.as_of for lead in cohort)
    counts = list(zip(result.steps["n_leads"], result.steps["n_recorded"], strict=True))
    assert counts == expected_counts(cohort, rows, selection.as_of)


@settings(max_examples=40, deadline=None)
@given(journeys(), selections())
def test_months_agree_with_the_definition_and_add_up(rows, selection):
    engine = history(**rows)
    months = funnel_by_month(engine, selection)
    for month, part in months.groupby("month"):
        cohort = [
            lead
            for lead in rows["leads"]
            if is_in_cohort(lead, selection) and lead["created_at"].date().replace(day=1) == month.date()
        ]
        counts = list(zip(part["n_leads"], part["n_recorded"], strict=True))
        assert counts == expected_counts(cohort, rows, selection.as_of)
        assert part["n_cohort"].eq(len(cohort)).all()
        assert part["n_in_horizon"].tolist() == counts_in_horizon(cohort, rows, selection)
    total = funnel(engine, selection)
    sums = months.groupby("position")[["n_leads", "n_recorded"]].sum()
    assert sums["n_leads"].tolist() == (total.steps["n_leads"].tolist() if len(months) else [])
    assert months.drop_duplicates("month")["n_mature"].sum() == total.n_mature


@settings(max_examples=30, deadline=None)
@given(journeys(), selections())
def test_later_events_change_nothing(rows, selection):
    later = [
        {"lead_id": lead["lead_id"], "stage": "won", "entered_at": selection.as_of + timedelta(seconds=1)}
        for lead in rows["leads"]
    ]
    with_later = {**rows, "stage_events": rows["stage_events"] + later}
    pd.testing.assert_frame_equal(
        funnel(history(**rows), selection).steps, funnel(history(**with_later), selection).steps
    )


def company():
    """Ten leads: six become MQL, three are accepted, one is won without ever being accepted."""
    return history(
        leads=[{"lead_id": str(number), "created_at": day(number * 10), "source": "seminar"} for number in range(10)],
        stage_events=[
            *({"lead_id": str(number), "stage": "mql", "entered_at": day(100)} for number in range(5)),
            *({"lead_id": str(number), "stage": "sal", "entered_at": day(101)} for number in range(2)),
        ],
        deals=[{"deal_id": "1", "lead_id": "9", "outcome": "won", "closed_at": day(110)}],
    )


def test_counts_and_rates_by_hand():
    result = funnel(company(), Selection(as_of=day(120), horizon_days=60))
    steps = result.steps.set_index("stage")
    assert result.n_leads == 10
    assert result.n_mature == 7  # created on day 60 or before
    assert result.mode == "implied"
    assert steps["n_leads"].to_dict() == {
        "lead": 10,
        "mql": 6,
        "sal": 3,
        "won": 1,
    }
    assert steps["n_recorded"].tolist() == [10, 5, 2, 1]
    assert steps["n_previous"].tolist() == [0, 10, 6, 3]
    assert steps.loc["sal", "step_rate"] == 0.5
    assert steps.loc["won", "total_rate"] == 0.1
    assert np.isnan(steps.loc["lead", "step_rate"])
    assert steps.loc["lead", "total_rate"] == 1.0
    assert steps["n_first"].eq(10).all()
    assert not steps["is_enough"].any()


def test_columns_are_those_that_are_documented():
    rate_columns = (
        "n_leads n_recorded n_previous step_rate step_low step_high n_first total_rate total_low total_high is_enough"
    )
    selection = Selection(as_of=day(120))
    assert " ".join(funnel(company(), selection).steps.columns) == f"stage position {rate_columns}"
    assert " ".join(funnel_by_month(company(), selection).columns) == (
        f"month n_cohort n_mature is_mature mature_on stage position {rate_columns} "
        "n_in_horizon horizon_rate horizon_low horizon_high"
    )


def test_before_the_first_event_there_is_nobody_in_the_first_and_the_last_stage():
    selection = Selection(as_of=day(-10))
    result = funnel(company(), selection)
    assert result.steps["stage"].tolist() == ["lead", "won"]
    assert result.steps["n_leads"].eq(0).all()
    assert result.steps["total_rate"].isna().all()
    assert (result.n_leads, result.n_mature) == (0, 0)
    assert funnel_by_month(company(), selection).empty


def test_leads_at_as_of_exist_and_one_microsecond_later_they_do_not():
    assert funnel(company(), Selection(as_of=day(10))).n_leads == 2
    assert funnel(company(), Selection(as_of=day(10) - timedelta(microseconds=1))).n_leads == 1


def test_a_month_is_mature_when_its_last_day_is():
    engine = history(leads=[{"lead_id": "a", "created_at": DAY_ZERO}, {"lead_id": "b", "created_at": day(64)}])

    def maturity(as_of, end=None):
        months = funnel_by_month(engine, Selection(as_of=as_of, end=end, horizon_days=28)).drop_duplicates("month")
        return dict(zip(months["month"].dt.strftime("%m"), months["is_mature"], strict=True))

    assert maturity(day(64)) == {"01": True, "02": False, "03": False}
    assert maturity(day(31 + 28)) == {"01": True}
    assert maturity(day(31 + 28 - 1)) == {"01": False}
    assert maturity(day(30), end=date(2025, 1, 3)) == {"01": True}


def test_a_month_says_when_it_will_be_mature():
    months = funnel_by_month(company(), Selection(as_of=day(40), horizon_days=28)).drop_duplicates("month")
    assert months["mature_on"].tolist() == [pd.Timestamp(2025, 3, 1), pd.Timestamp(2025, 3, 29)]


def test_months_can_be_compared_over_the_same_time():
    # A January lead wins after 40 days: a February lead of the same age has not been seen for longer.
    engine = history(
        leads=[{"lead_id": "a", "created_at": day(0)}, {"lead_id": "b", "created_at": day(31)}],
        stage_events=[{"lead_id": "a", "stage": "won", "entered_at": day(40)}],
    )
    won = funnel_by_month(engine, Selection(as_of=day(100), horizon_days=30)).query("stage == 'won'")
    assert won["total_rate"].tolist() == [1, 0]
    assert won["horizon_rate"].tolist() == [0, 0]


def test_months_without_leads_are_there():
    engine = history(leads=[{"lead_id": "a", "created_at": DAY_ZERO}, {"lead_id": "b", "created_at": day(64)}])
    months = funnel_by_month(engine, Selection(as_of=day(64)))
    february = months[months["month"] == pd.Timestamp(2025, 2, 1)]
    assert february["n_leads"].eq(0).all()
    assert february["total_rate"].isna().all()


def test_stages_are_data():
    engine = history(
        stages=[{"stage": "inquiry", "position": 10}, {"stage": "won", "position": 20}],
        leads=[{"lead_id": "a", "created_at": DAY_ZERO}, {"lead_id": "b", "created_at": DAY_ZERO}],
        deals=[{"deal_id": "1", "lead_id": "a", "outcome": "won", "closed_at": day(5)}],
    )
    result = funnel(engine, Selection(as_of=day(10)))
    assert result.n_leads == 2
    assert result.steps[["stage", "n_leads"]].values.tolist() == [["inquiry", 1], ["won", 1]]


def test_apostrophes_in_sources_are_values():
    engine = history(leads=[{"lead_id": "a", "created_at": DAY_ZERO, "source": "o'brien"}])
    assert funnel(engine, Selection(as_of=day(1), sources=("o'brien",))).n_leads == 1


@pytest.mark.parametrize("sources", [("seminar",), ("nobody",), ()])
def test_sources_choose_leads(sources):
    expected = {("seminar",): 10, ("nobody",): 0, (): 10}[sources]
    assert funnel(company(), Selection(as_of=day(120), sources=sources)).n_leads == expected
