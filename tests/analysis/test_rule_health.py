"""Rule health: the counts against a row-level count, the verdicts against what was planted."""

import json
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from analysis.replay import ReplayError, lead_scores, pattern_table, rule_hits
from analysis.rule_effects import hidden, is_hit, partial_effects, uncapped
from analysis.rule_health import rule_health
from analysis.rulesets import find_ruleset, parse_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.analysis.histories import day
from tests.analysis.test_replay import engine_of

BAND = '[[band]]\nname = "all"\n'

RULES = """
id = "small"
version = 1
threshold = 1

[[rule]]
id = "seminar"
kind = "touch"
touch = "seminar"
points = 3
repeat = "each"
cap = 2

[[rule]]
id = "tiered"
kind = "touch"
touch = "page_visit"
repeat = "tiers"
tiers = [{ from = 1, points = 1 }, { from = 3, points = 4 }]
group = "web"

[[rule]]
id = "webinar"
kind = "touch"
touch = "webinar"
points = 4
half_life_days = 30
repeat = "each"
cap = 3
group = "web"

[[rule]]
id = "size"
kind = "attribute"
field = "employees"
min = 1000
points = 2

[[rule]]
id = "grade"
kind = "attribute"
fact = "revenue_class"
in = ["A"]
points = 2

[[rule]]
id = "budget"
kind = "bant"
item = "budget"
answer = "yes"
points = 2

[[group]]
id = "web"
max_points = 5
"""


@pytest.fixture(scope="module")
def companies(tmp_path_factory):
    """Two companies with the same truths."""
    found = []
    for seed in (1, 2):
        workspace = Workspace(tmp_path_factory.mktemp(f"company{seed}"))
        build_company(workspace, n_leads=20_000, seed=seed)
        found.append(workspace)
    return found


def small_history():
    leads = [
        {"lead_id": f"l{number}", "created_at": day(0), "source": "web" if number % 2 else "fair"}
        | ({"employees": 2000} if number % 2 else {})
        for number in range(60)
    ]
    touches = [
        {"touch_id": f"t{number}{kind}{n}", "lead_id": f"l{number}", "at": day(1 + n), "kind": kind}
        for number in range(60)
        for kind, count in (("seminar", number % 4), ("page_visit", number % 5), ("webinar", number % 3))
        for n in range(count)
    ]
    handoffs = [
        {"handoff_id": f"h{number}", "lead_id": f"l{number}", "handed_off_at": day(10), "pass_no": 1}
        for number in range(50)
    ]
    deals = [
        {"deal_id": f"d{n}", "lead_id": f"l{n}", "opened_at": day(11), "closed_at": day(20), "outcome": "won"}
        for n in range(0, 50, 3)
    ]
    later = [{"touch_id": "late", "lead_id": "l1", "at": day(300), "kind": "seminar"}]
    return engine_of({"leads": leads, "touches": touches + later, "handoffs": handoffs, "deals": deals})


def test_counts_equal_a_count_of_the_leads_one_by_one():
    engine, ruleset = small_history(), parse_ruleset(RULES + BAND)
    selection = Selection(as_of=day(299), horizon_days=100)
    health = rule_health(engine, ruleset, selection, n_resamples=20)
    scores = lead_scores(engine, ruleset, selection)
    listed = rule_hits(engine, ruleset, selection)
    rules = health.rules.set_index("rule_id")
    for rule_id in ("seminar", "tiered", "webinar", "size"):
        hit = scores["lead_id"].isin(listed.loc[listed["rule_id"] == rule_id, "lead_id"])
        row = rules.loc[rule_id]
        is_won, is_mature = scores["group"] == "won", scores["group"].isin(["won", "not_won"])
        assert row["n_standing"] == (hit & (scores["group"] == "standing")).sum()
        assert row["n_worked"] == (hit & (scores["group"] != "standing")).sum()
        assert (row["n_mature"], row["n_won"]) == ((hit & is_mature).sum(), (hit & is_won).sum())
        assert (row["n_other"], row["n_other_won"]) == ((~hit & is_mature).sum(), (~hit & is_won).sum())
        assert row["difference"] == pytest.approx(is_won[hit & is_mature].mean() - is_won[~hit & is_mature].mean())
    assert (health.n_worked, health.n_standing, health.n_mature) == (50, 10, 50)
    assert health.n_won == 17


