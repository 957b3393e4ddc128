"""Three readings of the rules: against scikit-learn, against known beliefs, and without differences."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression

from analysis.losses import loss_cases
from analysis.meeting.alignment import alignment
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.analysis.losses.made_cases import POINTS, Truth, made_cases

TRUE = {"inquiry": 3, "seminar": 2, "webinar": 1, "white_paper": 0, "visit": 1, "small": -2}
BELIEVED = {"inquiry": 3, "seminar": 2, "webinar": 1, "white_paper": 2, "visit": 4, "small": -2}
PER_POINT = 0.3
WRONG = tuple((name, PER_POINT * (TRUE[name] - POINTS[name])) for name in POINTS)
N_SEEDS = 30


def answered(seed, beliefs=BELIEVED, truth=TRUE):
    """Cases whose wins follow `truth` and whose acceptance follows `beliefs`."""
    wrong = tuple((name, PER_POINT * (truth[name] - POINTS[name])) for name in POINTS)
    made = made_cases(seed, 3_000, Truth(per_point=PER_POINT, wrong=wrong, late=-0.8)).cases
    believed = -0.8 + 0.25 * made.multiplicity @ np.array(list(beliefs.values()))
    is_accepted = np.random.default_rng(seed + 1).random(len(believed)) < expit(believed)
    answers = np.where(is_accepted, "accepted", "rejected")
    return replace(made, table=made.table.assign(response=answers, from_department="marketing"))


@pytest.fixture(scope="module")
def alignments():
    return [alignment(answered(seed)).rules.set_index("rule_id") for seed in range(N_SEEDS)]


@pytest.mark.parametrize(("reading", "points"), [("deals", TRUE), ("sales", BELIEVED)])
@pytest.mark.parametrize("rule", ["inquiry", "white_paper", "visit", "small"])
def test_the_intervals_hold_what_is_true_and_what_is_believed(alignments, reading, points, rule):
    held = [
        rules.loc[rule, f"{reading}_low"] <= points[rule] <= rules.loc[rule, f"{reading}_high"] for rules in alignments
    ]
    assert sum(held) >= binom.ppf(0.005, N_SEEDS, 0.95)


def test_it_is_said_who_is_wrong_about_what(alignments):
    def share(column, rule):
        return np.mean([rules.loc[rule, column] for rules in alignments])

    assert share("marketing_differs", "white_paper") > 0.9
    assert share("sales_differ", "white_paper") > 0.8
    assert share("sales_differ", "visit") > 0.9
    assert share("departments_differ", "visit") > 0.9
    for column in ("marketing_differs", "sales_differ", "departments_differ"):
        assert share(column, "inquiry") < 0.2


def test_departments_that_are_right_are_left_alone():
    quiet = [alignment(answered(seed, POINTS, POINTS)).rules for seed in range(N_SEEDS)]
    for column in ("marketing_differs", "sales_differ", "departments_differ"):
        claims = [bool(rules[column].any()) for rules in quiet]
        assert sum(claims) <= binom.ppf(0.995, N_SEEDS, 0.05)


def test_what_sales_believe_is_a_plain_logistic_regression():
    cases = answered(1)
    found = alignment(cases)
    plain = LogisticRegression(C=25.0, tol=1e-10, max_iter=1_000).fit(
        cases.multiplicity, cases.table["response"] == "accepted"
    )
    implied = plain.coef_[0] / found.sales.log_odds_per_point
    assert found.rules["sales_points"].to_numpy() == pytest.approx(implied, abs=1e-2)


def test_leads_that_sales_brought_themselves_say_nothing_of_their_beliefs():
    cases = answered(2)
    own = cases.table.assign(from_department=np.where(np.arange(3_000) < 1_000, "sales", "marketing"))
    assert alignment(replace(cases, table=own)).sales.n == 2_000


def test_few_answers_give_no_reading():
    cases = answered(3)
    silent = replace(cases, table=cases.table.assign(response=None))
    found = alignment(silent)
    assert (found.sales.n, found.sales.is_enough, found.deals.is_enough) == (0, False, True)
    assert found.rules["sales_points"].isna().all()
    assert not found.rules[["sales_differ", "departments_differ"]].any(axis=None)


def test_the_beliefs_of_the_synthetic_sales_team_come_out(tmp_path):
    workspace = Workspace(tmp_path)
    build_company(workspace, n_leads=12_000)
    engine = open_reader(workspace)
    cases = loss_cases(engine, find_ruleset(workspace, "today"), Selection(as_of=engine.data_end))
    found = alignment(cases)
    rules = found.rules.set_index("rule_id")
    truth = json.loads(workspace.truth.read_text(encoding="utf-8"))
    per_point = truth["accept"]["log_odds_per_belief_point"]
    held = [
        rules.loc[rule["id"], "sales_low"]
        <= rule["belief_points"] * per_point / found.sales.log_odds_per_point
        <= rules.loc[rule["id"], "sales_high"]
        for rule in truth["rules"]
    ]
    assert sum(held) >= binom.ppf(0.005, len(held), 0.95)
    assert rules.loc[["price_inquiry", "business_card", "white_paper"], "marketing_differs"].all()
    assert rules.loc["business_card", "sales_differ"]
