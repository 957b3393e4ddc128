"""Curves from counts, against scipy and a definition that looks at one lead at a time."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from analysis.survival import (
    conversion_curve,
    cumulative_incidence,
    days_until,
    followed_days,
    lag_curve,
    lag_quantile,
    life_table,
    reached_by_day,
)

LEADS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["reached", "lost", "open"])), min_size=1, max_size=60)


def cells_of(leads):
    return pd.DataFrame(leads, columns=["days", "outcome"]).assign(n=1)


def curve_of(leads):
    return conversion_curve(life_table(cells_of(leads)))


def incidence_by_lead(leads, outcome):
    """Aalen-Johansen by walking through the days, looking at every lead."""
    shares, waiting, share = {}, 1.0, 0.0
    for today in sorted({days for days, _ in leads}):
        at_risk = [lead for lead in leads if lead[0] >= today]
        ended = [lead for lead in at_risk if lead[0] == today and lead[1] != "open"]
        share += waiting * sum(lead[1] == outcome for lead in ended) / len(at_risk)
        waiting *= 1 - len(ended) / len(at_risk)
        shares[today] = (share, waiting)
    return shares


@given(LEADS)
def test_curves_agree_with_a_definition_by_lead(leads):
    curve = curve_of(leads)
    for outcome in ("reached", "lost"):
        expected = incidence_by_lead(leads, outcome)
        assert curve[outcome].tolist() == pytest.approx([expected[days][0] for days in curve["days"]])
        assert curve["waiting"].tolist() == pytest.approx([expected[days][1] for days in curve["days"]])
    assert (curve["waiting"] + curve["reached"] + curve["lost"]).to_numpy() == pytest.approx(1.0)
    for name in ("waiting", "reached", "lost"):
        assert (curve[f"{name}_low"] <= curve[name] + 1e-9).all()
        assert (curve[name] <= curve[f"{name}_high"] + 1e-9).all()
        assert curve[f"{name}_low"].ge(0).all()
        assert curve[f"{name}_high"].le(1).all()


@given(LEADS)
def test_from_arrays_the_curve_is_the_same(leads):
    table, curve = life_table(cells_of(leads)), curve_of(leads)
    counts = [table[f"n_{name}"].to_numpy(dtype=float) for name in ("reached", "lost", "open")]
    for name, found in zip(
        ("n_at_risk", "reached", "reached_low", "reached_high"), reached_by_day(*counts), strict=True
    ):
        assert found.tolist() == curve[name].tolist()


@settings(max_examples=60)
@given(LEADS)
def test_without_losses_the_curve_is_that_of_scipy(leads):
    leads = [(days, "open" if outcome == "lost" else outcome) for days, outcome in leads]
    data = CensoredData(
        uncensored=[days for days, outcome in leads if outcome == "reached"],
        right=[days for days, outcome in leads if outcome == "open"],
    )
    scipy_curve = ecdf(data).sf
    curve = curve_of(leads)
    assert curve["waiting"].tolist() == pytest.approx(scipy_curve.evaluate(curve["days"].to_numpy()).tolist())
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # undefined at the ends, where we use Wilson
        band = scipy_curve.confidence_interval(method="log-log")
    inner = ((curve["waiting"] > 1e-12) & (curve["waiting"] < 1)).to_numpy()
    for end, ours in ((band.low, "waiting_low"), (band.high, "waiting_high")):
        theirs = end.evaluate(curve["days"].to_numpy())[inner]
        assert curve[ours].to_numpy()[inner] == pytest.approx(theirs)
    assert 1 - curve["waiting"].to_numpy() == pytest.approx(curve["reached"].to_numpy())
    assert curve["reached_high"].to_numpy()[inner] == pytest.approx(1 - curve["waiting_low"].to_numpy()[inner])


def test_without_censoring_the_variance_is_binomial():
    leads = [(days, outcome) for days in range(10) for outcome in ("reached", "lost", "lost")]
    curve = curve_of(leads)
    share = curve["reached"].to_numpy()
    assert share == pytest.approx(np.arange(1, 11) / 30)
    standard_error = np.sqrt(share * (1 - share) / 30)
    factor = np.exp(1.959964 * standard_error / ((1 - share) * -np.log(1 - share)))
    assert curve["reached_low"].to_numpy() == pytest.approx(1 - (1 - share) ** (1 / factor), rel=1e-5)


def test_the_interval_covers_the_share_that_converts():
    rng, n_covered, n_runs = np.random.default_rng(1), 0, 250
    for _ in range(n_runs):
        won, lost = rng.geometric(0.02, 200), rng.geometric(0.03, 200)
        follow_up = rng.integers(10, 60, 200)
        days = np.minimum(np.minimum(won, lost), follow_up)
        kinds = np.where(days == follow_up, "open", np.where(won <= lost, "reached", "lost"))
        curve = curve_of(list(zip(days, kinds, strict=True)))
        row = curve[curve["days"] <= 30].iloc[-1]
        ends = 1 - 0.98 * 0.97
        truth = 0.02 / ends * (1 - (1 - ends) ** 30)
        n_covered += row["reached_low"] <= truth <= row["reached_high"]
    assert 0.92 <= n_covered / n_runs <= 0.98


@given(LEADS)
def test_dense_days_give_the_same_curve(leads):
    curve = curve_of(leads)
    dense = np.zeros((3, 13))
    for days, outcome in leads:
        dense[["reached", "lost", "open"].index(outcome), days] += 1
    reached, lost = cumulative_incidence(*dense)
    assert reached[curve["days"]].tolist() == pytest.approx(curve["reached"].tolist())
    assert lost[curve["days"]].tolist() == pytest.approx(curve["lost"].tolist())


def test_days_by_hand():
    leads = [(1, "reached"), (2, "reached"), (3, "lost"), (5, "reached"), (9, "open")]
    curve = curve_of(leads)
    assert curve["reached"].tolist() == pytest.approx([0.2, 0.4, 0.4, 0.6, 0.6])
    assert days_until(curve, 0.5) == 5
    assert np.isnan(days_until(curve, 0.75))
    assert days_until(curve, 0.4) == 2
    lags = lag_curve(curve)
    assert lag_quantile(lags, 0.5) == 2
    assert lag_quantile(lags, 0.9) == 5
    assert followed_days(curve) == 9


def test_the_lag_stops_where_too_few_are_left():
    leads = [(3, "reached")] * 10 + [(5, "open")] * 30 + [(50, "reached"), (51, "open")]
    curve = curve_of(leads)
    assert followed_days(curve) == 5
    assert lag_quantile(lag_curve(curve), 0.9) == 3


def test_nothing_known_gives_nothing():
    empty = conversion_curve(life_table(cells_of([])))
    assert empty.empty
    assert np.isnan(days_until(empty, 0.5))
    assert np.isnan(lag_quantile(lag_curve(empty), 0.5))
    assert np.isnan(followed_days(empty))
    nobody = curve_of([(4, "open")] * 3)
    assert lag_curve(nobody).empty
    assert nobody["reached_high"].iloc[0] == pytest.approx(0.5615, abs=1e-3)  # Wilson for 0 of 3
