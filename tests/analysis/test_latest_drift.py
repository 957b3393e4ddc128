"""The leads of the latest months are told from earlier ones where they differ, and no more often than chance allows."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analysis.calibration import calibrate
from analysis.decided import Decided
from analysis.drift import SCORE
from analysis.judgement import drift_reason, judgement
from analysis.latest_drift import N_LATEST, LatestDrift, found_months, latest_drift
from analysis.rulesets import parse_ruleset
from analysis.selection import Selection

POINTS = (3, 5, -2, 4, 0)
RATES = np.array([0.3, 0.2, 0.15, 0.4, 0.3])
RULES = "\n".join(
    f"""
[[rule]]
id = "rule_{number}"
label = "Rule {number}"
axis = "engagement"
points = {points}
kind = "touch"
touch = "inquiry"
content = ["kind_{number}"]
"""
    for number, points in enumerate(POINTS)
)
RULESET = parse_ruleset(
    f"""
id = "made"
version = 1
threshold = 5
[[band]]
name = "High"
threshold = 5
[[band]]
name = "Low"
{RULES}
"""
)
AS_OF = datetime(2026, 1, 31)
SELECTION = Selection(as_of=AS_OF)


def made(rng, n=4000, *, moved=(), shift=0.0, first_on="2025-01-01", only_quick=True):
    """Decisions of a year; leads created in the months `moved` (as "2025-11") fire rule_1 more often by `shift`."""
    days = (np.datetime64(AS_OF, "D") - np.datetime64(first_on)).astype(int)
    created = np.datetime64(first_on, "us") + (rng.random(n) * days * 86400e6).astype("timedelta64[us]")
    delay = rng.random(n) * (29 if only_quick else 120)
    rates = np.tile(RATES, (n, 1))
    rates[np.isin(created.astype("datetime64[M]").astype(str), list(moved)), 1] += shift
    fired = (rng.random((n, len(POINTS))) < rates).astype(np.int64)
    return taken(created, created + (delay * 86400e6).astype("timedelta64[us]"), fired, rng)


def taken(created, decided_at, fired, rng):
    is_known = decided_at <= np.datetime64(AS_OF, "us")
    created, decided_at, fired = created[is_known], decided_at[is_known], fired[is_known]
    patterns, pattern_no = np.unique(fired, axis=0, return_inverse=True)
    number = np.arange(len(created), dtype=np.int32)
    return Decided(
        rule_ids=tuple(column.id for column in RULESET.columns),
        multiplicity=patterns,
        pattern_no=pattern_no.astype(np.int32),
        outcome_no=np.where(rng.random(len(created)) < 0.1, 4, 3).astype(np.int8),
        won_days=np.full(len(created), -1, dtype=np.int32),
        moment_no=number,
        lead_no=number,
        pass_no=np.ones(len(created), dtype=np.int32),
        decided_at=decided_at,
        created_at=created,
        codes={},
        labels={},
    )


def test_counts_and_means_are_those_of_the_rows():
    rng = np.random.default_rng(4)
    decisions = made(rng, only_quick=False)
    found = latest_drift(decisions, RULESET, SELECTION)
    rows = pd.DataFrame(decisions.multiplicity[decisions.pattern_no] * np.array(POINTS))
    rows["score"] = rows.sum(axis=1)
    rows["month"] = pd.Series(decisions.created_at).dt.to_period("M").dt.to_timestamp()
    rows = rows[(decisions.decided_at - decisions.created_at) <= np.timedelta64(30, "D")]
    rows = rows[rows["month"] < "2026-01-01"]  # the leads of January are not all 30 days old
    assert found.n_before == (rows["month"] < "2025-10-01").sum()
    for row in found.months.itertuples():
        column = "score" if row.rule_id == SCORE else int(row.rule_id.removeprefix("rule_"))
        assert row.n_leads == (rows["month"] == row.month).sum()
        assert row.points == pytest.approx(rows.loc[rows["month"] == row.month, column].mean())
        assert row.points_before == pytest.approx(rows.loc[rows["month"] < "2025-10-01", column].mean())
    assert sorted(set(found.months["month"])) == list(pd.date_range("2025-10-01", periods=3, freq="MS"))
    # A rule without points says nothing about the score.
    assert set(found.months["rule_id"]) == {SCORE, "rule_0", "rule_1", "rule_2", "rule_3"}


@pytest.mark.parametrize("n", [600, 2000])
def test_where_nothing_changed_a_reason_is_as_rare_as_chance_allows(n):
    rng = np.random.default_rng(n)
    wrong = [drift_reason(latest_drift(made(rng, n), RULESET, SELECTION), SELECTION) is not None for _ in range(80)]
    assert np.mean(wrong) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 80)


def test_chance_alone_is_as_rare_as_promised_without_the_limit_that_matters():
    """Of families of tests in which nothing changed, at most one in twenty has a month beyond chance."""
    rng = np.random.default_rng(8)
    wrong = []
    for _ in range(120):
        shares = [rng.dirichlet(np.ones(rng.integers(2, 9))) for _ in range(12)]
        n_leads = (5000, 150, 300, 40)
        tables = {
            f"rule_{number}": np.array([rng.multinomial(n, share) for n in n_leads], dtype=float)
            for number, share in enumerate(shares)
        }
        wrong.append((found_months(tables)["chance"] < 0.05).any())
    assert np.mean(wrong) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 120)


def test_a_rule_that_fires_more_often_is_named_with_its_month():
    rng = np.random.default_rng(3)
    reasons = []
    for _ in range(20):
        found = latest_drift(made(rng, moved=("2025-11",), shift=0.25), RULESET, SELECTION)
        reasons.append(drift_reason(found, SELECTION))
    assert all(reason is not None and reason.level == "caution" for reason in reasons)
    assert all(reason.values["month"] == date(2025, 11, 1) for reason in reasons)
    assert all("rule_1" in reason.values["rules"] and not reason.values["is_lasting"] for reason in reasons)
    assert {reason.values["is_more"][reason.values["rules"].index("rule_1")] for reason in reasons} == {True}
    # Those created on the last day of November, handed over 30 days later, are known 180 days after that.
    assert {reason.values["known_on"] for reason in reasons} == {date(2025, 12, 1) + timedelta(days=210)}


def test_a_change_that_lasts_and_lowers_the_whole_score_is_said_so():
    rng = np.random.default_rng(5)
    created = np.datetime64("2025-01-01", "us") + (rng.random(6000) * 390 * 86400e6).astype("timedelta64[us]")
    is_late = created >= np.datetime64("2025-11-01")
    fired = (rng.random((6000, len(POINTS))) < np.where(is_late[:, None], 0.4, 1.3) * RATES).astype(np.int64)
    decisions = taken(created, created + np.timedelta64(5, "D"), fired, rng)
    reason = drift_reason(latest_drift(decisions, RULESET, SELECTION), SELECTION)
    assert reason.code == "scores_fell"
    assert (reason.values["month"], reason.values["is_lasting"]) == (date(2025, 11, 1), True)
    assert reason.values["is_more"][reason.values["rules"].index("rule_1")] is False


def test_too_few_leads_and_no_past_say_nothing():
    rng = np.random.default_rng(1)
    moved = ("2025-10", "2025-11", "2025-12")
    assert latest_drift(made(rng, 40, moved=moved, shift=0.6), RULESET, SELECTION).moved == ()
    young = made(rng, 2000, moved=("2025-12",), shift=0.6, first_on="2025-10-01")
    found = latest_drift(young, RULESET, SELECTION)
    assert found.n_before == 0
    assert found.months["chance"].isna().all()
    assert latest_drift(made(rng, 0), RULESET, SELECTION).moved == ()


def test_months_that_the_selection_cuts_are_left_out():
    decisions = made(np.random.default_rng(2), moved=("2025-12",), shift=0.4)
    whole = latest_drift(decisions, RULESET, SELECTION)
    assert {moved.month for moved in whole.moved if moved.rule_id == "rule_1"} == {pd.Timestamp("2025-12-01")}
    until_new_year = Selection(as_of=AS_OF, end=date(2026, 1, 1))
    assert latest_drift(decisions, RULESET, until_new_year).moved == ()
    since_december = Selection(as_of=AS_OF, start=date(2025, 12, 1))
    assert latest_drift(decisions, RULESET, since_december).n_before == 0


def scored(rng, win_rates):
    scores = pd.DataFrame({"score": [0, 8], "n_mature": [600, 600], "n_won": rng.binomial(600, win_rates)})
    return calibrate(scores.assign(n_immature=5, n_already_decided=0, n_standing=0), RULESET)


def test_drift_makes_a_good_score_one_to_use_with_care_and_says_nothing_of_one_that_cannot_be_judged():
    rng = np.random.default_rng(6)
    good, drifting = scored(rng, [0.02, 0.3]), made(rng, moved=("2025-12",), shift=0.4)
    assert judgement(good, made(rng), RULESET, SELECTION).state == "ready"
    found = judgement(good, drifting, RULESET, SELECTION)
    assert (found.state, found.signal) == ("caution", "strong")
    assert [reason.code for reason in found.reasons if reason.level == "caution"] in (["rules_moved"], ["scores_rose"])
    assert found.remedies[-1].code == "check_drift"
    assert found.remedies[-1].values["month"] == date(2026, 7, 1)
    unknown = judgement(scored(rng, [0.001, 0.001]), drifting, RULESET, SELECTION)
    assert unknown.state == "cannot_say"
    assert not {"rules_moved", "scores_rose"} & {reason.code for reason in unknown.reasons}


def test_where_the_outcomes_are_known_already_nobody_is_told_to_wait_for_them():
    rng = np.random.default_rng(6)
    good, drifting = scored(rng, [0.02, 0.3]), made(rng, moved=("2025-12",), shift=0.4)
    later = Selection(as_of=AS_OF + timedelta(days=400), end=date(2026, 1, 31))
    found = judgement(good, drifting, RULESET, later)
    assert found.remedies[-1].code == "judge_drifted"
    assert found.remedies[-1].values == {"month": date(2025, 12, 1)}
    # The last day on which they are still to come, and the first on which they are known: 1 January + 30 + 180 days.
    for day, code in ((29, "check_drift"), (30, "judge_drifted")):
        at = Selection(as_of=datetime(2026, 7, day), end=date(2026, 1, 31))
        assert judgement(good, drifting, RULESET, at).remedies[-1].code == code


def test_a_tool_that_stopped_to_give_scores_did_not_give_lower_ones():
    months = pd.DataFrame(
        {
            "month": pd.date_range("2025-10-01", periods=3, freq="MS"),
            "rule_id": SCORE,
            "excess": [0.0, 8.0, 8.0],
            "points": [50.0, np.nan, np.nan],
            "points_before": 50.0,
            "is_moved": [False, True, True],
        }
    )
    found = LatestDrift(months=months, n_before=5000)
    assert drift_reason(found, SELECTION).code == "rules_moved"


def test_n_latest_is_what_the_tables_have():
    with pytest.raises(IndexError):
        found_months({"rule": np.ones((N_LATEST, 2))})
