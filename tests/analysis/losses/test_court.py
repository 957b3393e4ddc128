"""The court: the draw of cases, agreement against scikit-learn, and what the verdicts exclude."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from analysis.losses import loss_account
from analysis.losses.court import against_the_account, agreement, docket, excluded_handoffs, judged_by_both
from analysis.losses.suspects import FAULT_OF_CAUSE, FAULTS, case_shares, suspects
from analysis.losses.verdicts import Verdict, give_verdict
from data.workspace import Workspace
from tests.analysis.losses.made_cases import Truth, made_cases

NOW = datetime(2026, 4, 17, 5, 30)


def said(handoff_id, department, verdict, first=""):
    return Verdict(
        handoff_id=handoff_id, department=department, verdict=verdict, first=first or verdict, by="Sato", given_at=NOW
    )


def both(pairs):
    return [
        said(f"H{number}", name, word)
        for number, pair in enumerate(pairs)
        for name, word in zip(("marketing", "sales"), pair, strict=True)
    ]


@given(pairs=st.lists(st.tuples(st.sampled_from(FAULTS), st.sampled_from(FAULTS)), min_size=2, max_size=40))
@settings(max_examples=60)
def test_kappa_is_that_of_scikit_learn(pairs):
    found = agreement(both(pairs))
    marketing, sales = zip(*pairs, strict=True)
    if len({*marketing, *sales}) > 1:
        assert found.kappa == pytest.approx(cohen_kappa_score(marketing, sales), abs=1e-9)
        assert found.kappa_low <= found.kappa <= found.kappa_high
    else:
        assert np.isnan(found.kappa)
    assert found.n_same == sum(a == b for a, b in pairs)
    assert found.table["n"].sum() == found.n_both == len(pairs)


def test_the_interval_of_kappa_holds_the_truth():
    draw = np.random.default_rng(1)
    # Both see the same in 60 of 100 cases, else each says anything.
    p = np.full((5, 5), 0.4 / 25) + np.eye(5) * 0.6 / 5
    truth = (np.trace(p) - 0.2) / 0.8
    held = 0
    for _ in range(200):
        cells = draw.choice(25, 80, p=p.ravel())
        found = agreement(both([(FAULTS[cell // 5], FAULTS[cell % 5]) for cell in cells]))
        held += found.kappa_low <= truth <= found.kappa_high
    assert held >= 200 * 0.95 - 3 * np.sqrt(200 * 0.95 * 0.05)


def test_agreement_is_that_of_the_first_word_and_needs_both():
    verdicts = [said("H1", "marketing", "score", "handling"), said("H1", "sales", "score"), said("H2", "sales", "data")]
    found = agreement(verdicts)
    assert (found.n_both, found.n_same) == (1, 0)
    assert not found.is_enough
    assert judged_by_both(verdicts) == {"H1"}
    assert np.isnan(agreement([]).share)


def suspected(n=200):
    draw = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "handoff_id": [f"H{number}" for number in range(n)],
            "p_fitted": draw.random(n),
            "suspected": draw.choice(FAULTS, n, p=[0.6, 0.2, 0.02, 0.02, 0.16]),
        }
    )


def test_each_suspicion_comes_up_and_everybody_sees_the_same_order():
    table = suspected()
    drawn = docket(table, n_cases=20, seed=3)
    again = docket(table.sample(frac=1, random_state=0), n_cases=20, seed=3)
    assert drawn["handoff_id"].tolist() == again["handoff_id"].tolist()
    counts = drawn["suspected"].value_counts()
    assert counts["score"] <= 7
    assert counts[["score", "handling", "chance"]].min() >= 4
    rare = table["suspected"].value_counts()[["data", "market"]]
    assert counts[["data", "market"]].tolist() == rare.clip(upper=4).tolist()
    assert docket(table, seed=4)["handoff_id"].tolist() != drawn["handoff_id"].tolist()


def test_the_place_of_a_case_does_not_give_its_suspicion_away():
    places = []
    for seed in range(300):
        drawn = docket(suspected(), n_cases=20, seed=seed)
        places += drawn.index[drawn["suspected"] == "chance"].tolist()
    # Places are uniform over 0 to 19: their mean is 9.5, with the error of so many draws.
    assert np.mean(places) == pytest.approx(9.5, abs=4 * np.sqrt(399 / 12 / len(places)))


def test_the_surprising_ones_are_those_most_likely_to_win():
    drawn = docket(suspected(), "surprising", n_cases=10)
    assert drawn["p_fitted"].tolist() == sorted(suspected()["p_fitted"], reverse=True)[:10]


def named(cases):
    return replace(cases, table=cases.table.assign(handoff_id="H" + cases.table["lead_id"]))


def test_the_shares_of_each_case_add_up_and_are_those_of_the_account():
    truth = Truth(wrong=(("seminar", -0.8),), late=-1.5, none=-2.5, unknown=-0.6, source=(0.9, -0.9, 0.0, 0.0))
    cases = named(made_cases(1, 8_000, truth).cases)
    found = suspects(cases)
    lost = cases.table[cases.is_account & ~cases.table["is_won"]]
    assert found["case_no"].tolist() == lost.index.tolist()
    shares = found[[f"share_{fault}" for fault in FAULTS[:-1]]].sum(axis=1)
    assert np.allclose(shares, found["p_promised"] - found["p_fitted"])
    account = loss_account(cases).causes.set_index("cause")["n_lost"]
    everybody = case_shares(cases)
    for fault in FAULTS[:-1]:
        of_fault = [cause for cause in account.index if FAULT_OF_CAUSE[cause] == fault]
        assert everybody[f"share_{fault}"].sum() == pytest.approx(account[of_fault].sum(), abs=1e-6)
    # A late call is suspected where there was one.
    is_late = cases.table.loc[found["case_no"], "handling"].to_numpy() != "in_time"
    is_suspected = (found["suspected"] == "handling").to_numpy()
    assert is_suspected[is_late].mean() > 0.5 > 0.1 > is_suspected[~is_late].mean()


def test_with_too_little_to_learn_from_chance_is_suspected():
    found = suspects(named(made_cases(1, 60, Truth(intercept=-6)).cases))
    assert set(found["suspected"]) <= {"chance"}
    assert found["p_fitted"].isna().all()
    assert len(docket(found)) == min(20, len(found))


def test_what_both_put_down_to_something_else_than_the_points_is_excluded(tmp_path):
    workspace = Workspace(tmp_path)
    words = {
        "H1": ("handling", "handling"), "H2": ("handling", "score"), "H3": ("market", "market"), "H4": ("chance", "chance"),
        "H5": ("data", "data"), "H6": ("score", "score"),
    }  # fmt: skip
    assert excluded_handoffs(workspace) == frozenset()
    for handoff_id, pair in words.items():
        for name, word in zip(("marketing", "sales"), pair, strict=True):
            give_verdict(workspace, said(handoff_id, name, word))
    give_verdict(workspace, said("H7", "sales", "handling"))
    assert excluded_handoffs(workspace) == {"H1", "H3", "H5"}


def test_verdicts_are_counted_beside_the_suspicions():
    table = pd.DataFrame({"handoff_id": ["H0", "H1", "H2"], "suspected": ["handling", "score", "chance"]})
    found = against_the_account(both([("handling", "handling"), ("handling", "score"), ("chance", "chance")]), table)
    rows = found.set_index("fault")
    assert rows.loc["handling"].tolist() == [2, 1, 1, 1, 1]
    assert rows.loc["score"].tolist() == [0, 1, 0, 1, 0]
    assert rows.loc["chance"].tolist() == [1, 1, 1, 1, 1]