def test_what_limits_hide_is_counted():
    engine, ruleset = small_history(), parse_ruleset(RULES + BAND)
    rules = rule_health(engine, ruleset, Selection(as_of=day(299), horizon_days=100), n_resamples=20).rules
    rules = rules.set_index("rule_id")
    assert rules.loc["seminar", "n_capped"] == sum(number % 4 > 2 for number in range(60))
    assert rules.loc["tiered", "n_capped"] == sum(number % 5 > 3 for number in range(60))
    given = [(4 if n % 5 >= 3 else 1 if n % 5 else 0, 4 * (n % 3)) for n in range(60)]
    assert rules.loc["tiered", "n_limited"] == sum(bool(a) and a + b > 5 for a, b in given)
    assert rules.loc["webinar", "n_limited"] == sum(bool(b) and a + b > 5 for a, b in given)
    assert rules.loc["seminar", "n_limited"] == 0


def test_overlaps_equal_the_correlation_of_the_hits():
    engine, ruleset = small_history(), parse_ruleset(RULES + BAND)
    selection = Selection(as_of=day(299), horizon_days=100)
    pairs = rule_health(engine, ruleset, selection, n_resamples=20).overlaps.set_index(["rule_id", "other_id"])
    seminar = np.array([number % 4 > 0 for number in range(60)])
    size = np.array([number % 2 > 0 for number in range(60)])
    row = pairs.loc[("seminar", "size")]
    assert row["n_both"] == (seminar & size).sum()
    assert row["phi"] == pytest.approx(np.corrcoef(seminar, size)[0, 1])
    assert row["lift"] == pytest.approx((seminar & size).mean() / seminar.mean() / size.mean())
    assert row["share"] == pytest.approx((seminar & size).sum() / seminar.sum())


def test_last_fired_sees_nothing_after_as_of_and_blind_sources_are_named():
    engine, ruleset = small_history(), parse_ruleset(RULES + BAND)
    health = rule_health(engine, ruleset, Selection(as_of=day(299), horizon_days=100), n_resamples=20)
    rules = health.rules.set_index("rule_id")
    assert rules.loc["seminar", "last_fired_at"] == pd.Timestamp(day(3))
    assert rules.loc["size", "last_fired_at"] == pd.Timestamp(day(0))
    assert pd.isna(rules.loc["grade", "last_fired_at"])
    later = rule_health(engine, ruleset, Selection(as_of=day(301), horizon_days=100), n_resamples=20).rules
    assert later.set_index("rule_id").loc["seminar", "last_fired_at"] == pd.Timestamp(day(300))
    # Leads of the fair never say how large they are.
    assert rules.loc["size", "n_blind_sources"] == 1
    blind = health.fields[health.fields["is_blind"] & (health.fields["rule_id"] == "size")]
    assert blind[["field", "source", "n_leads"]].to_numpy().tolist() == [["employees", "fair", 30]]
    assert list(rules.loc["grade", ["verdict", "reason"]]) == ["not_enough", "field_unknown"]
    assert rules.loc["grade", "values"]["field"] == "revenue_class"
    assert rules.loc["budget", "values"]["field"] == "@bant_budget"


def test_facts_learned_later_are_not_known_yet():
    rows = {
        "leads": [{"lead_id": "a", "created_at": day(0), "source": "web"}],
        "lead_facts": [{"lead_id": "a", "field": "revenue_class", "value": "A", "known_at": day(5)}],
        "touches": [{"touch_id": "t", "lead_id": "a", "at": day(9), "kind": "seminar"}],
    }
    engine, ruleset = engine_of(rows), parse_ruleset(RULES + BAND)
    for as_of, n_known, fired in ((day(4), 0, pd.NaT), (day(5), 1, pd.Timestamp(day(5)))):
        health = rule_health(engine, ruleset, Selection(as_of=as_of), n_resamples=20)
        grade = health.fields[health.fields["field"] == "revenue_class"]
        assert grade["n_known"].tolist() == [n_known]
        found = health.rules.set_index("rule_id").loc["grade", "last_fired_at"]
        assert (pd.isna(found) and pd.isna(fired)) or found == fired


