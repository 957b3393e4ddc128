"""Facts, near misses, returns, rules as text and twins, against row-level pandas on a company."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.neighbors import NearestNeighbors

from analysis.decided import ATTRIBUTES
from analysis.losses import loss_cases
from analysis.losses.facts import FACTS, RULE, TOUCH, case_facts, touch_counts, unseen_kinds
from analysis.losses.near_misses import is_low_score, near_misses
from analysis.losses.returns import KINDS, returned_leads, returned_list
from analysis.losses.snippets import rule_text
from analysis.losses.subgroups import subgroups
from analysis.losses.twins import lost_cases, twins, winners
from analysis.replay import decision_patterns, pattern_table
from analysis.rulesets.parse import parse_ruleset
from data.synthetic import build_company
from data.workspace import Workspace

HEAD = """
id = "found"
version = 1
threshold = 1

[[band]]
name = "all"
threshold = 1
owner = "sales"
action = "call"

[[band]]
name = "rest"
owner = "marketing"
action = "wait"
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("found"))
    build_company(workspace, n_leads=5_000)
    return workspace


@pytest.fixture(scope="module")
def cases(engine, ruleset, selection):
    return loss_cases(engine, ruleset, selection)


@pytest.fixture(scope="module")
def facts(engine, cases):
    return case_facts(engine, cases)


def believed(engine, cases, field):
    """The value believed at each handoff: the latest fact known then, else what the lead came with when there are none."""
    dated = engine.query("SELECT lead_id, value, known_at FROM lead_facts WHERE field = $field", {"field": field})
    base = engine.query(f'SELECT lead_id, CAST("{field}" AS VARCHAR) AS value FROM leads').set_index("lead_id")["value"]
    has_dated = set(dated["lead_id"])
    left = cases.table[["lead_id", "decided_at"]].assign(place=range(len(cases.table))).sort_values("decided_at")
    right = dated.astype({"lead_id": left["lead_id"].dtype, "known_at": left["decided_at"].dtype}).sort_values(
        "known_at"
    )
    joined = pd.merge_asof(left, right, left_on="decided_at", right_on="known_at", by="lead_id").sort_values("place")
    values = [
        value if lead_id in has_dated else base[lead_id]
        for lead_id, value in zip(joined["lead_id"], joined["value"], strict=True)
    ]
    return ["" if pd.isna(value) else str(value) for value in values]


@pytest.mark.parametrize("name", FACTS)
def test_facts_are_those_believed_at_the_handoff(engine, cases, facts, name):
    found = [facts.labels[name][code] for code in facts.codes[name]]
    wanted = believed(engine, cases, ATTRIBUTES[name])
    if name == "company_size":
        ends = [0, 100, 1_000, np.inf]
        sizes = pd.cut(pd.to_numeric(pd.Series(wanted)), ends, right=False, labels=["1-99", "100-999", "1000+"])
        wanted = ["" if pd.isna(size) else size for size in sizes]
    assert found == wanted


def test_touches_are_those_up_to_the_handoff(engine, cases):
    rows = np.arange(0, len(cases.table), 7)
    found = touch_counts(engine, cases, rows)
    touches = engine.query('SELECT lead_id, kind, "at" AS touched_at FROM touches')
    part = cases.table.iloc[rows][["lead_id", "pass_no", "decided_at"]].assign(row=rows)
    joined = part.merge(touches, on="lead_id")
    joined = joined[joined["touched_at"] <= joined["decided_at"]]
    wanted = joined.groupby(["row", "kind"]).size().unstack(fill_value=0).reindex(rows, fill_value=0)
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), wanted[found.columns].reset_index(drop=True), check_dtype=False, check_names=False
    )


def test_kinds_no_rule_sees(engine, ruleset):
    seen = {kind for rule in ruleset.rules for kind in getattr(rule.predicate, "kinds", ())}
    kinds = set(engine.query("SELECT DISTINCT kind FROM touches")["kind"])
    # page_visit is asked for, though not all its contents.
    assert set(unseen_kinds(engine, ruleset)) == kinds - seen


