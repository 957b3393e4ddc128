"""Opt-outs after calls, against their definition in pandas and what is planted in a company."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.losses import loss_cases
from analysis.losses.opt_outs import DEED_KINDS, DEEDS, WITHIN_DAYS, Calls, first_calls, opt_outs
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace


def company(folder, **options):
    workspace = Workspace(folder)
    build_company(workspace, **options)
    return workspace


def calls_of(workspace):
    engine = open_reader(workspace)
    selection = Selection(as_of=engine.data_end)
    return first_calls(engine, loss_cases(engine, find_ruleset(workspace, "today"), selection), selection)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return company(tmp_path_factory.mktemp("calls"), n_leads=20_000, seed=2)


@pytest.fixture(scope="module")
def calls(workspace):
    return calls_of(workspace)


def test_deeds_and_opt_outs_are_those_of_the_rows(workspace, calls):
    engine = open_reader(workspace)
    handoffs = engine.query("SELECT handoff_id, lead_id, handed_off_at, first_contact_at FROM handoffs")
    touches = engine.query(
        "SELECT lead_id, kind, direction, \"at\" AS touched_at FROM touches WHERE direction = 'inbound'"
    )
    outs = engine.query('SELECT lead_id, "at" AS out_at FROM opt_outs')
    table = calls.table[["handoff_id", "deed", "is_out"]].merge(handoffs, on="handoff_id")
    level = {kind: DEEDS.index(deed) for deed, kinds in DEED_KINDS.items() for kind in kinds}
    before = table[["handoff_id", "lead_id", "handed_off_at"]].merge(touches, on="lead_id")
    before = before[before["touched_at"] <= before["handed_off_at"]]
    most = before.assign(level=before["kind"].map(level).fillna(0)).groupby("handoff_id")["level"].max()
    expected = table["handoff_id"].map(most).fillna(0).astype(int).map(dict(enumerate(DEEDS)))
    assert table["deed"].tolist() == expected.tolist()
    after = table[["handoff_id", "lead_id", "first_contact_at"]].merge(outs, on="lead_id")
    days = (after["out_at"] - after["first_contact_at"]) / pd.Timedelta(days=1)
    assert not (days <= 0).any()
    out = set(after.loc[days <= WITHIN_DAYS, "handoff_id"])
    assert table["is_out"].tolist() == table["handoff_id"].isin(out).tolist()


def test_rates_are_counts_of_rows(calls):
    found = opt_outs(calls)
    assert found.rates["n_called"].sum() == found.n_called == len(calls.table)
    assert found.rates["n_out"].sum() == found.n_out
    early = calls.table[(calls.table["deed"] == "read") & (calls.table["wait_hours"] < 24)]
    row = found.rates[(found.rates["deed"] == "read") & found.rates["is_early"]].iloc[0]
    assert (row["n_called"], row["n_out"], row["n_won"]) == (len(early), early["is_out"].sum(), early["is_won"].sum())


def test_the_planted_rates_lie_in_the_intervals(workspace, calls):
    planted = json.loads(workspace.truth.read_text(encoding="utf-8"))["opt_outs"]
    rows = opt_outs(calls).rates.set_index(["deed", "is_early"])
    # Who has a deal does not opt out: the planted rates are those of the others.
    engine = open_reader(workspace)
    deals = set(engine.query("SELECT 'H' || substr(deal_id, 2) AS handoff_id FROM deals")["handoff_id"])
    table = calls.table.assign(has_deal=calls.table["handoff_id"].isin(deals))
    for (deed, is_early), name in {
        ("read", True): "p_white_paper_early",
        ("read", False): "p_white_paper_later",
        ("asked", True): "p_other_early",
        ("asked", False): "p_other_later",
    }.items():
        chosen = table[(table["deed"] == deed) & ((table["wait_hours"] < 24) == is_early)]
        expected = planted[name] * (~chosen["has_deal"]).mean()
        row = rows.loc[(deed, is_early)]
        assert row["out_low"] < expected < row["out_high"], name


def test_waiting_a_day_is_advised_for_readers_of_a_white_paper_and_for_nobody_else(calls):
    found = opt_outs(calls)
    best = found.best
    assert best["deed"].tolist() == ["read"]
    row = best.iloc[0]
    assert row["wait_hours"] == 24
    n_early = ((calls.table["deed"] == "read") & (calls.table["wait_hours"] < 24)).sum()
    assert row["n_early"] == n_early
    assert row["kept_low"] < n_early * (0.20 - 0.07) * 0.9 < row["kept_high"]
    # A call after one day is no worse in this company.
    assert row["cost_low"] < 0 < row["cost_high"]


def test_where_early_calls_do_no_harm_nobody_is_told_to_wait(tmp_path):
    changes = {"opt_out.p_white_paper_early": 0.02, "opt_out.p_white_paper_later": 0.02, "opt_out.p_other_early": 0.02}
    found = opt_outs(calls_of(company(tmp_path, n_leads=8_000, changes=changes)))
    assert found.best.empty


def made_calls(seed, n=1_200):
    draw = np.random.default_rng(seed)
    deed = draw.choice(DEEDS, n)
    table = pd.DataFrame(
        {
            "handoff_id": [f"H{number}" for number in range(n)],
            "lead_id": "L",
            "score": draw.integers(0, 20, n),
            "source": draw.choice(["a", "b", "c"], n),
            "wait_hours": draw.exponential(40, n),
            "is_won": draw.random(n) < 0.1,
            "deed": deed,
            "is_out": draw.random(n) < np.where(deed == "read", 0.15, 0.03),
        }
    )
    return Calls(table=table, n_out_before=0)


def test_chance_alone_makes_no_rule():
    n_false = sum(not opt_outs(made_calls(seed)).best.empty for seed in range(24))
    assert n_false <= 24 * 0.05 + 3 * np.sqrt(24 * 0.05 * 0.95)


def test_too_few_calls_say_so():
    rules = opt_outs(made_calls(1, n=40)).rules
    assert (rules["verdict"] == "too_few").any()
    assert rules.loc[rules["verdict"] == "too_few", "n_kept"].isna().all()
    nobody = opt_outs(Calls(table=made_calls(1).table.iloc[:0], n_out_before=0))
    assert (nobody.rules["verdict"] == "too_few").all()
