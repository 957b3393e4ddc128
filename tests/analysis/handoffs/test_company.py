"""The synthetic company against definitions written row by row in pandas, and against its truth."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.business_hours import business_hours
from analysis.calibration import calibrate
from analysis.decided import decided
from analysis.handoffs import breaches as b
from analysis.handoffs.agreement import Agreement
from analysis.handoffs.judged import judge
from analysis.handoffs.listed import handoff_leads
from analysis.handoffs.overrides import held_back, overrides
from analysis.handoffs.recycling import passes
from analysis.handoffs.rows import attempts, handed_over, outcomes
from analysis.handoffs.scorecards import line_masks, scorecards
from analysis.handoffs.volumes import months, reasons
from analysis.handoffs.waits import life_table, wait_groups, wait_periods
from analysis.overview import key_table
from analysis.replay import lead_scores, pattern_table, score_table
from analysis.routing.library import find_routing
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace

START = date(2025, 4, 1)
N_LEADS = 6000


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("handoffs") / "workspace")
    build_company(workspace, n_leads=N_LEADS, seed=1)
    return workspace


@pytest.fixture(scope="module")
def reader(workspace):
    return open_reader(workspace)


@pytest.fixture(scope="module")
def today(workspace):
    return find_ruleset(workspace, "today")


@pytest.fixture(scope="module")
def selection(reader):
    return Selection(as_of=reader.data_end, start=START)


@pytest.fixture(scope="module")
def handed(reader, selection):
    return handed_over(reader, selection, Agreement())


@pytest.fixture(scope="module")
def judged(reader, handed, today, workspace):
    return judge(reader, handed, today, find_routing(workspace))


@pytest.fixture(scope="module")
def cards(reader, handed, judged, selection):
    qualified = outcomes(reader, handed, "sales_qualified")
    won, n_attempts = outcomes(reader, handed), attempts(reader, handed)
    return scorecards(handed, judged, key_table(reader, selection), won, qualified, n_attempts)


@pytest.fixture(scope="module")
def rows(reader, selection):
    """Every handoff of the period as it was written down."""
    table = reader.query(
        'SELECT handoffs.*, leads.region AS region, leads."owner" AS person FROM handoffs INNER JOIN leads ON handoffs.lead_id = leads.lead_id'
    )
    return table[table["handed_off_at"] >= pd.Timestamp(START)].reset_index(drop=True)


@pytest.fixture(scope="module")
def scores(reader, today, selection):
    found = lead_scores(reader, today, selection)
    return found[found["group"] != "standing"]


def test_months_and_reasons_are_the_rows(handed, rows):
    table = months(handed).set_index("month")
    expected = rows.groupby(rows["handed_off_at"].dt.to_period("M").dt.to_timestamp())
    assert table["n_handoffs"].tolist() == expected.size().tolist()
    assert table["n_accepted"].tolist() == expected["response"].apply(lambda part: (part == "accepted").sum()).tolist()
    assert table["n_unanswered"].tolist() == expected["response"].apply(lambda part: part.isna().sum()).tolist()
    found = reasons(handed).set_index("code")["n"]
    assert found.to_dict() == rows["reason_code"].dropna().value_counts().to_dict()


def test_the_overview_says_the_same(reader, handed, cards, selection):
    kpis = key_table(reader, selection).set_index("kpi")
    table = months(handed)
    assert table["n_handoffs"].sum() == kpis.loc["handoffs", "value"]
    accepted = cards.set_index("line").loc["accepted"]
    assert accepted["rate"] == pytest.approx(kpis.loc["acceptance_rate", "value"])
    assert accepted["rate_before"] == pytest.approx(kpis.loc["acceptance_rate", "previous_value"])
    assert [accepted["n_good"], accepted["n"]] == [
        table["n_accepted"].sum(),
        table[["n_accepted", "n_rejected"]].to_numpy().sum(),
    ]


def test_won_is_what_the_calibration_counts(reader, today, selection, cards):
    result = calibrate(score_table(pattern_table(reader, today, selection), today), today)
    row = cards.set_index("line").loc["won"]
    assert [row["n_good"], row["n"]] == [result.n_won, result.n_mature]


def test_outcomes_are_those_of_the_replay(reader, today, handed, selection):
    decisions = decided(reader, today, replace(selection, start=None), dimensions=())
    found = outcomes(reader, handed)
    known = pd.Series(decisions.outcome_no, index=pd.MultiIndex.from_arrays([decisions.lead_no, decisions.pass_no]))
    keys = pd.MultiIndex.from_arrays([handed.column("lead_no"), handed.column("pass_no")])
    assert known.loc[keys].tolist() == found.tolist()


def test_hours_are_those_of_the_rows(handed, rows, selection):
    hours = business_hours(rows["handed_off_at"], rows["first_contact_at"])
    own = handed.column("contact_hours")[handed.is_current]
    np.testing.assert_allclose(np.sort(own[~np.isnan(own)]), np.sort(hours[~np.isnan(hours)]), atol=1e-3)
    table = life_table(handed, "contact", handed.is_current)
    assert table["n_events"].sum() == (~np.isnan(hours)).sum()
    assert table[["n_events", "n_censored"]].to_numpy().sum() == len(rows)


def test_the_late_region_is_late_and_no_other(handed, workspace):
    truth = json.loads((workspace.root / "truth.json").read_text(encoding="utf-8"))
    table = wait_groups(handed, "contact", "region")
    assert table.loc[table["is_late"], "group"].tolist() == [truth["late_region"]["region"]]
    assert not wait_periods(handed).set_index("wait").loc["contact", "chance"] < 0.001


def test_the_late_region_breaks_its_deadlines(handed, judged, rows, workspace):
    truth = json.loads((workspace.root / "truth.json").read_text(encoding="utf-8"))
    kept = b.kept_by(handed, judged, "region").set_index("group")
    late = kept.pop("contact_rate")
    assert late.idxmin() == truth["late_region"]["region"]
    # Three days of the stages: 27 office hours.
    hours = business_hours(rows["handed_off_at"], rows["first_contact_at"])
    table = b.breaches(handed, judged).set_index("breach")
    assert table.loc["contact_late", "n"] == (hours > 27 + 1e-9).sum()


def test_below_the_threshold_is_what_the_scores_say(handed, judged, rows, scores, today, cards):
    merged = rows.rename(columns={"handed_off_at": "decided_at"}).merge(scores, on=["lead_id", "pass_no", "decided_at"])
    promised = merged[~merged["from_department"].isin(["sales", "field_sales"])]
    row = cards.set_index("line").loc["at_threshold"]
    assert [row["n_good"], row["n"]] == [(promised["score"] >= today.threshold).sum(), len(promised)]
    masks = b.breach_masks(handed, judged)
    assert masks["below_threshold"].sum() == (promised["score"] < today.threshold).sum()


def test_overrides_are_what_the_scores_say(reader, handed, judged, scores, today, selection):
    table = overrides(handed, judged, outcomes(reader, handed)).set_index("side")
    above = scores[scores["score"] >= today.threshold]
    assert table.loc["above", "n_handoffs"] == len(above)
    assert table.loc["above", "n_won"] == (above["group"] == "won").sum()
    assert table["n_handoffs"].sum() == len(scores)
    held = held_back(pattern_table(reader, today, selection), today)
    every = lead_scores(reader, today, selection)
    standing = every[(every["group"] == "standing") & (every["score"] >= today.threshold)]
    assert held == {"n_held": int((~standing["is_gated"]).sum()), "n_gated": int(standing["is_gated"].sum())}


def test_facts_are_those_known_at_the_handoff(reader, handed, judged):
    """Row by row: the latest fact by the handoff, else the column of leads that have no fact at all."""
    facts = reader.query("SELECT lead_id, value, known_at FROM lead_facts WHERE field = 'employees'")
    leads = reader.query("SELECT lead_no, lead_id, employees FROM prep.leads").set_index("lead_no")
    has_fact = set(facts["lead_id"])
    by_lead = dict(list(facts.groupby("lead_id")))
    place = judged.facts.index("employees")
    for row in np.flatnonzero(handed.is_current)[:300]:
        lead = leads.loc[handed.column("lead_no")[row]]
        at = handed.column("handed_off_at")[row]
        known = (
            by_lead[lead["lead_id"]]["known_at"].le(at).any()
            if lead["lead_id"] in has_fact
            else pd.notna(lead["employees"])
        )
        assert judged.missing[row, place] == (not known)


def test_second_passes(reader, handed, rows):
    table = passes(handed, outcomes(reader, handed)).set_index("turn")
    assert table.loc["again", "n_handoffs"] == (rows["pass_no"] > 1).sum()
    assert table["n_handoffs"].sum() == len(rows)


def test_lines_have_the_leads_they_count(reader, handed, judged, cards):
    masks = line_masks(
        handed, judged, outcomes(reader, handed), outcomes(reader, handed, "sales_qualified"), attempts(reader, handed)
    )
    table = cards.set_index("line")
    for line, (is_of, is_good) in masks.items():
        assert [is_good.sum(), is_of.sum()] == table.loc[line, ["n_good", "n"]].tolist()
    is_bad = masks["contacted"][0] & ~masks["contacted"][1]
    found = handoff_leads(reader, handed, is_bad, n_rows=5)
    assert found.n_leads == is_bad.sum()
    assert len(found.rows) == min(5, found.n_leads)


def test_a_target_is_met_or_missed_only_beyond_doubt(reader, handed, judged, selection, cards):
    rate = float(cards.set_index("line").loc["accepted", "rate"])
    for target, met in ((rate - 0.1, "met"), (rate + 0.1, "missed"), (rate, "open")):
        agreed = replace(handed, agreement=Agreement(targets={"accepted": target}))
        none = np.full(len(handed.table), -1, dtype=np.int8)
        table = scorecards(agreed, judged, key_table(reader, selection), none, none, none.astype(np.int32))
        assert table.set_index("line").loc["accepted", "met"] == met


def test_what_comes_later_changes_nothing(reader, workspace):
    """Seen in July 2025, the second quarter is what a company is that ends there."""
    as_of = pd.Timestamp("2025-06-30 09:00").to_pydatetime()
    early = Workspace(workspace.root.parent / "early")
    build_company(early, n_leads=1500, seed=2, as_of=as_of)
    whole = Workspace(workspace.root.parent / "whole")
    build_company(whole, n_leads=1500, seed=2)
    asked = Selection(as_of=as_of, start=START)
    ended, seen = (handed_over(open_reader(each), asked, Agreement()) for each in (early, whole))
    for name in ("answer_no", "contact_hours", "answer_hours", "contact_seen_hours", "open_hours", "turn_no"):
        np.testing.assert_allclose(ended.column(name), seen.column(name))
