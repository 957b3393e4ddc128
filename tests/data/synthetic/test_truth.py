"""What `truth.json` says is true of the history, by independent computation."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.replay import pattern_table, rule_hits, score_table
from analysis.rulesets import load_ruleset
from analysis.selection import Selection
from data.contract import TABLES
from data.store import Reader
from data.synthetic.planted import read_planted
from data.synthetic.truth import truth, win_lag_days
from data.workspace import Workspace

from .oracle import logistic_fit, multiplicities, read_handoffs, read_rules

AS_OF = datetime(2026, 3, 31, 9)


@pytest.fixture(scope="module")
def handoffs(large_history: Reader) -> pd.DataFrame:
    handoffs = read_handoffs(large_history)
    wait = handoffs["first_contact_at"] - handoffs["handed_off_at"]
    return handoffs.assign(
        is_mature=handoffs["handed_off_at"] + timedelta(days=180) <= AS_OF,
        is_won=handoffs["won_at"].notna(),
        is_late=wait > pd.Timedelta(hours=96),
        is_contacted=wait.notna(),
    )


@pytest.fixture(scope="module")
def counted(large_history: Reader, large_company: Workspace, handoffs: pd.DataFrame) -> pd.DataFrame:
    return multiplicities(large_history, read_rules(large_company.root), handoffs)


def test_wins_follow_the_planted_effects(
    handoffs: pd.DataFrame, counted: pd.DataFrame, large_truth: dict[str, Any]
) -> None:
    sources = pd.get_dummies(handoffs["source"])[["content_site", "referral"]]
    handling = pd.DataFrame({"late": handoffs["is_late"], "no_contact": ~handoffs["is_contacted"]})
    features = pd.concat([counted, sources, handling], axis=1)[handoffs["is_mature"]].astype(float)
    coefficients, errors = logistic_fit(features.to_numpy(), handoffs["is_won"][handoffs["is_mature"]].to_numpy())

    planted = [large_truth["win"]["intercept"], *(rule["effect"] for rule in large_truth["rules"])]
    effects = {source["source"]: source["effect"] for source in large_truth["sources"]}
    planted += [effects["content_site"], effects["referral"]]
    planted += [large_truth["win"]["late_effect"], large_truth["win"]["no_contact_effect"]]
    deviation = (coefficients - np.array(planted)) / errors
    assert np.abs(deviation).max() < 3.5
    assert (deviation**2).mean() < 2


def test_the_wrong_points_can_be_told_from_today(
    handoffs: pd.DataFrame, counted: pd.DataFrame, large_truth: dict[str, Any]
) -> None:
    mature = handoffs["is_mature"].to_numpy()
    coefficients, errors = logistic_fit(counted[mature].to_numpy(), handoffs["is_won"][mature].to_numpy())
    scale = large_truth["win"]["log_odds_per_point"]
    rules = pd.DataFrame(large_truth["rules"]).assign(found=coefficients[1:] / scale, error=errors[1:] / scale)
    distance = ((rules["found"] - rules["points"]) / rules["error"]).abs()
    assert set(rules.loc[rules["category"] != "right", "category"]) == {"useless", "wrong_sign", "too_low", "too_high"}
    assert (distance[rules["category"] != "right"] > 4).all()
    assert (distance[rules["category"] == "right"] < 3.5).all()


def test_acceptance_follows_what_sales_believe(
    handoffs: pd.DataFrame, counted: pd.DataFrame, large_truth: dict[str, Any]
) -> None:
    answered = (handoffs["response"].notna() & (handoffs["from_department"] == "marketing")).to_numpy()
    accepted = (handoffs["response"] == "accepted")[answered].to_numpy()
    coefficients, errors = logistic_fit(counted[answered].to_numpy(), accepted)
    planted = [large_truth["accept"]["intercept"], *(rule["belief_effect"] for rule in large_truth["rules"])]
    assert np.abs((coefficients - np.array(planted)) / errors).max() < 3.5


def test_points_that_are_right_are_today_s(large_truth: dict[str, Any]) -> None:
    for rule in large_truth["rules"]:
        assert (rule["points"] == rule["true_points"]) == (rule["category"] == "right")
        assert rule["effect"] == pytest.approx(rule["true_points"] * large_truth["win"]["log_odds_per_point"])


def test_the_late_region_is_late(handoffs: pd.DataFrame, large_truth: dict[str, Any]) -> None:
    late_rate = handoffs[handoffs["is_contacted"]].groupby("region")["is_late"].mean()
    region = large_truth["late_region"]
    assert late_rate.pop(region["region"]) == pytest.approx(region["p_late"], abs=0.05)
    assert late_rate.to_numpy() == pytest.approx(region["p_late_elsewhere"], abs=0.05)


def test_the_weak_source_is_weak(handoffs: pd.DataFrame, large_truth: dict[str, Any]) -> None:
    mature = handoffs[handoffs["is_mature"]]
    win_rate = mature.groupby(mature["source"] == large_truth["weak_source"])["is_won"].mean()
    assert win_rate[True] < 0.7 * win_rate[False]


def test_the_population_drifts_for_one_month(large_history: Reader, large_truth: dict[str, Any]) -> None:
    leads = large_history.query("SELECT created_at + INTERVAL 9 HOURS AS created_at, source, employees FROM leads")
    month = leads["created_at"].dt.strftime("%Y-%m")
    by_month = leads.groupby(month).agg(
        exhibition_rate=("source", lambda source: (source == "exhibition").mean()),
        small_rate=("employees", lambda employees: (employees.dropna() < 100).mean()),
    )
    drifted = by_month.loc[large_truth["drift"]["month"]]
    others = by_month.drop(index=large_truth["drift"]["month"])
    assert len(others) == 23
    assert drifted["exhibition_rate"] > 2 * others["exhibition_rate"].max()
    assert drifted["small_rate"] > others["small_rate"].max() + 0.05


def test_recent_months_are_too_young(handoffs: pd.DataFrame, large_truth: dict[str, Any]) -> None:
    months = handoffs["handed_off_at"].dt.to_period("M")
    win_rate = handoffs.groupby(months)["is_won"].mean()
    assert win_rate.iloc[-1] < 0.02 < 0.09 < win_rate.iloc[-12:-7].min()
    assert large_truth["counts"]["immature_handoffs"] > 1000


def test_the_lag_of_wins_is_as_planted(handoffs: pd.DataFrame, large_truth: dict[str, Any]) -> None:
    won = handoffs[handoffs["is_mature"] & handoffs["is_won"]]
    days = (won["won_at"] - won["handed_off_at"]).dt.total_seconds() / 86400
    lag = large_truth["win"]["lag_days"]
    assert days.median() == pytest.approx(lag["median"], abs=5)
    assert days.quantile(0.8) == pytest.approx(lag["p80"], abs=7)
    assert lag["minimum"] <= days.min() <= days.max() <= lag["maximum"] + 3 < large_truth["horizon_days"]


def test_the_win_rate_is_that_of_a_company(handoffs: pd.DataFrame) -> None:
    mature = handoffs[handoffs["is_mature"]]
    assert len(mature) > 5_000
    assert 0.08 < mature["is_won"].mean() < 0.15


def test_what_happens_after_the_handoff_would_fool_a_score(large_history: Reader, handoffs: pd.DataFrame) -> None:
    later = large_history.query(
        "SELECT h.handoff_id, count(*) AS n FROM handoffs AS h INNER JOIN touches AS t USING (lead_id) "
        'WHERE t."at" > h.handed_off_at GROUP BY h.handoff_id'
    ).set_index("handoff_id")["n"]
    n_later = handoffs["handoff_id"].map(later).fillna(0)[handoffs["is_mature"]]
    assert n_later[handoffs["is_won"]].mean() > 1.5 * n_later[~handoffs["is_won"]].mean()
    titles = large_history.query(
        "SELECT h.handoff_id, f.value FROM handoffs AS h INNER JOIN lead_facts AS f USING (lead_id) "
        "WHERE f.field = 'seniority' AND f.known_at > h.handed_off_at"
    )
    titles["is_won"] = titles["handoff_id"].map(handoffs.set_index("handoff_id")["is_won"])
    is_senior = titles["value"].isin(["executive", "director"])
    assert is_senior[titles["is_won"]].mean() > is_senior[~titles["is_won"]].mean() + 0.2


def test_early_calls_to_white_paper_readers_make_opt_outs(handoffs: pd.DataFrame, counted: pd.DataFrame) -> None:
    serious = counted[["inquiry", "price_inquiry", "trial_request", "seminar"]].sum(axis=1)
    assert ((counted["white_paper"] > 0) & (serious == 0)).sum() > 500


def test_opt_outs_after_early_calls(large_history: Reader, handoffs: pd.DataFrame, counted: pd.DataFrame) -> None:
    opted_out = set(large_history.query("SELECT lead_id FROM opt_outs")["lead_id"])
    readers = (counted["white_paper"] > 0) & (
        counted[["inquiry", "price_inquiry", "trial_request", "seminar"]].sum(axis=1) == 0
    )
    wait = handoffs["first_contact_at"] - handoffs["handed_off_at"]
    rate = handoffs["lead_id"].isin(opted_out).groupby([readers, wait <= pd.Timedelta(hours=24)]).mean()
    assert rate[True, True] > 2 * rate[True, False]
    assert rate[True, True] > 3 * rate[False, True]


def test_the_replay_counts_the_same(
    large_history: Reader, large_company: Workspace, large_truth: dict[str, Any], handoffs: pd.DataFrame, counted: Any
) -> None:
    ruleset = load_ruleset(large_company.rulesets / "today" / "1.toml")
    selection = Selection(as_of=AS_OF)
    hits = rule_hits(large_history, ruleset, selection)
    key = handoffs["lead_id"] + "-" + handoffs["pass_no"].astype(str)
    replayed = (
        hits.assign(key=hits["lead_id"] + "-" + hits["pass_no"].astype(str))
        .pivot_table(index="key", columns="rule_id", values="multiplicity", aggfunc="sum", fill_value=0)
        .reindex(index=key, columns=counted.columns, fill_value=0)
    )
    assert (replayed.to_numpy() == counted.to_numpy()).all()
    scores = score_table(pattern_table(large_history, ruleset, selection), ruleset)
    assert scores["n_mature"].sum() == large_truth["counts"]["mature_handoffs"]
    assert scores["n_won"].sum() == large_truth["counts"]["mature_won"]
    assert scores["n_immature"].sum() == large_truth["counts"]["immature_handoffs"]


def test_low_bands_are_worked_seldom_but_not_never(large_history: Reader, large_company: Workspace) -> None:
    ruleset = load_ruleset(large_company.rulesets / "today" / "1.toml")
    scores = score_table(pattern_table(large_history, ruleset, Selection(as_of=AS_OF)), ruleset)
    worked = scores[["n_mature", "n_immature"]].sum(axis=1).groupby(scores["score"] >= ruleset.threshold).sum()
    standing = scores["n_standing"].groupby(scores["score"] >= ruleset.threshold).sum()
    coverage = worked / (worked + standing)
    assert 0.02 < coverage[False] < 0.2
    assert coverage[True] > 0.8


def test_counts_are_exact(large_history: Reader, large_truth: dict[str, Any], handoffs: pd.DataFrame) -> None:
    counts = large_truth["counts"]
    for table in TABLES:
        assert counts[table] == large_history.query(f"SELECT count(*) AS n FROM {table}")["n"].item()
    assert counts["won"] == large_history.query("SELECT count(*) AS n FROM deals WHERE outcome = 'won'")["n"].item()
    assert counts["mature_won"] == (handoffs["is_won"] & handoffs["is_mature"]).sum()
    assert counts["immature_won"] == (handoffs["is_won"] & ~handoffs["is_mature"]).sum()
    for response in ("accepted", "rejected"):
        assert counts[response] == (handoffs["response"] == response).sum()


def test_truths_can_be_taken_away() -> None:
    planted = read_planted(
        {"handling.late_effect": 0, "source.content_site.effect": 0, "effect.white_paper.true_points": 2}
    )
    document = truth(planted, 1, {"leads": 1})
    assert document["win"]["late_effect"] == 0
    assert {rule["id"]: rule["true_points"] for rule in document["rules"]}["white_paper"] == 2
    assert planted.parameters()["handling_late_effect"] == 0


def test_lag_quantiles_of_a_known_distribution() -> None:
    lag = {"lag_minimum_days": 10, "lag_median_days": 20, "lag_shape": 1, "lag_maximum_days": 1e12}
    assert win_lag_days(lag, 0.5) == pytest.approx(30)
    assert win_lag_days(lag, 0.8) == pytest.approx(90)
