"""Reasons and attempts, against their definitions row by row."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from analysis.losses import loss_cases
from analysis.losses.handling import ATTEMPT_DAYS, attempts, is_other_department
from analysis.losses.listed import case_leads
from analysis.losses.reasons import is_before, reason_kind, reasons
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace

from .made_cases import Truth, made_cases


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("reasons"))
    build_company(workspace, n_leads=3_000)
    return open_reader(workspace)


@pytest.fixture(scope="module")
def selection(reader):
    return Selection(as_of=reader.data_end, start=date(2025, 4, 1), end=date(2025, 10, 1))


@pytest.fixture(scope="module")
def cases(reader, selection):
    return loss_cases(reader, find_ruleset(reader.workspace, "today"), selection)


def test_reasons_are_counted_now_and_before(cases, selection):
    table = cases.table[cases.table["is_high"] & ~cases.table["is_won"]]
    now = table[table["is_in_period"]]["reason"].value_counts()
    earlier = table[table["decided_at"].between("2024-10-01", "2025-04-01", inclusive="left")]["reason"].value_counts()
    found = reasons(cases, selection).set_index("reason")
    assert found["n_lost"].to_dict() == {code: now.get(code, 0) for code in found.index}
    assert found["n_before"].to_dict() == {code: earlier.get(code, 0) for code in found.index}
    assert found["share"].sum() == pytest.approx(1)
    assert (found["low"] <= found["share"]).all()
    assert (found["share"] <= found["high"]).all()


def test_a_whole_history_has_nothing_before_it(cases, selection):
    whole = replace(selection, start=None, end=None)
    found = reasons(cases, whole)
    assert not is_before(cases, whole).any()
    assert found["share_before"].isna().all()
    assert not found["is_changed"].any()


def made_reasons(seed, p_before, p_now, n=2_000):
    made = made_cases(seed, n, Truth(intercept=-3.0)).cases
    draw = np.random.default_rng(seed)
    is_now = np.arange(n) >= n // 2
    reason = np.where(draw.random(n) < np.where(is_now, p_now, p_before), "budget", "competitor")
    decided = np.where(is_now, pd.Timestamp("2025-08-01"), pd.Timestamp("2025-05-01"))
    return replace(made, table=made.table.assign(reason=reason, decided_at=decided, is_in_period=is_now))


def test_a_reason_is_called_changed_only_when_it_is():
    chosen = Selection(as_of=pd.Timestamp("2026-06-01").to_pydatetime(), start=date(2025, 7, 1), end=date(2025, 10, 1))
    calm = [reasons(made_reasons(seed, 0.3, 0.3), chosen)["is_changed"].any() for seed in range(60)]
    assert sum(calm) <= 8
    moved = [reasons(made_reasons(seed, 0.2, 0.5), chosen)["is_changed"].all() for seed in range(10)]
    assert all(moved)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("fit_too_small", "score"),
        ("late_response", "handling"),
        ("data_wrong_contact", "data"),
        ("timing", "market"),
        ("timing_later", "market"),
        ("", "unsaid"),
        ("Ringing", "other"),
    ],
)
def test_what_a_reason_speaks_of(code, kind):
    assert reason_kind(code) == kind


def test_attempts_are_touches_going_out_until_the_deal_is_decided(reader, selection, cases):
    touches = reader.query(
        "SELECT lead_id, \"at\" FROM touches WHERE direction = 'outbound' AND kind IN ('call', 'email')"
    )
    deals = reader.query("SELECT lead_id, closed_at FROM deals WHERE outcome IN ('won', 'lost')")
    handoffs = reader.query("SELECT lead_id, handed_off_at FROM handoffs")
    tried = []
    high = cases.table[cases.is_account]
    touched, closed, handed = (frame.groupby("lead_id") for frame in (touches, deals, handoffs))
    for row in high.itertuples():
        ends = [row.decided_at + timedelta(days=ATTEMPT_DAYS)]
        for groups, column in ((closed, "closed_at"), (handed, "handed_off_at")):
            if row.lead_id in groups.groups:
                times = groups.get_group(row.lead_id)[column]
                ends += list(times[times > row.decided_at])
        if row.lead_id not in touched.groups:
            tried.append(0)
            continue
        at = touched.get_group(row.lead_id)["at"]
        tried.append(int(((at > row.decided_at) & (at <= min(ends))).sum()))
    tried = pd.Series(tried, index=high.index)
    found = attempts(reader, selection, cases).set_index("is_won")
    for is_won, part in tried.groupby(high["is_won"]):
        row = found.loc[is_won]
        assert (row["n_none"], row["n_one"], row["n_more"]) == ((part == 0).sum(), (part == 1).sum(), (part > 1).sum())


def test_another_department_is_one_that_the_band_does_not_name(cases):
    owners = {True: "field_sales"}
    expected = (cases.table["to_department"] != owners[True]) & cases.table["is_high"]
    assert (is_other_department(cases)[cases.table["is_high"]] == expected[cases.table["is_high"]]).all()
    foreign = replace(cases, table=cases.table.assign(to_department="Vertrieb"))
    assert not is_other_department(foreign).any()


def test_the_list_is_as_long_as_the_number(reader, selection, cases):
    late = cases.is_account & (cases.table["handling"] == "late").to_numpy()
    found = case_leads(reader, selection, cases, late, 20)
    assert found.n_leads == late.sum() > 20
    assert len(found.rows) == 20
    wanted = cases.table[late].sort_values("decided_at", ascending=False)
    assert set(found.rows["lead_id"]) <= set(wanted["lead_id"])
    assert found.rows["reached_at"].is_monotonic_decreasing
