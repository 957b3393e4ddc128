"""Figures are pure functions: what they draw is what the tables hold, and says its n."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis.calibration import calibrate
from analysis.funnel import funnel, funnel_by_month
from analysis.selection import Selection
from dashboard.figures.calibration import band_figure, band_range, coverage_figure
from dashboard.figures.cohorts import cohort_figure, cohort_states
from dashboard.figures.funnel import funnel_figure
from dashboard.texts import LANGUAGES, speaker
from data.store import open_reader
from tests.dashboard.conftest import GOOD, Points, score_table


@pytest.fixture
def engine(company):
    return open_reader(company)


@pytest.fixture
def selection(engine):
    return Selection(as_of=engine.data_end)


def annotations(figure: go.Figure) -> str:
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


@pytest.mark.parametrize("language", LANGUAGES)
def test_funnel_shows_every_stage_with_its_count(engine, selection, language):
    result, say = funnel(engine, selection), speaker(language)
    figure = funnel_figure(result.steps, say)
    text = annotations(figure)
    for step in result.steps.itertuples():
        assert say.word("stages", step.stage) in text
        assert say.count(step.n_leads) in text
    recorded, implied = figure.data
    assert list(np.add(recorded.x, implied.x)) == result.steps["n_leads"].tolist()
    assert implied.marker.pattern.shape == "/"
    assert len(figure.layout.annotations) == len(result.steps)


def test_funnel_without_leads_is_drawn(engine):
    steps = funnel(engine, Selection(as_of=engine.data_end, sources=("nobody",))).steps
    assert funnel_figure(steps, speaker("en")).layout.showlegend is False


@pytest.fixture
def won(engine, selection):
    months = funnel_by_month(engine, selection)
    return months[months["stage"] == "won"].reset_index(drop=True)


def test_young_months_are_hatched(won):
    figure = cohort_figure(won, "won", speaker("en"))
    bars = {trace.name: trace for trace in figure.data}
    mature, young = bars["old enough to judge"], bars["too young to judge"]
    assert mature.marker.pattern.shape is None
    assert young.marker.pattern.shape == "/"
    states = cohort_states(won)
    assert len(mature.x) == (states == "mature").sum()
    assert len(young.x) == (states == "immature").sum()
    assert figure.layout.showlegend is True
    assert "of 66 leads" in " ".join(mature.hovertext)


def test_a_single_young_month_has_a_whole_bar_inside_the_picture(won):
    figure = cohort_figure(won[~won["is_mature"]].iloc[[0]], "won", speaker("en"))
    start, end = (pd.Timestamp(edge) for edge in figure.layout.xaxis.range)
    half = pd.Timedelta(milliseconds=figure.data[0].width / 2)
    month = pd.Timestamp(figure.data[0].x[0])
    assert start < month - half < month + half < end


def test_month_with_too_few_leads_has_no_bar_and_does_not_stretch_the_scale(won):
    tiny = won.iloc[[0]].assign(n_cohort=1, horizon_rate=1.0, horizon_low=0.2, horizon_high=1.0)
    figure = cohort_figure(pd.concat([won, tiny]), "won", speaker("ja"))
    crosses = figure.data[-1]
    assert crosses.mode == "markers"
    assert list(crosses.y) == [0] * (cohort_states(won) == "too_few").sum() + [0]
    assert figure.layout.yaxis.range[1] < 0.5


def test_band_without_enough_handoffs_says_so_and_has_no_bar():
    result = calibrate(score_table((0, 400, 20, 0, 0), (50, 5, 5, 0, 0)), Points())
    figure = band_figure(result.bands, result.base_rate, speaker("en"))
    assert [list(trace.x) for trace in figure.data if trace.type == "bar"] == [[0]]
    text = annotations(figure)
    assert "too few to say" in text
    assert "no handoffs" in text
    assert "100.0%" not in text
    assert "n = 5" in " ".join(figure.layout.xaxis.ticktext)


def test_band_that_sales_hardly_worked_is_grey_and_hatched(good):
    figure = band_figure(good.bands, good.base_rate, speaker("en"))
    enough, thin, _ = figure.data
    assert list(enough.x) == [1, 2]
    assert list(thin.x) == [0]
    assert thin.marker.pattern.shape == "/"
    assert "all handoffs 16.1%" in [trace.name for trace in figure.data]
    assert figure.layout.yaxis.range[1] > good.bands["win_high"].max()


def test_win_rates_have_their_intervals(good):
    enough = band_figure(good.bands, good.base_rate, speaker("ja")).data[0]
    bands = good.bands.iloc[1:]
    assert list(np.add(enough.y, enough.error_y.array)) == pytest.approx(bands["win_high"].tolist())
    assert list(np.subtract(enough.y, enough.error_y.arrayminus)) == pytest.approx(bands["win_low"].tolist())


def test_nothing_judged_is_drawn_without_a_line():
    result = calibrate(score_table(), Points())
    assert np.isnan(result.base_rate)
    figure = band_figure(result.bands, result.base_rate, speaker("en"))
    assert not figure.layout.shapes
    assert annotations(figure).count("no handoffs") == 3
    assert annotations(coverage_figure(result.bands, speaker("en"))).count("no leads") == 3


def test_coverage_draws_the_highest_band_first(good):
    figure = coverage_figure(good.bands, speaker("en"))
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert [text.split("</b>")[0] for text in texts] == ["<b>Hot", "<b>Warm", "<b>Cold"]
    assert "94.3%  (330 of 350)" in texts[0]
    covered, thin = figure.data
    assert list(thin.y) == [0]
    assert thin.marker.pattern.shape == "/"
    assert list(covered.y) == [2, 1]


def test_bands_in_words():
    bands = list(calibrate(GOOD, Points()).bands.itertuples())
    assert [band_range(band, speaker("ja")) for band in bands] == ["19点以下", "20～39点", "40点以上"]
    one = calibrate(GOOD, Points(bands=Points().bands[:1])).bands
    assert band_range(next(one.itertuples()), speaker("en")) == "all scores"
