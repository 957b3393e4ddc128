"""The score as SQL equals the replay: on random rulesets of every kind, and on the synthetic company."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.replay import ReplayError, lead_scores
from analysis.rulesets import find_ruleset, parse_ruleset
from analysis.score_sql import score_sql
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.analysis.histories import day
from tests.analysis.ruleset_strategies import histories, rulesets
from tests.analysis.test_replay import engine_of

COLUMNS = ["lead_id", "pass_no", "decided_at", "fit", "engagement", "score", "grade", "is_gated"]


def rows_of(table):
    return sorted(tuple(row) for row in table[COLUMNS].astype({"is_gated": bool}).itertuples(index=False))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=histories(), many=st.lists(rulesets(), min_size=2, max_size=4))
def test_sql_equals_the_replay_whatever_the_rules(rows, many):
    engine = engine_of(rows)
    for ruleset in many:
        scores = lead_scores(engine, ruleset, Selection(as_of=day(60)))
        expected = scores[scores["group"] != "standing"]
        assert rows_of(engine.query(score_sql(ruleset))) == rows_of(expected)


@pytest.mark.parametrize("preset", ["today", "practice-basic", "practice-fit"])
def test_sql_equals_the_replay_on_the_synthetic_company(preset, company):
    reader = open_reader(company)
    ruleset = find_ruleset(company, preset)
    found = reader.query(score_sql(ruleset))
    scores = lead_scores(reader, ruleset, Selection(as_of=reader.data_end))
    expected = scores[scores["group"] != "standing"]
    assert len(found) > 500
    assert rows_of(found) == rows_of(expected)
    assert [ruleset.band_of(score).name_en for score in found["score"]] == found["band"].tolist()


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("sql"))
    build_company(workspace, n_leads=2500, seed=3)
    return workspace


def test_every_lead_at_one_moment(company):
    reader = open_reader(company)
    ruleset = find_ruleset(company, "today")
    scores = lead_scores(reader, ruleset, Selection(as_of=reader.data_end))
    last = scores[scores["group"] == "standing"].sort_values("decided_at").iloc[-1]
    at = last["decided_at"].to_pydatetime()
    found = reader.query(score_sql(ruleset, "leads", at)).set_index("moment_id")
    n_leads = reader.query("SELECT COUNT(*) AS n FROM leads WHERE created_at <= $at", {"at": at})["n"].iloc[0]
    assert len(found) == n_leads
    assert found.loc[last["lead_id"], "score"] == last["score"]
    assert "CURRENT_TIMESTAMP" in score_sql(ruleset, "leads")
    assert reader.query(score_sql(ruleset, "leads"))["lead_id"].is_unique


TEXT = """
id = "quotes"
version = 1
threshold = 1
label = "It's --\\n a trap"

[[rule]]
id = "a"
label = "line one\\nDROP TABLE leads; -- 'x'"
kind = "attribute"
field = "industry"
in = ["it's", "100%_!"]
points = 1

[[rule]]
id = "b"
kind = "touch"
touch = "50%_*!"
points = 2

[[band]]
name = "it's"
"""


def test_quotes_patterns_and_comments_cannot_break_out():
    leads = [
        {"lead_id": f"l{n}", "created_at": day(0), "industry": industry}
        for n, industry in enumerate(["it's", "100%_!", "100x!", None])
    ]
    touches = [
        {"touch_id": f"t{n}", "lead_id": f"l{n}", "at": day(1), "kind": kind}
        for n, kind in enumerate(["50%_ off!", "50xx off!", "50%_!", "50%_"])
    ]
    handoffs = [{"handoff_id": f"h{n}", "lead_id": f"l{n}", "handed_off_at": day(2), "pass_no": 1} for n in range(4)]
    engine = engine_of({"leads": leads, "touches": touches, "handoffs": handoffs})
    found = engine.query(score_sql(parse_ruleset(TEXT))).set_index("lead_id")["score"].to_dict()
    assert found == {"l0": 3, "l1": 1, "l2": 2, "l3": 0}


def test_the_statement_says_what_it_is_and_keeps_to_the_portable_subset(company):
    ruleset = find_ruleset(company, "today")
    text = score_sql(ruleset)
    assert text.startswith(f"-- The score at each handoff: today@1 (released), sha256 {ruleset.content_hash[:16]}\n")
    body = re.sub(r"--.*", "", text)
    assert re.findall(r"SELECT \*|\bQUALIFY\b|\bPIVOT\b|\bFILTER\b|\bROUND\(|::|//", body, re.IGNORECASE) == []
    assert body.count(";") == 0


def test_the_score_of_another_tool_is_refused():
    text = 'id = "x"\nversion = 1\nkind = "score"\nscorer = "crm"\nlow = 0\nhigh = 9\nthreshold = 5\n[[band]]\nname = "all"\n'
    with pytest.raises(ReplayError, match="nothing to compute"):
        score_sql(parse_ruleset(text))
