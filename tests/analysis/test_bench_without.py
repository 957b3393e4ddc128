"""Cases that were judged to say nothing about the points are left out of every count."""

import pytest

from analysis.replay import lead_scores, pattern_table
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from analysis.workbench import bench
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("without"))
    build_company(workspace, n_leads=2_000)
    reader = open_reader(workspace)
    return reader, find_ruleset(workspace, "today"), Selection(as_of=reader.data_end)


def test_the_bench_counts_the_others_alone(company):
    reader, ruleset, selection = company
    handoffs = reader.query("SELECT handoff_id, lead_id, pass_no, handed_off_at AS decided_at FROM handoffs")
    scores = lead_scores(reader, ruleset, selection).merge(handoffs, on=["lead_id", "pass_no", "decided_at"])
    left_out = scores[scores["group"].isin(["won", "not_won", "immature"])].sample(40, random_state=1)
    whole = bench(reader, ruleset, selection).patterns.counts.sum()
    found = bench(reader, ruleset, selection, without=frozenset(left_out["handoff_id"])).patterns.counts.sum()
    is_mature = left_out["group"] != "immature"
    assert whole["n_mature"] - found["n_mature"] == is_mature.sum()
    assert whole["n_won"] - found["n_won"] == (left_out["group"] == "won").sum()
    assert whole["n_immature"] - found["n_immature"] == (~is_mature).sum()
    assert whole["n_standing"] == found["n_standing"]


def test_handoffs_that_are_not_there_change_nothing(company):
    reader, ruleset, selection = company
    whole = pattern_table(reader, ruleset, selection)
    found = pattern_table(reader, ruleset, selection, without=["no such handoff"])
    assert found.counts.equals(whole.counts)
    assert (found.multiplicity == whole.multiplicity).all()


def test_the_pattern_of_what_is_left_out_is_its_own(company):
    reader, ruleset, selection = company
    handoffs = reader.query("SELECT handoff_id, lead_id, pass_no, handed_off_at AS decided_at FROM handoffs")
    scores = lead_scores(reader, ruleset, selection).merge(handoffs, on=["lead_id", "pass_no", "decided_at"])
    won = scores[(scores["group"] == "won") & ~scores["is_gated"]].iloc[0]
    whole, found = (pattern_table(reader, ruleset, selection, without=ids) for ids in ((), (won["handoff_id"],)))
    points = [column.points for column in ruleset.columns]
    total = [(table.multiplicity @ points) @ table.counts["n_won"].to_numpy() for table in (whole, found)]
    assert total[0] - total[1] == won["score"]
