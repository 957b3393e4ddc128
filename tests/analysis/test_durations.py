"""Days between stages against a definition that looks at one lead at a time."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.durations import Span, curve_of, duration_cells, time_to_convert
from analysis.selection import Selection
from data.contract import STAGES
from tests.analysis.histories import POSITIONS, day, history

NAMES = [stage.stage for stage in STAGES]


@st.composite
def histories(draw):
    moments = st.floats(0, 90, allow_nan=False).map(lambda days: day(round(days, 2)))
    leads, events, deals = [], [], []
    for number in range(draw(st.integers(1, 5))):
        lead_id = str(number)
        leads.append({"lead_id": lead_id, "created_at": draw(moments), "source": draw(st.sampled_from(["web", None]))})
        for stage, entered_at in draw(st.lists(st.tuples(st.sampled_from(NAMES[1:]), moments), max_size=5)):
            events.append({"lead_id": lead_id, "stage": stage, "entered_at": entered_at})
        for opened_at, closed_at, outcome in draw(
            st.lists(st.tuples(moments, moments, st.sampled_from(["won", "lost", "open"])), max_size=2)
        ):
            deal = {"lead_id": lead_id, "opened_at": opened_at, "closed_at": closed_at, "outcome": outcome}
            deals.append({"deal_id": str(len(deals)), **deal})
    return {"leads": leads, "stage_events": events, "deals": deals}


def first_entry(lead, rows, wanted, as_of):
    times = [lead["created_at"]] if POSITIONS["lead"] in wanted else []
    mine = [row for row in rows["stage_events"] if row["lead_id"] == lead["lead_id"]]
    times += [row["entered_at"] for row in mine if POSITIONS[row["stage"]] in wanted]
    for deal in rows["deals"]:
        if deal["lead_id"] == lead["lead_id"]:
            times += [deal["opened_at"]] if POSITIONS["opportunity"] in wanted else []
            times += [deal["closed_at"]] if POSITIONS["won"] in wanted and deal["outcome"] == "won" else []
    return min((time for time in times if time <= as_of), default=None)


def last_loss(lead, rows, as_of):
    deals = [d for d in rows["deals"] if d["lead_id"] == lead["lead_id"] and d["opened_at"] <= as_of]
    if any(deal["outcome"] == "open" or deal["closed_at"] > as_of for deal in deals):
        return None
    return max((deal["closed_at"] for deal in deals if deal["outcome"] == "lost"), default=None)


def lag_of(lead, rows, start, end, as_of):
    """The outcome and whole days of one lead; None when it never entered the start stage."""
    started = first_entry(lead, rows, {start}, as_of)
    reached = first_entry(lead, rows, set(range(end, len(NAMES))), as_of)
    lost = last_loss(lead, rows, as_of)
    if started is None or lead["created_at"] > as_of:
        return None
    if reached is not None:
        return ("before", 0) if reached < started else ("reached", begun_days(started, reached))
    if lost is not None and lost >= started:
        return "lost", begun_days(started, lost)
    return "open", (as_of - started).days


def begun_days(start, end):
    """How many days it takes: the first whole number of them within which it happened."""
    days = (end - start).days
    return days if start + timedelta(days=days) == end else days + 1


@settings(max_examples=50, deadline=None)
@given(histories(), st.integers(0, 6), st.integers(1, 3), st.integers(0, 100))
def test_random_histories_agree_with_the_definition(rows, start, length, as_of):
    end = min(start + length, len(NAMES) - 1)
    lags = [lag_of(lead, rows, start, end, day(as_of)) for lead in rows["leads"]]
    expected = pd.Series([lag for lag in lags if lag is not None], dtype=object).value_counts().to_dict()

    cells = duration_cells(history(**rows), Selection(as_of=day(as_of)), Span(start=NAMES[start], end=NAMES[end]))

    found = {(row.outcome, row.days): row.n for row in cells.itertuples()}
    assert found == expected


def company():
    """Twelve leads of two sources: half become MQL after 10 days, a quarter is won after 40."""
    ids = [str(number) for number in range(12)]
    return history(
        leads=[
            {"lead_id": lead_id, "created_at": day(int(lead_id) * 5), "source": ["web", None][int(lead_id) % 2]}
            for lead_id in ids
        ],
        stage_events=[{"lead_id": i, "stage": "mql", "entered_at": day(int(i) * 5 + 10)} for i in ids[:6]],
        deals=[
            {"deal_id": i, "lead_id": i, "opened_at": day(50), "closed_at": day(int(i) * 5 + 50), "outcome": outcome}
            for i, outcome in zip(ids[:4], ["won", "won", "lost", "won"], strict=True)
        ],
    )


def test_summary_by_hand():
    cells = duration_cells(company(), Selection(as_of=day(100)), Span(start="mql"))
    row = time_to_convert(cells).iloc[0]
    assert row[["n_leads", "n_reached", "n_lost", "n_open", "n_before"]].tolist() == [6, 3, 1, 2, 0]
    assert row["p50_days"] == 40
    assert np.isnan(row["p75_days"])
    assert row["lag_p50_days"] == row["lag_p90_days"] == 40
    assert row["reached_rate"] == pytest.approx(0.5)
    assert row["reached_low"] < 0.5 < row["reached_high"]
    assert not row["is_enough"]
    assert curve_of(cells)["n_at_risk"].tolist()[0] == 6


def test_segments_and_months_share_out_the_leads():
    cells = duration_cells(company(), Selection(as_of=day(100)), Span(), dimension="source", unit="month")
    segments, months, total = (time_to_convert(cells, by) for by in ("label", "started_on", None))
    assert segments["group"].tolist() == ["", "web"]
    assert months["group"].tolist() == [pd.Timestamp(2025, 1, 1), pd.Timestamp(2025, 2, 1)]
    for column in ("n_leads", "n_reached", "n_lost", "n_open"):
        assert segments[column].sum() == months[column].sum() == total[column].iloc[0]


def test_the_period_is_that_of_the_start():
    selection = Selection(as_of=day(100), start=day(20).date(), end=day(30).date())
    cells = duration_cells(company(), selection, Span(start="mql"), unit="day")
    assert cells["started_on"].sort_values().tolist() == [pd.Timestamp(day(20)), pd.Timestamp(day(25))]


def test_nobody_gives_a_table_without_rows_or_with_nothing():
    cells = duration_cells(company(), Selection(as_of=day(-1)), Span())
    assert time_to_convert(cells, "label").empty
    row = time_to_convert(cells).iloc[0]
    assert row["n_leads"] == 0
    assert np.isnan(row["p50_days"])


@pytest.mark.parametrize(("span", "dimension"), [(Span(start="won", end="lead"), "all"), (Span(start="x"), "all"), (Span(), "shoes")])  # fmt: skip
def test_questions_without_an_answer_are_refused(span, dimension):
    with pytest.raises(ValueError, match=r"\.$"):
        duration_cells(company(), Selection(as_of=day(1)), span, dimension=dimension)