CONDITIONS = [
    (("source", "referral"),),
    (("company_size", "100-999"),),
    (("company_size", "1-99"), ("is_inbound", "true")),
    (("seniority", ""),),
    ((RULE, "price_inquiry"),),
    ((RULE, "title_director"), ("region", "kanto")),
    ((TOUCH, "document_request"), (RULE, "employees_1000"), ("industry", "finance")),
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_rule_as_text_fires_for_exactly_these_leads(engine, cases, facts, ruleset, selection, condition):
    written = parse_ruleset(HEAD + rule_text(condition, 3, ruleset, {"ja": '規則"', "en": "Rule"}), "found")
    replayed = decision_patterns(engine, written, selection)
    fired = replayed.decisions.assign(fired=replayed.multiplicity[:, 0] > 0)
    joined = cases.table.merge(fired, on=["lead_id", "pass_no", "decided_at"], how="left")
    wanted = np.ones(len(cases.table), dtype=bool)
    for name, label in condition:
        if name == RULE:
            places = [number for number, column in enumerate(ruleset.columns) if column.id == label]
            wanted &= (cases.multiplicity[:, places] > 0).any(axis=1)
        elif name == TOUCH:
            wanted &= (touch_counts(engine, cases, np.arange(len(cases.table)))[label] > 0).to_numpy()
        else:
            wanted &= facts.codes[name] == facts.labels[name].index(label)
    assert wanted.any()
    assert joined["fired"].tolist() == wanted.tolist()


def test_what_nobody_knows_at_the_handoff_is_no_rule(ruleset):
    assert rule_text((("handling", "late"),), 3, ruleset) == ""
    assert rule_text((("created_month", "2025-06"), ("source", "webinar")), 3, ruleset) == ""


def redrawn(cases, facts, seed=1):
    """Other results: plain low scores, but for leads from one source, which win far more often."""
    chance = expit(-2.6 + 0.1 * cases.table["score"] + 2.0 * (facts.codes["source"] == _planted(facts)))
    return replace(cases, table=cases.table.assign(is_won=np.random.default_rng(seed).random(len(chance)) < chance))


def _planted(facts):
    return facts.labels["source"].index("organic_search")


def test_low_scores_that_won_share_what_was_planted(engine, cases, facts, ruleset, selection):
    # A higher threshold makes low scores of more of them.
    high = replace(ruleset, threshold=16)
    drawn = redrawn(cases, facts)
    drawn = replace(drawn, ruleset=high, table=drawn.table.assign(is_high=drawn.table["score"] >= 16))
    found = near_misses(engine, drawn, facts, pattern_table(engine, high, selection))
    is_low, won = is_low_score(drawn), drawn.table["is_won"].to_numpy()
    assert (found.n_low, found.n_won) == (is_low.sum(), (is_low & won).sum())
    assert (("source", "organic_search"),) in set(found.found.confirmed["condition"])
    row = found.rules[[condition == (("source", "organic_search"),) for condition in found.rules["condition"]]].iloc[0]
    is_in = is_low & (facts.codes["source"] == _planted(facts))
    is_caught = is_in & (drawn.table["score"] + row["points"] >= 16).to_numpy()
    assert row["points"] > 0
    assert (row["n_caught"], row["n_won"]) == (is_caught.sum(), (is_caught & won).sum())
    assert row["n_extra_per_win"] == pytest.approx(is_caught.sum() / (is_caught & won).sum())
    assert 1 <= row["extra_low"] <= row["n_extra_per_win"] <= row["extra_high"]
    assert row["n_untried"] > 0
    assert row["all_low"] <= row["all_rate"] <= row["all_high"]


def test_on_the_company_the_planted_weak_source_fails_most(engine, cases, facts):
    found = subgroups(cases, facts)
    assert found.is_enough
    assert found.n_cases == cases.is_account.sum()


def returned_by_row(engine, selection, days=90):
    touches = engine.query('SELECT lead_id, kind, "at" AS touched_at, direction FROM touches')
    own = touches[touches["direction"].ne("outbound")].sort_values("touched_at", kind="stable")
    own = own.assign(gap=own["touched_at"] - own.groupby("lead_id")["touched_at"].shift())
    back = own[own["kind"].isin(KINDS) & (own["gap"] >= pd.Timedelta(days=days))]
    back = back.drop_duplicates("lead_id", keep="last").set_index("lead_id")
    handed = engine.query("SELECT lead_id, MAX(handed_off_at) AS handed_at FROM handoffs GROUP BY lead_id")
    handed_at = handed.set_index("lead_id")["handed_at"].reindex(back.index)
    won = engine.query("SELECT lead_id, MIN(closed_at) AS won_at FROM deals WHERE outcome = 'won' GROUP BY lead_id")
    won_at = won.set_index("lead_id")["won_at"].reindex(back.index)
    is_open = handed_at.isna() | (handed_at < back["touched_at"])
    is_open &= won_at.isna() | (won_at >= back["touched_at"])
    return back[is_open].assign(state=np.where(handed_at[is_open].isna(), "never", "before"))


def test_returned_leads_are_those_of_single_rows(engine, selection):
    found = returned_leads(engine, selection).set_index("lead_id")
    wanted = returned_by_row(engine, selection)
    assert set(found.index) == set(wanted.index)
    wanted = wanted.loc[found.index]
    assert found["came_back_at"].tolist() == wanted["touched_at"].tolist()
    assert found["state"].tolist() == wanted["state"].tolist()
    assert np.allclose(found["silence_days"], wanted["gap"] / pd.Timedelta(days=1))


def test_returned_leads_of_a_period_and_as_a_list(engine, selection):
    later = replace(selection, start=(selection.as_of - pd.Timedelta(days=60)).date())
    rows = returned_leads(engine, later)
    assert (rows["came_back_at"] >= pd.Timestamp(later.start)).all()
    assert set(rows["lead_id"]) <= set(returned_leads(engine, selection)["lead_id"])
    listed = returned_list(engine, later, rows, 5)
    assert listed.n_leads == len(rows)
    assert listed.rows["lead_id"].tolist() == rows["lead_id"].head(5).tolist()


def encoded(cases, facts, touches, rows):
    """Columns whose Manhattan distance is the likeness: one for each value of a fact, half a step wide."""
    parts = []
    for name in FACTS:
        codes = facts.codes[name][rows].astype(int)
        one_hot = np.eye(len(facts.labels[name]))[codes][:, 1:]
        parts.append(one_hot * 0.5 / len(FACTS))
    done = np.log1p(touches.to_numpy(dtype=float))
    span = np.ptp(done, axis=0)
    parts.append(done / np.where(span > 0, span, 1) / done.shape[1])
    decided = cases.table["decided_at"].to_numpy()[rows]
    age = np.log1p(np.maximum((decided - facts.created_at[rows]) / np.timedelta64(1, "D"), 0))
    score = cases.table["score"].to_numpy(dtype=float)[rows]
    parts += [(values / max(np.ptp(values), 1e-12))[:, None] for values in (score, age)]
    return np.hstack(parts) / 4


def test_twins_are_the_nearest_winners(engine, cases, facts):
    known = winners(engine, cases)
    for row in lost_cases(cases)[[0, 40, 400]]:
        found = twins(engine, cases, facts, known, int(row))
        rows = np.concatenate([[row], known.rows])
        touches = pd.concat([touch_counts(engine, cases, np.array([row])), known.touches]).fillna(0)
        points = encoded(cases, facts, touches, rows)
        own = cases.table["lead_id"].iloc[row]
        is_other = (cases.table["lead_id"].iloc[known.rows] != own).to_numpy()
        tree = NearestNeighbors(n_neighbors=3, metric="manhattan").fit(points[1:][is_other])
        distance, place = tree.kneighbors(points[:1])
        assert found.cases["distance"].iloc[1:].tolist() == pytest.approx(distance[0].tolist())
        wanted = cases.table["lead_id"].iloc[known.rows[is_other][place[0]]].tolist()
        assert found.cases["lead_id"].tolist() == [own, *wanted]
        assert found.cases["is_won"].tolist() == [False, True, True, True]
        assert found.cases["distance"].is_monotonic_increasing


def test_what_differs_is_what_the_rows_say(engine, cases, facts):
    row = int(lost_cases(cases)[3])
    found = twins(engine, cases, facts, winners(engine, cases), row)
    values = found.aspects.set_index(["group", "name"])["values"]
    lost = cases.table.iloc[row]
    assert values["score", "score"][0] == lost["score"]
    assert values["handling", "handling"][0] == lost["handling"]
    source = cases.table.set_index("lead_id")["source"]
    assert values["fact", "source"] == [
        source[lead] if isinstance(source[lead], str) else source[lead].iloc[0] for lead in found.cases["lead_id"]
    ]
    for aspect in found.differences.itertuples():
        assert any(value != aspect.values[0] for value in aspect.values[1:])


def test_lost_cases_are_the_lost_high_scores_latest_first(cases):
    rows = lost_cases(cases)
    assert len(rows) == (cases.is_account & ~cases.table["is_won"]).sum()
    assert cases.table["decided_at"].iloc[rows].is_monotonic_decreasing


def test_without_winners_there_are_no_twins(engine, cases, facts):
    lost = replace(cases, table=cases.table.assign(is_won=False))
    found = twins(engine, lost, facts, winners(engine, lost), int(lost_cases(lost)[0]))
    assert len(found.cases) == 1
    assert found.differences.empty
