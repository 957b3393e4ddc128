"""Speed against winning: on known chances, against scikit-learn on rows, and in companies with and without late calls."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from analysis.business_hours import business_hours
from analysis.losses import loss_account, loss_cases
from analysis.losses.late_cost import late_cost
from analysis.losses.response import CLASSES, LIMITS, response, score_groups
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.analysis.losses.made_cases import Truth, made_cases

WAITS = (0.5, 2, 12, 30, 60, 200, np.nan)


def timed_cases(seed, n, effect, *, is_hot_sooner=False):
    """Cases called in classes at random, or the hotter the sooner; `effect` is added from class to class."""
    made = made_cases(seed, n, Truth())
    draw = np.random.default_rng(seed + 1)
    score = made.cases.table["score"].to_numpy()
    heat = (score - score.mean()) / score.std() if is_hot_sooner else 0
    place = np.clip(np.round(draw.normal(3 - 1.5 * heat, 1.5, n)), 0, 6).astype(int)
    log_odds = -2.5 + 0.3 * score + np.asarray(effect)[place]
    table = made.cases.table.assign(
        wait_hours=np.array(WAITS)[place], is_won=draw.random(n) < expit(log_odds), response="accepted"
    )
    return replace(made.cases, table=table), place


def test_hot_leads_called_sooner_are_not_taken_for_an_effect_of_speed():
    cases, _ = timed_cases(1, 30_000, [0] * 7, is_hot_sooner=True)
    found = response(cases)
    raw = found.classes["win_rate"]
    assert raw.iloc[0] > 1.5 * raw.iloc[5]
    assert found.worse_from == ""
    assert "less" not in set(found.classes["verdict"])
    even = found.classes["even_rate"]
    assert even.max() < 1.2 * even.min()


def test_with_no_effect_little_is_claimed_over_many_seeds():
    n_false = 0
    for seed in range(30):
        cases, _ = timed_cases(seed, 1_500, [0] * 7, is_hot_sooner=True)
        n_false += response(cases).classes["verdict"].isin(["less", "more"]).any()
    assert n_false <= 30 * 0.05 + 3 * np.sqrt(30 * 0.05 * 0.95)


def test_a_cliff_is_found_where_it_is():
    cases, _ = timed_cases(2, 20_000, [0, 0, 0, 0, 0, -0.9, -2.5])
    found = response(cases)
    assert found.worse_from == "later"
    rows = found.classes.set_index("response")
    assert rows["odds_low"]["later"] < np.exp(-0.9) < rows["odds_high"]["later"]
    assert rows["odds_low"]["none"] < np.exp(-2.5) * 1.2
    assert rows["verdict"]["none"] == "less"


def test_even_rates_are_those_of_a_logistic_regression_on_the_rows():
    cases, place = timed_cases(3, 4_000, [0, 0, 0, 0, 0, -0.9, -2.5], is_hot_sooner=True)
    table = cases.table
    columns = pd.get_dummies(
        pd.DataFrame({"c": place, "score": score_groups(table["score"]), "source": table["source"]}).astype("category")
    )
    columns = columns.drop(columns=["score_0", "source_source0"]).astype(float)
    # The same weak prior: a variance of 25 for each effect.
    fit = LogisticRegression(C=25.0, fit_intercept=False, tol=1e-10, max_iter=5000).fit(columns, table["is_won"])
    for number, found in enumerate(response(cases).classes["even_rate"]):
        as_if = columns.copy()
        as_if[[name for name in columns if name.startswith("c_")]] = 0.0
        as_if[f"c_{number}"] = 1.0
        assert found == pytest.approx(fit.predict_proba(as_if)[:, 1].mean(), abs=1e-5)


def test_even_rates_hold_the_truth():
    held = []
    effect = np.array([0, 0, 0, 0, 0, -0.9, -2.5])
    for seed in range(20):
        cases, _ = timed_cases(seed, 4_000, effect, is_hot_sooner=True)
        score = cases.table["score"].to_numpy()
        truth = [expit(-2.5 + 0.3 * score + one).mean() for one in effect]
        rows = response(cases).classes
        held += list((rows["even_low"] <= truth) & (truth <= rows["even_high"]))
    assert np.mean(held) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / len(held))


def test_counts_are_those_of_the_rows_and_few_say_nothing():
    cases, place = timed_cases(4, 300, [0] * 7)
    rows = response(cases).classes
    assert rows["n_leads"].tolist() == np.bincount(place, minlength=7).tolist()
    assert rows["n_leads"].sum() == 300
    few = rows[~rows["is_enough"]]
    assert len(few)
    assert few["even_rate"].isna().all()
    assert (few["verdict"].isin(["too_few", "first"])).all()


def test_without_contacts_nothing_is_said():
    cases, _ = timed_cases(5, 500, [0] * 7)
    silent = replace(cases, table=cases.table.assign(wait_hours=np.nan))
    found = response(silent)
    assert not found.is_recorded
    assert found.worse_from == ""
    assert found.classes["n_leads"].tolist() == [0] * 6 + [500]
    nobody = replace(cases, table=cases.table.iloc[:0])
    assert response(nobody).n_leads == 0


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("response"))
    build_company(workspace, n_leads=12_000)
    return workspace


@pytest.fixture(scope="module")
def cases(company):
    engine = open_reader(company)
    return loss_cases(engine, find_ruleset(company, "today"), Selection(as_of=engine.data_end))


def test_in_the_company_winning_falls_after_four_days(cases):
    found = response(cases)
    assert found.worse_from == "later"
    rows = found.classes.set_index("response")
    assert rows["odds_low"]["later"] < np.exp(-0.9) < rows["odds_high"]["later"]


def test_business_hours_put_the_company_into_other_classes(cases):
    found = response(cases, "business")
    table = cases.table
    contact_at = table["decided_at"] + pd.to_timedelta(table["wait_hours"], unit="h")
    hours = business_hours(table["decided_at"], contact_at)
    expected = [(hours < LIMITS["business"][0]).sum(), np.isnan(hours).sum()]
    assert found.classes["n_leads"].iloc[[0, -1]].tolist() == expected
    assert found.classes["n_leads"].sum() == len(table)
    assert list(found.classes["response"]) == list(CLASSES)


def test_the_late_region_pays_for_its_calls(cases):
    found = late_cost(cases)
    first = found.regions.iloc[0]
    assert first["region"] == "kyushu"
    assert first["is_late"]
    assert found.regions["is_late"].sum() == 1
    assert first["back_low"] > 0
    assert found.regions["n_wins_back"].sum() == pytest.approx(found.n_wins_back)
    rows = cases.table
    of_region = rows[rows["region"] == "kyushu"]
    assert (first["n_leads"], first["n_late"]) == (len(of_region), (of_region["wait_hours"] > 96).sum())


def test_the_regions_add_up_to_the_account(cases):
    account = loss_account(cases).causes.set_index("cause")
    found = late_cost(cases, cases.is_account)
    assert found.n_wins_back == pytest.approx(account["n_wins_back"]["late"], rel=1e-9)
    assert found.back_low == pytest.approx(account["wins_back_low"]["late"], abs=2)


def test_where_late_calls_cost_nothing_nothing_is_claimed(tmp_path):
    workspace = Workspace(tmp_path)
    build_company(workspace, n_leads=8_000, changes={"handling.late_effect": 0, "handling.p_late_region": 0.1})
    engine = open_reader(workspace)
    cases = loss_cases(engine, find_ruleset(workspace, "today"), Selection(as_of=engine.data_end))
    assert response(cases).worse_from == ""
    found = late_cost(cases)
    assert found.back_low < 0 < found.back_high
    assert not found.regions["is_late"].any()
