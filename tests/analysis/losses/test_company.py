"""One synthetic company, its outcomes drawn anew from the chances that are written down in truth.json."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom

from analysis.losses import loss_account, loss_cases
from analysis.losses.fooled import fooled
from analysis.replay import lead_scores
from analysis.rulesets import find_ruleset, parse_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace

from .made_cases import Made

N_SEEDS = 20
LEAST_COVERED = int(binom.ppf(0.005, N_SEEDS, 0.95))
MOST_CLAIMED = int(binom.ppf(0.995, N_SEEDS, 0.05))
WRONG = {"white_paper", "industry_consulting", "business_card", "price_inquiry"}

VENDOR = """
id = "vendor"
version = 1
kind = "score"
scorer = "vendor_ai"
axis = ["fit", "engagement"]
low = 0
high = 200
threshold = 100
[[band]]
name = "High"
threshold = 100
owner = "field_sales"
[[band]]
name = "Low"
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("company"))
    build_company(workspace, n_leads=12_000, seed=3)
    return workspace, open_reader(workspace)


@pytest.fixture(scope="module")
def cases(company):
    workspace, reader = company
    return loss_cases(reader, find_ruleset(workspace, "today"), Selection(as_of=reader.data_end))


@pytest.fixture(scope="module")
def truth(company):
    return json.loads((company[0].root / "truth.json").read_text(encoding="utf-8"))


def chances(cases, truth, *, is_quiet=False):
    """Return the log-odds of each case, by cause as the account splits them; without causes when quiet."""
    win, table = truth["win"], cases.table
    rules = {rule["id"]: rule for rule in truth["rules"]}
    columns = [cases.ruleset.rules[column.rule_no].id for column in cases.ruleset.columns]
    off = [win["log_odds_per_point"] * (rules[rule]["true_points"] - rules[rule]["points"]) for rule in columns]
    effects = {source["source"]: source["effect"] for source in truth["sources"]}
    source = table["source"].map(effects).to_numpy(dtype=float)
    common = table["source"].value_counts()
    mean = np.mean([effects[name] for name in common[common >= 20].index])
    handling = table["handling"].to_numpy()
    parts = {
        "score": cases.multiplicity @ np.array(off),
        "blind_spot": source - mean,
        "late": np.where(handling == "late", win["late_effect"], 0.0),
        "no_contact": np.where(handling == "none", win["no_contact_effect"], 0.0),
    }
    if is_quiet:
        parts, mean = {cause: 0 * part for cause, part in parts.items()}, 0.0
    parts |= {cause: np.zeros(len(table)) for cause in ("department", "rep", "data", "market")}
    promised = win["intercept"] + mean + win["log_odds_per_point"] * table["score"].to_numpy(dtype=float)
    return Made(cases=cases, log_odds=promised + sum(parts.values()), parts=parts, promised=promised)


def redrawn(made, seed):
    won = np.random.default_rng(seed).random(len(made.log_odds)) < expit(made.log_odds)
    return replace(made.cases, table=made.cases.table.assign(is_won=won))


@pytest.fixture(scope="module")
def planted(cases, truth):
    made = chances(cases, truth)
    return made, [loss_account(redrawn(made, seed)) for seed in range(N_SEEDS)]


@pytest.mark.parametrize("cause", ["score", "blind_spot", "late", "no_contact", "department", "rep", "data", "market"])
def test_the_intervals_hold_what_was_planted(planted, cause):
    made, accounts = planted
    true = made.losses(cause)
    rows = [account.causes.set_index("cause").loc[cause] for account in accounts]
    assert sum(row["low"] <= true <= row["high"] for row in rows) >= LEAST_COVERED


def test_what_was_planted_comes_out_on_top(planted):
    _, accounts = planted
    clear = [set(account.causes.loc[account.causes["is_clear"], "cause"]) for account in accounts]
    assert sum({"late", "no_contact"} <= found for found in clear) >= LEAST_COVERED
    sources = [account.levels.query("cause == 'blind_spot'").iloc[0] for account in accounts]
    assert sum(row["label"] == "content_site" and row["is_clear"] for row in sources) >= LEAST_COVERED
    strongest = [
        set(account.rules.loc[account.rules["n_lost"].abs().nlargest(4).index, "rule_id"]) for account in accounts
    ]
    assert sum(len(found & WRONG) >= 3 for found in strongest) >= LEAST_COVERED


def test_without_causes_nothing_is_claimed(cases, truth):
    made = chances(cases, truth, is_quiet=True)
    drawn = [redrawn(made, seed) for seed in range(N_SEEDS)]
    accounts = [loss_account(each) for each in drawn]
    for table in ("causes", "rules", "levels"):
        assert sum(bool(getattr(account, table)["is_clear"].any()) for account in accounts) <= MOST_CLAIMED
    points = [fooled(each) for each in drawn]
    for table in ("rules", "alone", "small"):
        assert sum(bool(getattr(each, table)["is_clear"].any()) for each in points) <= MOST_CLAIMED


def test_planted_points_are_those_that_fooled(cases):
    rules = fooled(cases).rules.set_index("rule_id")
    assert list(rules.index[:1]) == ["business_card"]
    assert rules.index[-1] == "price_inquiry"
    assert rules.loc[["business_card", "price_inquiry"], "is_clear"].all()


def test_the_score_of_another_tool_has_an_account_that_adds_up(company):
    _, reader = company
    ruleset, selection = parse_ruleset(VENDOR), Selection(as_of=reader.data_end)
    found = loss_cases(reader, ruleset, selection)
    scores = lead_scores(reader, ruleset, selection)
    is_high = scores["group"].isin(["won", "not_won"]) & ~scores["is_gated"] & (scores["score"] >= 100)
    account = loss_account(found)
    assert account.n_high == is_high.sum() > 100
    assert account.n_expected + account.causes["n_lost"].sum() + account.n_luck == pytest.approx(account.n_lost)
    assert account.luck_low < account.n_luck < account.luck_high
    assert fooled(found).status == "no_rules"
