from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from analysis.calibration import COUNTS, calibrate, decision_in_people, reversals


@dataclass(frozen=True)
class Band:
    name_ja: str
    name_en: str
    threshold: int


@dataclass(frozen=True)
class Ruleset:
    bands: tuple[Band, ...]
    threshold: int = 6


BANDS = (Band("そのうち客", "cold", 0), Band("これから客", "warm", 3), Band("今すぐ客", "hot", 6))
RULESET = Ruleset(bands=BANDS)


def scores(*rows):
    """Rows of score, n_mature, n_won, n_immature, n_already_decided, n_standing."""
    return pd.DataFrame(rows, columns=["score", *COUNTS])


@st.composite
def score_rows(draw):
    n_mature = draw(st.integers(0, 40))
    n_won = draw(st.integers(0, n_mature))
    return draw(st.integers(-4, 12)), n_mature, n_won, *(draw(st.integers(0, 20)) for _ in range(3))


def test_bands_by_hand():
    table = scores((-1, 10, 1, 0, 0, 40), (2, 30, 3, 5, 2, 5), (3, 8, 4, 2, 0, 90), (9, 25, 10, 0, 1, 0))
    result = calibrate(table, RULESET)
    bands = result.bands
    assert bands["name_en"].tolist() == ["cold", "warm", "hot"]
    assert bands["score_low"].tolist() == [pd.NA, 3, 6]
    assert bands["score_high"].tolist() == [2, 5, pd.NA]
    assert bands["n_worked"].tolist() == [45, 10, 25]
    assert bands["n_standing"].tolist() == [45, 90, 0]
    assert bands["coverage"].tolist() == [0.5, 0.1, 1.0]
    assert bands["n_mature"].tolist() == [40, 8, 25]
    assert bands["n_won"].tolist() == [4, 4, 10]
    assert bands["win_rate"].tolist() == [0.1, 0.5, 0.4]
    assert bands["is_enough"].tolist() == [True, False, True]
    assert bands["is_covered"].tolist() == [True, False, True]
    interval = binomtest(10, 25).proportion_ci(method="wilson")
    assert bands.loc[2, ["win_low", "win_high"]].tolist() == pytest.approx([interval.low, interval.high])
    interval = binomtest(10, 100).proportion_ci(method="wilson")
    assert bands.loc[1, ["coverage_low", "coverage_high"]].tolist() == pytest.approx([interval.low, interval.high])
    assert (result.n_decisions, result.n_mature, result.n_immature) == (83, 73, 7)
    assert (result.n_already_decided, result.n_standing, result.n_won) == (3, 135, 18)
    assert result.base_rate == pytest.approx(18 / 73)
    assert result.base_low < result.base_rate < result.base_high
    assert result.threshold == 6
    assert result.ranking.n_leads == 73


def test_columns_are_those_that_are_documented():
    bands = calibrate(scores(), RULESET).bands
    assert " ".join(bands.columns) == (
        "band_no name_ja name_en score_low score_high n_worked n_standing coverage coverage_low coverage_high "
        "n_mature n_won win_rate win_low win_high is_enough is_covered is_scored"
    )


def test_no_leads_is_an_answer():
    result = calibrate(scores(), RULESET)
    assert result.bands["n_mature"].tolist() == [0, 0, 0]
    assert result.bands[["coverage", "win_rate"]].isna().all(axis=None)
    assert not result.bands[["is_enough", "is_covered"]].any(axis=None)
    assert np.isnan(result.base_rate)
    assert (result.base_low, result.base_high) == (0, 1)
    assert result.ranking.verdict == "too_few"
    assert result.reversals.empty


def test_an_empty_band_stays():
    bands = calibrate(scores((0, 30, 3, 0, 0, 0), (7, 30, 9, 0, 0, 0)), RULESET).bands
    assert bands["n_mature"].tolist() == [30, 0, 30]


def test_bands_may_come_in_any_order():
    turned = Ruleset(bands=BANDS[::-1])
    table = scores((1, 30, 3, 1, 1, 1), (7, 30, 9, 2, 2, 2))
    pd.testing.assert_frame_equal(calibrate(table, turned).bands, calibrate(table, RULESET).bands)