def test_a_rule_that_never_fires_is_dropped_once_there_are_enough_leads():
    text = RULES.replace('touch = "webinar"', 'touch = "golf"')
    leads = [{"lead_id": f"l{n}", "created_at": day(0), "source": "web"} for n in range(300)]
    for n, expected in ((300, ["drop", "never_fires"]), (299, ["not_enough", "few_hits"])):
        engine = engine_of({"leads": leads[:n]})
        rules = rule_health(engine, parse_ruleset(text + BAND), Selection(as_of=day(9)), n_resamples=5).rules
        assert list(rules.set_index("rule_id").loc["webinar", ["verdict", "reason"]]) == expected


def test_an_empty_history_judges_nothing():
    health = rule_health(engine_of({}), parse_ruleset(RULES + BAND), Selection(as_of=day(9)), n_resamples=5)
    assert set(health.rules["verdict"]) == {"not_enough"}
    assert health.rules["suggested"].isna().all()
    assert (health.n_worked, health.n_standing) == (0, 0)


def test_the_score_of_another_tool_is_refused():
    text = 'id = "x"\nversion = 1\nkind = "score"\nscorer = "crm"\nlow = 0\nhigh = 9\nthreshold = 5\n' + BAND
    with pytest.raises(ReplayError, match="score of another tool"):
        rule_health(engine_of({}), parse_ruleset(text), Selection(as_of=day(9)))


def test_planted_rules_get_the_verdict_they_deserve(companies):
    moved: dict[str, list[str]] = {}
    n_right_moved = 0
    for workspace in companies:
        reader = open_reader(workspace)
        truth = json.loads(workspace.truth.read_text(encoding="utf-8"))
        category = {rule["id"]: rule["category"] for rule in truth["rules"]}
        health = rule_health(reader, find_ruleset(workspace, "today"), Selection(as_of=reader.data_end))
        for row in health.rules.itertuples():
            kind = category[row.rule_id]
            if kind == "right":
                n_right_moved += row.verdict not in ("keep", "not_enough")
            else:
                moved.setdefault(kind, []).append(row.verdict)
        assert health.rules["points_share"].sum() == pytest.approx(1)
    assert set(moved["useless"]) <= {"drop", "lower"}
    assert set(moved["wrong_sign"]) <= {"drop", "lower"}
    assert set(moved["too_high"]) <= {"drop", "lower"}
    assert set(moved["too_low"]) == {"raise"}
    assert n_right_moved == 0


def test_the_raw_comparison_is_that_of_scipy(companies):
    reader = open_reader(companies[0])
    ruleset = find_ruleset(companies[0], "today")
    selection = Selection(as_of=datetime(2026, 1, 1))
    rules = rule_health(reader, ruleset, selection, n_resamples=5).rules
    row = rules[rules["rule_id"] == "business_card"].iloc[0]
    table = [[row["n_won"], row["n_mature"] - row["n_won"]], [row["n_other_won"], row["n_other"] - row["n_other_won"]]]
    raw = fisher_exact(table).pvalue
    assert raw <= row["chance"] <= min(raw * len(rules), 1)
    patterns = pattern_table(reader, ruleset, selection)
    more = pattern_table(reader, uncapped(ruleset), selection)
    assert is_hit(patterns, ruleset).shape == patterns.multiplicity.shape
    assert hidden(patterns, more, ruleset)["capped_rate"].max() <= 1


def test_the_order_in_which_an_engine_answers_does_not_matter(companies):
    reader = open_reader(companies[0])
    ruleset, selection = find_ruleset(companies[0], "today"), Selection(as_of=datetime(2025, 6, 1))
    patterns = pattern_table(reader, ruleset, selection)
    order = np.random.default_rng(0).permutation(len(patterns.counts))
    mixed = replace(
        patterns,
        multiplicity=patterns.multiplicity[order],
        gated=patterns.gated[order],
        counts=patterns.counts.iloc[order].reset_index(drop=True),
    )
    found = [partial_effects([each], ruleset, 10, 0) for each in (patterns, mixed)]
    pd.testing.assert_frame_equal(found[0], found[1], rtol=1e-9)
