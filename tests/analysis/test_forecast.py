"""Forecasts against the truth they could not see, over many invented companies."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.durations import Span, duration_cells
from analysis.forecast import _by_month, _seen_at, backtest, forecast
from analysis.funnel import funnel_by_month
from analysis.maturity import maturity
from analysis.selection import Selection
from tests.analysis.histories import DAY_ZERO, day, history

HORIZON = 120


def invented(seed, rate, spread, n_months=18, n_per_month=120):
    """Leads with a known future: start day, day of conversion or loss (infinite: never)."""
    rng = np.random.default_rng(seed)
    n = n_months * n_per_month
    start = np.sort(rng.integers(0, n_months * 30, n))
    months = pd.DatetimeIndex(DAY_ZERO + pd.to_timedelta(start, unit="D")).to_period("M")
    codes, labels = pd.factorize(months)
    factor = rng.gamma(1 / spread, spread, len(labels)) if spread else np.ones(len(labels))
    converts = rng.random(n) < np.clip(rate * factor[codes], 0, 0.95)
    lag = rng.gamma(2.0, 20.0, n).astype(int)
    loses = ~converts & (rng.random(n) < 0.6)
    return start, np.where(converts, lag, 10**6), np.where(loses, rng.gamma(2.0, 25.0, n).astype(int), 10**6)


def seen(leads, as_of_day):
    """The cells that would be counted on a day, by looking at each lead."""
    start, won, lost = leads
    rows = []
    for began, won_after, lost_after in zip(start, won, lost, strict=True):
        age = as_of_day - began
        if age < 0:
            continue
        if won_after <= age:
            rows.append((began, "reached", won_after))
        elif lost_after <= age:
            rows.append((began, "lost", lost_after))
        else:
            rows.append((began, "open", age))
    cells = pd.DataFrame(rows, columns=["began", "outcome", "days"])
    cells["started_on"] = pd.Timestamp(DAY_ZERO) + pd.to_timedelta(cells["began"], unit="D")
    return cells.groupby(["started_on", "outcome", "days"], as_index=False).size().rename(columns={"size": "n"})


def covered(seed, rate, spread, confidence=0.9):
    leads = invented(seed, rate, spread)
    as_of_day = 18 * 30
    as_of = datetime(2025, 1, 1) + timedelta(days=as_of_day)
    made = forecast(seen(leads, as_of_day), as_of, HORIZON, confidence=confidence, n_draws=200, seed=seed)
    later = as_of + timedelta(days=HORIZON + 1)
    truth = forecast(seen(leads, as_of_day + HORIZON + 1), later, HORIZON, n_draws=1).set_index("month")["raw_rate"]
    young = made[~made["is_final"]]
    actual = young["month"].map(truth)
    inside = actual.between(young["low"] - 1e-9, young["high"] + 1e-9)
    return inside.mean(), (young["forecast_rate"] - actual).mean(), (young["raw_rate"] - actual).mean()


@pytest.mark.parametrize(("rate", "spread"), [(0.06, 0.0), (0.06, 0.1), (0.4, 0.0), (0.25, 0.06)])
def test_the_interval_covers_the_final_rate_at_its_nominal_level(rate, spread):
    coverage, bias, raw_bias = np.mean([covered(seed, rate, spread) for seed in range(24)], axis=0)
    assert 0.86 <= coverage <= 0.99  # wins are whole numbers: intervals of few must be a little too wide
    assert abs(bias) < 0.05 * rate + 0.004
    assert raw_bias < -0.1 * rate  # the reason why a forecast is needed


def test_what_is_decided_is_not_forecast():
    leads = invented(1, 0.2, 0.0)
    made = forecast(seen(leads, 1000), DAY_ZERO + timedelta(days=1000), HORIZON)
    assert made["is_final"].all()
    for column in ("forecast_rate", "low", "high"):
        assert made[column].tolist() == pytest.approx(made["raw_rate"].tolist())


def test_the_same_seed_gives_the_same_numbers():
    cells, as_of = seen(invented(1, 0.2, 0.1), 400), DAY_ZERO + timedelta(days=400)
    pd.testing.assert_frame_equal(
        forecast(cells, as_of, HORIZON, n_draws=50), forecast(cells, as_of, HORIZON, n_draws=50)
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 80), st.sampled_from(["reached", "lost", "open"]), st.integers(0, 90)), max_size=12
    )
)
def test_forecasts_stay_between_what_happened_and_what_can(rows):
    rows = [
        (pd.Timestamp(day(began)), outcome, 100 - began if outcome == "open" else min(days, 100 - began))
        for began, outcome, days in rows
    ]
    cells = pd.DataFrame(rows, columns=["started_on", "outcome", "days"]).assign(n=1)
    cells["started_on"] = pd.to_datetime(cells["started_on"])
    made = forecast(cells, day(100), 60, n_draws=20)
    assert made["n_leads"].sum() == len(rows)
    assert (made["raw_rate"] - 1e-9 <= made["low"]).all()
    assert (made["low"] <= made["high"]).all()
    assert (made["high"] <= (made["n_reached"] + made["n_open"]) / made["n_leads"] + 1e-9).all()


def company():
    """Twenty months of six leads, every second one won after 20 days; and the same four times over."""
    days = [(month * 30 + place, copy) for month in range(20) for place in range(0, 30, 5) for copy in range(4)]
    return history(
        leads=[{"lead_id": f"{began}-{copy}", "created_at": day(began)} for began, copy in days],
        deals=[
            {
                "deal_id": f"{began}-{copy}",
                "lead_id": f"{began}-{copy}",
                "opened_at": day(began),
                "closed_at": day(began + 20),
                "outcome": "won",
            }
            for began, copy in days
            if copy % 2
        ],
    )


def test_past_forecasts_are_judged_as_they_would_have_been_made():
    result = backtest(company(), Selection(as_of=day(600), horizon_days=60), Span(), n_replays=4)
    table = result.forecasts
    assert table["as_of"].nunique() == 4
    assert (table["as_of"] <= pd.Timestamp(day(540))).all()
    assert result.n_forecasts == len(table) == table["month"].count()
    assert table["actual_rate"].between(0.3, 0.7).all()
    assert result.n_covered == table["is_covered"].sum()
    assert result.coverage_low <= result.coverage <= result.coverage_high
    assert abs(result.bias) <= result.mean_error < 0.2


def moments_of_leads(rng):
    """Created, qualified, and up to three deals (opened, days, outcome) of 200 leads, in any order, on full days too."""

    def some_day():
        return int(rng.integers(0, 120)) + int(rng.integers(0, 3)) / 2

    def deals():
        return [
            (some_day(), some_day(), rng.choice(["won", "lost", "lost", "open"])) for _ in range(rng.integers(0, 4))
        ]

    return [(some_day(), some_day(), deals()) for _ in range(200)]


@pytest.mark.parametrize("stages", [("lead", "won"), ("mql", "opportunity")])
def test_the_past_is_counted_as_it_was_known_then(stages):
    """One query for all the moments gives what one query for each of them gives."""
    rows = moments_of_leads(np.random.default_rng(7))
    engine = history(
        leads=[{"lead_id": str(number), "created_at": day(created)} for number, (created, _, _) in enumerate(rows)],
        stage_events=[
            {"lead_id": str(number), "stage": "mql", "entered_at": day(entered)}
            for number, (_, entered, _) in enumerate(rows)
        ],
        deals=[
            {
                "deal_id": f"{number}-{place}",
                "lead_id": str(number),
                "opened_at": None if place == number % 3 else day(opened),
                "closed_at": None if outcome == "open" else day(opened + lag),
                "outcome": str(outcome),
            }
            for number, (_, _, deals) in enumerate(rows)
            for place, (opened, lag, outcome) in enumerate(deals)
        ],
    )
    selection, span = Selection(as_of=day(300), horizon_days=40), Span(start=stages[0], end=stages[1])
    moments = pd.date_range(pd.Timestamp(day(0)), periods=6, freq="MS")
    for moment, found in _seen_at(engine, selection, span, moments[1:]):
        as_of = (moment - pd.Timedelta(microseconds=1)).to_pydatetime()
        cells = duration_cells(engine, replace(selection, as_of=as_of), span, unit="day")
        expected = _by_month(cells, as_of, 40)
        assert list(found.months) == list(expected.months)
        for name in ("reached", "lost", "waiting", "ages"):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    assert all(part.sum() > 0 for part in (found.reached, found.lost, found.waiting))


def test_without_a_decided_past_there_is_nothing_to_judge():
    result = backtest(company(), Selection(as_of=day(20), horizon_days=60), Span())
    assert (result.n_forecasts, result.n_covered) == (0, 0)
    assert np.isnan(result.coverage)


def test_months_say_how_long_to_wait():
    cells = duration_cells(company(), Selection(as_of=day(100)), Span(), unit="day")
    table = maturity(cells, day(100)).set_index("month")
    # Every conversion takes 20 days: a lead is old enough from then on.
    april = table.loc[pd.Timestamp(2025, 4, 1)]  # days 90..100: not one lead is 20 days old
    assert (april["n_leads"], april["mature_share"], april["completeness"]) == (12, 0.0, 0.0)
    assert april["wait_until"] == pd.Timestamp(2025, 4, 27) + pd.Timedelta(days=20)  # 27 of 30 days are 90 %
    march = table.loc[pd.Timestamp(2025, 3, 1)]  # starts on days 60, 65, 70, 75, 80, 85
    assert march["mature_share"] == pytest.approx(5 / 6)
    assert march["completeness"] == pytest.approx(5 / 6)
    assert not march["is_mature"]
    assert march["wait_until"] == pd.Timestamp(day(105))
    assert table.loc[pd.Timestamp(2025, 1, 1), "is_mature"]


def test_a_horizon_shortens_the_wait():
    leads = [{"lead_id": str(n), "created_at": day(n % 20)} for n in range(200)]
    events = [
        {"lead_id": str(n), "stage": "won", "entered_at": day(n % 20 + (10 if n % 4 else 60))} for n in range(0, 200, 3)
    ]
    cells = duration_cells(history(leads=leads, stage_events=events), Selection(as_of=day(100)), Span(), unit="day")
    everything, soon = (maturity(cells, day(100), within_days=days)["wait_until"].iloc[0] for days in (None, 30))
    assert everything > pd.Timestamp(day(60))
    assert soon == pd.Timestamp(day(27))  # 18 of 20 days of starts, and ten days each


def test_nothing_is_said_when_nothing_converted():
    engine = history(leads=[{"lead_id": "a", "created_at": day(0)}])
    cells = duration_cells(engine, Selection(as_of=day(50)), Span(), unit="day")
    row = maturity(cells, day(50)).iloc[0]
    assert pd.isna(row["wait_until"])
    assert not row["is_mature"]
    assert np.isnan(row["completeness"])
    assert maturity(cells.head(0), day(50)).empty
    assert forecast(cells.head(0), day(50), 60).empty


def test_the_last_hours_of_the_horizon_are_the_same_for_the_forecast_and_the_months():
    """A lead of noon may win until noon of the last day, and is open until then."""
    horizon, noon = 30, 0.5
    won_after = {"in time": horizon, "too late": horizon + 0.01, "that evening": horizon + 0.4}
    engine = history(
        leads=[{"lead_id": name, "created_at": day(noon)} for name in (*won_after, "open")],
        deals=[
            {"deal_id": name, "lead_id": name, "opened_at": day(1), "closed_at": day(noon + days), "outcome": "won"}
            for name, days in won_after.items()
        ],
    )
    for as_of, n_reached, is_final in ((noon + horizon - 0.01, 0, False), (noon + horizon, 1, True), (60, 1, True)):
        selection = Selection(as_of=day(as_of), horizon_days=horizon)
        month = forecast(duration_cells(engine, selection, Span(), unit="day"), selection.as_of, horizon).iloc[0]
        counted = funnel_by_month(engine, selection).query("stage == 'won'").iloc[0]
        assert month["n_reached"] == counted["n_in_horizon"] == n_reached
        assert month["is_final"] == is_final == (counted["n_mature"] == 4)


MOMENTS = st.integers(0, 24 * 80).map(lambda hours: hours / 24)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(MOMENTS, MOMENTS), min_size=1, max_size=6),
    st.integers(1, 40),
    MOMENTS,
)
def test_the_forecast_starts_from_what_the_months_show(rows, horizon, as_of):
    engine = history(
        leads=[{"lead_id": str(number), "created_at": day(created)} for number, (created, _) in enumerate(rows)],
        deals=[
            {
                "deal_id": str(number),
                "lead_id": str(number),
                "opened_at": day(created),
                "closed_at": day(created + lag),
                "outcome": "won",
            }
            for number, (created, lag) in enumerate(rows)
        ],
    )
    selection = Selection(as_of=day(as_of), horizon_days=horizon)
    made = forecast(duration_cells(engine, selection, Span(), unit="day"), selection.as_of, horizon, n_draws=2)
    shown = funnel_by_month(engine, selection).query("stage == 'won' and n_cohort > 0")
    assert made["n_reached"].tolist() == shown["n_in_horizon"].tolist()
    assert made["n_leads"].tolist() == shown["n_cohort"].tolist()
    undecided = [
        created > as_of - horizon and not lag <= min(horizon, as_of - created)
        for created, lag in rows
        if created <= as_of
    ]
    assert made["n_open"].sum() == sum(undecided)
