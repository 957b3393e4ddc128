"""What a score means, how it ranks and what limits it: drawn, tabled, and on the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.calibration import calibrate
from analysis.gains import capture_at, gains_curve, separation
from analysis.reliability import reliability
from analysis.yardstick import unmeasured
from dashboard import tables_score
from dashboard.calibrating import score_words
from dashboard.figures.gains import gains_figure, yardstick_figure
from dashboard.figures.reliability import reliability_figure
from dashboard.figures.score_bands import grid_figure
from dashboard.texts import LANGUAGES, speaker
from tests.dashboard.conftest import GOOD, Points, score_table


@pytest.fixture
def found(good):
    return reliability(good)


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_curve_and_leads_are_drawn(found, language):
    say = speaker(language)
    traces = {trace.name: trace for trace in reliability_figure(found, say).data if trace.showlegend is not False}
    assert list(traces[say("score.reliability.steps")].y) == found.curve["p_steps"].tolist()
    assert list(traces[say("score.reliability.smooth")].y) == found.curve["p_smooth"].tolist()
    assert list(traces[say("score.reliability.standing")].y) == [3000, 1000, 200, 20]
    assert sum(traces[say("score.reliability.worked")].y) == 1090
    hover = traces[say("score.reliability.steps")].hovertext
    assert say.count(400) in hover[2]
    assert say.percent(0.15) in hover[2]


def test_one_score_is_drawn_as_a_point():
    figure = reliability_figure(reliability(calibrate(score_table((5, 100, 20, 0, 0)), Points())), speaker("en"))
    assert [trace.mode for trace in figure.data if trace.hovertext is not None] == ["lines+markers"]


def test_the_probability_table_is_the_curve(found):
    twin = tables_score.curve_table(found, speaker("en"))
    assert twin.exported["Chance (steps)"].tolist() == found.curve["p_steps"].round(6).tolist()
    assert twin.shown["Won"].tolist() == ["3", "8", "60", "90"]
    assert len(twin.shown) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_gains_begin_at_nothing_and_end_at_all(good, language):
    say, curve, capture = speaker(language), gains_curve(GOOD), capture_at(GOOD, 300)
    figure = gains_figure(curve, capture, good.base_rate, say)
    line = next(trace for trace in figure.data if trace.name == say("score.ranking.curve"))
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0, 0, 1, 1)
    point = next(trace for trace in figure.data if trace.mode == "markers")
    assert point.y == (pytest.approx(90 / 161),)
    twin = tables_score.gains_table(curve, say)
    assert twin.shown.iloc[0, 0] == "50"
    assert twin.shown.iloc[-1, 4] == "100.0%"


def test_ranking_numbers_have_intervals_and_meanings(good):
    capture = capture_at(GOOD, 300)
    twin = tables_score.ranking_numbers(good.ranking, separation(GOOD), capture, speaker("en"))
    table = twin.exported.set_index("Measure")
    assert table.loc["Gini", "Value"] == pytest.approx(2 * good.ranking.auc - 1, abs=1e-6)
    assert table.loc["Lift", "Value"] == pytest.approx((90 / 300) / (161 / 1000), abs=1e-6)
    assert table.loc["Capture", "Value"] == pytest.approx(90 / 161, abs=1e-6)
    assert (table["95 % interval (low)"] <= table["Value"]).all()
    assert "at 50 points" in table.loc["KS", "Meaning"]


def measured():
    folds = pd.DataFrame(
        {
            "n_leads": [100, 200], "n_won": [10, 30], "auc_points": [0.6, 0.65], "auc_logistic": [0.7, 0.72],
            "auc_boosting": [0.66, 0.7], "best": ["logistic", "boosting"], "auc_best": [0.7, 0.7],
            "difference": [0.1, 0.05],
        }
    )  # fmt: skip
    return replace(unmeasured("points"), folds=folds, auc_points=0.64, auc_best=0.7, difference=0.06)


@pytest.mark.parametrize("language", LANGUAGES)
def test_quarters_are_drawn_and_tabled(language):
    say, found = speaker(language), measured()
    quarters = [score_words.quarter_name(pd.Timestamp(day), say) for day in ("2025-04-01", "2025-07-01")]
    figure = yardstick_figure(found, quarters, say)
    assert [list(trace.y) for trace in figure.data] == [[0.7, 0.7], [0.6, 0.65]]
    assert list(figure.data[0].x) == quarters
    assert len(set(quarters)) == 2
    assert tables_score.folds_table(found, quarters, say).shown.iloc[1, 5] == "0.700"
    assert quarters[1] in score_words.yardstick_alt(found, quarters, say)
    assert len(tables_score.yardstick_numbers(found, say).shown) == 3


def test_pictures_are_described(found):
    say = speaker("en")
    assert "30 points 15.0%" in score_words.reliability_alt(found, say)
    assert "30% of the leads hold 56% of the wins" in score_words.gains_alt(gains_curve(GOOD), say)


def test_a_capacity_where_ten_wins_would_hide_the_difference(good):
    capture = replace(capture_at(GOOD, 300), share=0.34, share_low=0.32, share_high=0.36)
    assert "34 of 100 wins; picking at random would bring 30" in score_words.ranking(good, capture, speaker("en"))[0]


def test_unscored_leads_are_named():
    table = score_table((0, 500, 100, 0, 0), (1, 300, 10, 0, 0), (2, 300, 60, 0, 0))
    result = calibrate(table.assign(is_scored=[False, True, True]), Points())
    lines = score_words.ranking(result, capture_at(result.scores, 180), speaker("en"))
    assert lines[-1] == "500 leads had no score; they are left out here."
    assert np.isfinite(result.ranking.auc)


def test_every_cell_of_the_grid_says_its_rate_or_why_not():
    cells = pd.DataFrame(
        {
            "fit_no": [0, 0, 1, 1],
            "engagement_no": [0, 1, 0, 1],
            "fit_low": [pd.NA, pd.NA, 2, 2],
            "fit_high": [1, 1, 2, 2],
            "engagement_low": [pd.NA, 4, pd.NA, 4],
            "engagement_high": [3, pd.NA, 3, pd.NA],
            "grade": "",
            "n_mature": [100, 30, 4, 0],
            "win_rate": [0.25, 0.5, np.nan, np.nan],
            "is_enough": [True, True, False, False],
            "is_covered": [True, False, True, True],
        }
    )
    figure = grid_figure(cells, speaker("en"))
    written = [[note.x, note.y, note.text] for note in figure.layout.annotations]
    drawn = figure.data[0]
    assert np.isfinite(np.array(drawn.z, dtype=float)).tolist() == [[True, False], [False, False]]
    assert "25.0%" in drawn.text[0][0]
    assert [note[:2] for note in written] == [[1, 0], [0, 1], [1, 1]]
    assert "too few" in written[1][2]
    assert list(figure.layout.yaxis.ticktext) == ["≤ 1", "2"]
