"""With all numbers hidden, the sentences alone are right: good, bad, flat, reversed, too small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.alerts import Alert
from analysis.calibration import calibrate
from dashboard import alerts, sentences
from dashboard.texts import LANGUAGES, speaker
from dashboard.texts.speaker import load_texts
from tests.dashboard.conftest import Band, Points, score_table

FLAT = score_table((0, 500, 50, 0, 0), (30, 500, 50, 0, 0), (50, 500, 50, 0, 0))
REVERSED = score_table((0, 500, 150, 0, 0), (30, 500, 60, 0, 0), (50, 500, 10, 0, 0))
STRONG = score_table((0, 500, 2, 0, 0), (30, 500, 40, 0, 0), (50, 500, 200, 0, 0))
SMALL = score_table((0, 50, 1, 0, 0), (50, 50, 8, 0, 0))

CASES = {
    "strong": (STRONG, "tells the truth", "当たっています"),
    "none": (FLAT, "no signal", "手がかりになっていません"),
    "reversed": (REVERSED, "wrong way", "逆に働いています"),
    "too_few": (SMALL, "longer period", "広げるか"),
}


@pytest.mark.parametrize("case", CASES)
def test_verdict_in_words(case):
    table, en, ja = CASES[case]
    result = calibrate(table, Points())
    assert result.ranking.verdict == case
    assert en in sentences.verdict(result, speaker("en"))
    assert ja in sentences.verdict(result, speaker("ja"))


def test_headline_counts_out_of_ten():
    result = calibrate(STRONG, Points())
    assert sentences.headline(result, speaker("en")) == (
        "Of 10 wins, 7 came from the top 30% of scores; a coin would get 3."
    )
    assert sentences.headline(result, speaker("ja")) == (
        "受注10件のうち7件は、スコア上位30%から出ています。くじ引きなら3件です。"
    )


def test_headline_counts_out_of_a_hundred_where_ten_would_hide_the_difference():
    result = calibrate(STRONG, Points())
    result = replace(result, ranking=replace(result.ranking, top_capture=0.34))
    assert sentences.headline(result, speaker("en")).startswith("Of 100 wins, 34 came")


def test_headline_says_when_there_are_too_few():
    assert "9 wins among 100 handoffs" in sentences.headline(calibrate(SMALL, Points()), speaker("en"))


def test_order_of_bands_in_words():
    say = speaker("en")
    assert sentences.band_order(calibrate(STRONG, Points()), say) == [
        "Hot leads win clearly more often than Cold leads: their ranges do not overlap."
    ]
    assert "may be chance" in sentences.band_order(calibrate(FLAT, Points()), say)[0]
    assert len(sentences.band_order(calibrate(REVERSED, Points()), say)) == 2
    assert sentences.band_order(calibrate(SMALL, Points()), say)
    assert sentences.band_order(calibrate(score_table(), Points()), say) == []


def test_coverage_names_the_bands_that_cannot_be_judged(good):
    assert len(sentences.coverage(good, speaker("en"))) == 1
    assert "7.4% of the Cold leads" in sentences.coverage(good, speaker("en"))[0]
    assert "enough leads in every band" in sentences.coverage(calibrate(STRONG, Points()), speaker("en"))[0]


def test_alternative_text_says_everything_the_picture_does(good):
    text = sentences.bands_in_words(good, speaker("en"))
    assert "Hot (40 points or more) 30.0% of 300" in text
    few = calibrate(score_table((0, 5, 5, 0, 0)), Points())
    assert "too few to say (5)" in sentences.bands_in_words(few, speaker("en"))


def test_names_from_data_are_not_markup():
    bands = (Band("*甲*", "[a](http://b)", 0), Band("乙", "Top", 20))
    result = calibrate(score_table((0, 500, 2, 0, 5000), (50, 500, 200, 0, 0)), Points(bands=bands))
    assert "\\[a\\](http\\://b)" in sentences.coverage(result, speaker("en"))[0]


ALERTS = {
    "no_leads": {},
    "score_reversed": {"n": 100, "n_won": 30, "auc": 0.4, "top_share": 0.3, "top_capture": 0.1},
    "score_no_signal": {"n": 100, "n_won": 30, "auc": 0.5, "top_share": 0.3, "top_capture": 0.31},
    "score_too_few": {"n": 10, "n_won": 3, "min_won": 20, "min_lost": 20, "n_lost": 7},
    "band_reversed": {
        f"{side}_{name}": value
        for side in ("lower", "upper")
        for name, value in {"name_ja": "甲", "name_en": "A", "win_rate": 0.2, "n_mature": 40}.items()
    },
    "late_first_contact": {"region": "kyushu", "n": 60, "median_days": 7.04, "low": 6.0, "high": 8.0, "rest_median_days": 0.8},
    "source_worse": {"source": "seminar", "n": 90, "win_rate": 0.01, "win_low": 0.0, "win_high": 0.03, "rest_rate": 0.1, "n_missing": 8.1},
    "worse_than_before": {"kpi": "win_rate", "unit": "rate", "value": 0.1, "n": 50, "previous_value": 0.2, "previous_n": 60},
    "biggest_leak": {"from_stage": "sal", "to_stage": "sales_qualified", "n_previous": 100, "n_leads": 40, "step_rate": 0.4},
    "low_coverage": {"name_ja": "そのうち", "name_en": "Cold", "coverage": 0.1, "n_worked": 10, "n_standing": 90, "min_coverage": 0.2},
    "period_young": {"n_immature": 60, "n": 40},
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ALERTS)
def test_every_alert_is_a_sentence(code, language):
    text = alerts.sentence(Alert(code=code, severity="info", values=ALERTS[code]), speaker(language))
    assert text.endswith(("。", "."))
    assert "nan" not in text
    assert "_" not in text.replace("\\_", "")


def test_every_alert_has_a_text():
    written = {
        key.removeprefix("alert.").removesuffix("_never") for key in load_texts("en") if key.startswith("alert.")
    }
    assert written == set(ALERTS)


def test_numbers_in_alerts_are_readable():
    def say(code):
        return alerts.sentence(Alert(code=code, severity="info", values=ALERTS[code]), speaker("en"))

    assert say("late_first_contact") == (
        "In Kyushu it takes 7.0 days from the handoff to the first contact; elsewhere 0.8 days (n = 60)."
    )
    assert "after 20.0% in the period before" in say("worse_than_before")
    assert "8 more wins" in say("source_worse")
    never = ALERTS["late_first_contact"] | {"median_days": float("nan")}
    assert "not been contacted yet" in alerts.sentence(
        Alert(code="late_first_contact", severity="warning", values=never), speaker("en")
    )


def test_what_was_before_is_said_only_of_enough():
    rate = pd.Series({"unit": "rate", "value": 0.1, "is_enough": True, "previous_value": 0.2, "previous_n": 60})
    assert alerts.kpi_previous(rate, speaker("en")) == "before: 20.0%"
    assert alerts.kpi_delta(rate, speaker("en")) == "-10.0 pt"
    assert alerts.kpi_previous(pd.Series({**rate, "previous_n": 19}), speaker("en")) == "before: too few to say"
    assert alerts.kpi_delta(pd.Series({**rate, "previous_n": 19}), speaker("en")) is None
    count = pd.Series({"unit": "count", "value": 3, "is_enough": True, "previous_value": 2, "previous_n": 2})
    assert alerts.kpi_previous(count, speaker("en")) == "before: 2"
    assert alerts.kpi_previous(pd.Series({**rate, "previous_value": np.nan}), speaker("en")) == ""
