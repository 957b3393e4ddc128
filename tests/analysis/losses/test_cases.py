"""The cases, against their definition in pandas on a company."""

import numpy as np
import pandas as pd
import pytest

from analysis.losses import loss_account, loss_cases
from analysis.losses.account import CAUSES
from analysis.replay import lead_scores
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("losses"))
    build_company(workspace, n_leads=6_000)
    return workspace


@pytest.fixture(scope="module")
def cases(engine, workspace):
    return loss_cases(engine, find_ruleset(workspace, "today"), Selection(as_of=engine.data_end))


def test_the_cases_are_the_mature_handoffs_behind_no_gate(engine, workspace, cases):
    scores = lead_scores(engine, find_ruleset(workspace, "today"), Selection(as_of=engine.data_end))
    wanted = scores[scores["group"].isin(["won", "not_won"]) & ~scores["is_gated"]]
    keys = ["lead_id", "pass_no"]
    left, right = (frame.sort_values(keys, ignore_index=True) for frame in (cases.table, wanted))
    assert left["score"].tolist() == right["score"].tolist()
    assert left["is_won"].tolist() == (right["group"] == "won").tolist()
    assert left["is_high"].tolist() == (right["score"] >= 10).tolist()
    assert cases.n_immature == ((scores["group"] == "immature") & ~scores["is_gated"]).sum()


def test_handling_is_the_time_to_the_first_contact(engine, cases):
    handoffs = engine.query("SELECT handoff_id, handed_off_at, first_contact_at, reason_code FROM handoffs")
    table = cases.table.merge(handoffs, on="handoff_id")
    assert len(table) == len(cases.table)
    hours = (table["first_contact_at"] - table["handed_off_at"]) / pd.Timedelta(hours=1)
    assert np.allclose(hours, table["wait_hours"], equal_nan=True)
    assert (table["handling"] == "none").equals(hours.isna())
    assert (table["handling"] == "late").equals(hours > 96)


def test_the_reason_is_that_of_the_lost_deal_else_of_the_rejection(engine, cases):
    deals = engine.query("SELECT deal_id, lost_reason, closed_at FROM deals WHERE outcome = 'lost'")
    # A deal of this company carries the number of its handoff.
    lost = deals.assign(handoff_id="H" + deals["deal_id"].str[1:]).set_index("handoff_id")["lost_reason"]
    rejected = engine.query("SELECT handoff_id, reason_code FROM handoffs").set_index("handoff_id")["reason_code"]
    expected = cases.table["handoff_id"].map(lost).fillna(cases.table["handoff_id"].map(rejected)).fillna("")
    assert (cases.table["reason"] == expected).mean() > 0.999


def test_unknown_facts_are_those_nobody_knew_at_the_handoff(engine, cases):
    facts = engine.query("SELECT lead_id, value, known_at FROM lead_facts WHERE field = 'employees' ORDER BY known_at")
    plain = engine.query("SELECT lead_id, employees FROM leads").set_index("lead_id")["employees"]
    with_facts = set(facts["lead_id"])
    joined = cases.table[["handoff_id", "lead_id", "decided_at"]].merge(facts, on="lead_id")
    known = joined[joined["known_at"] <= joined["decided_at"]].groupby("handoff_id")["value"].last()
    expected = [
        pd.isna(known.get(row.handoff_id)) if row.lead_id in with_facts else pd.isna(plain[row.lead_id])
        for row in cases.table.itertuples()
    ]
    assert cases.unknown[:, cases.fields.index("employees")].tolist() == expected


def test_what_happened_later_than_as_of_is_not_seen(engine, workspace):
    ruleset, as_of = find_ruleset(workspace, "today"), pd.Timestamp("2025-06-30").to_pydatetime()
    earlier = loss_cases(engine, ruleset, Selection(as_of=as_of, horizon_days=30))
    contacted = earlier.table["decided_at"] + pd.to_timedelta(earlier.table["wait_hours"], unit="h")
    assert (contacted.dropna() <= as_of + pd.Timedelta(seconds=1)).all()
    assert (earlier.table["decided_at"] <= as_of - pd.Timedelta(days=30)).all()


def test_the_period_chooses_what_is_accounted_for(engine, workspace, cases):
    ruleset = find_ruleset(workspace, "today")
    start, end = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-07-01")
    chosen = Selection(as_of=engine.data_end, start=start.date(), end=end.date())
    half = loss_cases(engine, ruleset, chosen)
    assert len(half.table) == len(cases.table)
    account = loss_account(half)
    in_period = cases.table["decided_at"].between(start, end, inclusive="left") & cases.table["is_high"]
    assert (account.n_high, account.n_won) == (in_period.sum(), (in_period & cases.table["is_won"]).sum())
    assert list(account.causes["cause"]) == list(CAUSES)


def test_the_late_calls_of_the_company_are_found(cases):
    causes = loss_account(cases).causes.set_index("cause")
    assert causes.loc[["late", "no_contact"], "is_clear"].all()
    assert not causes.loc[["rep", "market"], "is_clear"].any()