@given(st.lists(score_rows(), max_size=20))
def test_bands_agree_with_a_lead_by_lead_count(rows):
    result = calibrate(scores(*rows), RULESET)
    for band_no, (low, high) in enumerate([(-np.inf, 3), (3, 6), (6, np.inf)]):
        inside = [row for row in rows if low <= row[0] < high]
        band = result.bands.loc[band_no]
        assert band["n_mature"] == sum(row[1] for row in inside)
        assert band["n_won"] == sum(row[2] for row in inside)
        assert band["n_worked"] == sum(row[1] + row[3] for row in inside)
        assert band["n_standing"] == sum(row[5] for row in inside)
    assert result.bands["n_mature"].sum() == result.n_mature
    assert result.bands["n_worked"].sum() == result.n_decisions - result.n_already_decided


@given(st.lists(score_rows(), max_size=20), st.integers(-5, 13))
def test_everybody_is_in_one_cell_of_the_decision(rows, threshold):
    people = decision_in_people(scores(*rows), threshold)
    assert people["is_above"].tolist() == [True, False]
    assert people["n_unknown"].tolist() == [
        sum(row[5] for row in rows if row[0] >= threshold),
        sum(row[5] for row in rows if row[0] < threshold),
    ]
    assert people["n_lost"].sum() == sum(row[1] - row[2] for row in rows)
    everybody = people.drop(columns="is_above").sum().sum()
    assert everybody == sum(row[1] + row[3] + row[4] + row[5] for row in rows)


def test_decision_in_people_by_hand():
    table = scores((2, 20, 2, 3, 1, 600), (6, 100, 42, 5, 0, 9), (8, 60, 0, 0, 0, 0))
    people = decision_in_people(table, 6)
    assert people.to_dict("list") == {
        "is_above": [True, False],
        "n_won": [42, 2],
        "n_lost": [118, 18],
        "n_waiting": [5, 3],
        "n_already_decided": [0, 1],
        "n_unknown": [9, 600],
    }


def test_a_certain_reversal_is_found():
    table = scores((0, 200, 20, 0, 0, 0), (4, 200, 60, 0, 0, 0), (7, 200, 10, 0, 0, 0))
    found = calibrate(table, RULESET).reversals
    assert found[["lower_band_no", "upper_band_no"]].values.tolist() == [[1, 2]]
    assert found.loc[0, "difference"] == pytest.approx(-0.25)
    assert found.loc[0, "difference_low"] < -0.25 < found.loc[0, "difference_high"] < 0


def test_a_reversal_that_may_be_chance_is_not_flagged():
    table = scores((0, 40, 8, 0, 0, 0), (4, 40, 6, 0, 0, 0), (7, 40, 5, 0, 0, 0))
    assert calibrate(table, RULESET).reversals.empty


def test_bands_with_too_few_are_stepped_over():
    table = scores((0, 200, 100, 0, 0, 0), (4, 5, 5, 0, 0, 0), (7, 200, 20, 0, 0, 0))
    found = calibrate(table, RULESET).reversals
    assert found[["lower_band_no", "upper_band_no"]].values.tolist() == [[0, 2]]


def test_flat_scores_are_seldom_called_reversed():
    rng = np.random.default_rng(3)
    bands = calibrate(scores(), RULESET).bands
    flagged = []
    for _ in range(1000):
        n_won = rng.binomial(100, 0.2, size=3)
        drawn = bands.assign(n_mature=100, n_won=n_won, win_rate=n_won / 100, is_enough=True)
        flagged.append(not reversals(drawn).empty)
    assert np.mean(flagged) <= 0.05


@pytest.mark.parametrize(
    ("table", "ruleset", "text"),
    [
        (scores().drop(columns="n_won"), RULESET, "lacks the column.* n_won"),
        (scores((1, 5, 6, 0, 0, 0)), RULESET, "n_won at most n_mature"),
        (scores((1, 5, 3, -1, 0, 0)), RULESET, "at least 0"),
        (scores(), Ruleset(bands=()), "needs bands"),
        (scores(), Ruleset(bands=(BANDS[0], BANDS[0])), "threshold of its own"),
    ],
)
def test_bad_input_is_refused(table, ruleset, text):
    with pytest.raises(ValueError, match=text):
        calibrate(table, ruleset)
