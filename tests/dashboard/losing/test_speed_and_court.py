"""What the sections on speed and on single cases say, in both languages, and that they are drawn."""

import numpy as np
import pandas as pd
import pytest

from analysis.losses.court import agreement
from analysis.losses.late_cost import LateCost
from analysis.losses.opt_outs import opt_outs
from analysis.losses.response import response
from analysis.losses.suspects import FAULTS
from dashboard import tables_response
from dashboard.figures.response import Mark, marks_figure
from dashboard.losing import court_outcome, speed
from dashboard.texts import LANGUAGES, speaker
from data.synthetic import build_company
from data.workspace import Workspace
from tests.analysis.losses.test_court import both
from tests.analysis.losses.test_opt_outs import made_calls
from tests.analysis.losses.test_response import timed_cases
from tests.dashboard.conftest import open_page, words

EN = speaker("en")


@pytest.fixture(scope="module")
def cliff():
    return timed_cases(2, 8_000, [0, 0, 0, 0, 0, -0.9, -2.5])[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("clock", ["hours", "business"])
def test_the_limit_is_said_with_its_numbers(cliff, language, clock):
    say, found = speaker(language), response(cliff, clock)
    limit, never = speed.sentences(found, say)
    rows = found.classes.set_index("response")
    assert say.percent(rows.loc[found.worse_from, "even_rate"]) in limit
    assert say(f"speed.{clock}.{found.worse_from}") in limit
    assert say.count(rows.loc["none", "n_leads"]) in never
    table = tables_response.response_table(found, say)
    assert table.shown.shape == ((rows["n_leads"] > 0).sum(), 10)
    assert table.exported.shape[1] == 12


def test_without_an_effect_that_is_said():
    found = response(timed_cases(7, 2_000, [0] * 7)[0])
    assert speed.sentences(found, EN)[0] == EN("speed.no_limit")


@pytest.mark.parametrize(
    ("numbers", "says"),
    [((40.0, 20.0, 60.0), "more of them would have been won"), ((5.0, -9.0, 19.0), "cannot be told"), ((np.nan,) * 3, "Too few")],
)  # fmt: skip
def test_what_late_calls_cost_is_said_as_far_as_it_is_known(numbers, says):
    regions = pd.DataFrame(
        {
            "region": ["kyushu"], "n_leads": [500], "n_late": [300], "late_rate": [0.6], "late_low": [0.5], "late_high": [0.7],
            "rest_rate": [0.1], "is_enough": [True], "is_late": [True], "n_wins_back": [numbers[0]],
            "back_low": [numbers[1]], "back_high": [numbers[2]],
        }
    )  # fmt: skip
    found = LateCost(regions=regions, n_late=300, n_wins_back=numbers[0], back_low=numbers[1], back_high=numbers[2])
    assert says in speed.cost_sentence(found, EN)
    assert len(tables_response.regions_table(found, EN).shown) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_advice_to_wait_names_who_how_long_and_the_price(language):
    calls = made_calls(1, n=3_000)
    is_early = calls.table["wait_hours"] < 24
    draw = np.random.default_rng(5)
    out = draw.random(3_000) < np.where((calls.table["deed"] == "read") & is_early, 0.25, 0.02)
    found = opt_outs(type(calls)(table=calls.table.assign(is_out=out), n_out_before=0))
    say = speaker(language)
    rule, price = speed.advice(found, say)
    assert say("speed.deed_whom.read") in rule
    assert say("speed.hours_long", n=24) in rule
    assert say.count(found.best["n_kept"].iloc[0]) in rule
    assert say.count(found.best["n_in_time"].iloc[0]) in price
    none = opt_outs(type(calls)(table=calls.table.assign(is_out=False), n_out_before=0))
    assert speed.advice(none, say) == [say("speed.out.no_rule")]
    assert len(tables_response.rules_table(found, say).shown) == 8
    assert len(tables_response.rates_table(found, say).shown) == 8


def test_marks_too_few_to_say_are_not_drawn():
    marks = [
        Mark(row=0, look="main", name="a", rate=0.1, low=0.05, high=0.2, text="t", code="x"),
        Mark(row=1, look="beside", name="b", rate=float("nan"), low=0, high=1, text="t", code="y"),
    ]
    figure = marks_figure(["one", "two"], marks)
    assert [trace.name for trace in figure.data] == ["a"]
    assert figure.data[0].customdata == ("x",)
    assert figure.layout.xaxis.range[1] == pytest.approx(0.2 * 1.08)


@pytest.mark.parametrize("language", LANGUAGES)
def test_agreement_is_said_as_far_as_it_is_known(language):
    say = speaker(language)
    assert court_outcome.sentences(agreement([]), say) == [say("court.agreement.none")]
    few = court_outcome.sentences(agreement(both([("score", "score")] * 3)), say)
    assert few == [say("court.agreement.few", n=3, same=3)]
    many = court_outcome.sentences(agreement(both([(FAULTS[n % 5], FAULTS[n % 4]) for n in range(40)])), say)
    assert len(many) == 2


def test_a_suspicion_is_said_with_its_shares():
    row = {"p_promised": 0.3, "p_fitted": 0.1, "suspected": "handling", **{f"share_{f}": 0.05 for f in FAULTS[:-1]}}
    text = court_outcome.suspicion(row, EN)
    assert EN("court.fault.handling") in text
    assert "30%" in text
    assert "+5.0" in text
    assert court_outcome.suspicion({**row, "p_fitted": np.nan}, EN) == EN("court.suspicion.unknown")


@pytest.fixture(scope="module")
def made_company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("speed") / "workspace")
    build_company(workspace, n_leads=3_000)
    return workspace


@pytest.mark.parametrize("tab", ["speed", "court"])
def test_both_tabs_are_drawn(made_company, monkeypatch, tab):
    text = words(open_page("whylost", made_company, monkeypatch, lang="en", tab=tab))
    assert EN(f"{tab}.heading") in text
    assert EN("error.defect") not in text
    expected = EN("speed.out.heading") if tab == "speed" else EN("court.agreement.heading")
    assert expected in text


def test_where_nobody_recorded_contacts_the_page_says_so(company, monkeypatch):
    assert EN("speed.unrecorded") in words(open_page("whylost", company, monkeypatch, lang="en", tab="speed"))
