"""What a threshold brings: against the leads one by one, and against companies whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from analysis.assumptions import Assumptions
from analysis.economics import Economics
from analysis.patterns import COUNTS, PatternTable
from analysis.rulesets import parse_ruleset
from analysis.value import threshold_value
from analysis.win_chances import STRENGTH, resampled, win_chances

MONTHS = 10.0
TEXT = """
id = "t"
version = 1
outcome = "won"
threshold = 5
[[rule]]
id = "visits"
label = "visits"
kind = "touch"
touch = "page_visit"
points = 1
repeat = "each"
cap = 20
[[rule]]
id = "size"
axis = "fit"
label = "size"
kind = "touch"
touch = "seminar"
points = 1
repeat = "each"
cap = 20
[[gate]]
id = "left"
label = "left"
kind = "opt_out"
[[band]]
name = "x"
threshold = 0
"""
RULES = parse_ruleset(TEXT, "t")


def patterns_of(counts, engagement, fit=None, gated=None):
    """A pattern table whose leads have these points on the two axes."""
    rows = np.column_stack([engagement, np.zeros_like(engagement) if fit is None else fit])
    return PatternTable(
        rule_ids=tuple(column.id for column in RULES.columns),
        gate_ids=("left",),
        multiplicity=rows.astype(np.int64),
        gated=np.zeros((len(rows), 1), dtype=bool) if gated is None else np.array(gated)[:, None],
        counts=pd.DataFrame(np.asarray(counts, dtype=np.int64), columns=list(COUNTS)),
    )


def economics_of(**values):
    usual = {"n_months": MONTHS, "n_amounts": 0, "amount_mean": np.nan, "amount_sd": np.nan}
    return Economics(**{**usual, "n_watched": 0, "n_opted_out": 0, **values})


SAID = Assumptions(
    n_reps=1, handoffs_per_rep_per_week=10, margin_per_win_yen=200_000, cost_per_handoff_yen=20_000, opt_out_rate=0.02
)
COUNTED = [(400, 8, 20, 5, 900), (300, 24, 30, 2, 300), (250, 50, 40, 1, 60), (90, 45, 10, 0, 5)]
SCORES = np.array([0, 3, 5, 9])


def by_lead(counts=COUNTED, scores=SCORES):
    """The same leads, one row each."""
    groups = []
    for score, (n_mature, n_won, n_immature, _, n_standing) in zip(scores, counts, strict=True):
        for group, n in (("won", n_won), ("lost", n_mature - n_won), ("young", n_immature), ("standing", n_standing)):
            groups += [(score, group)] * n
    return pd.DataFrame(groups, columns=["score", "group"])


def chances_by_hand(leads):
    """The penalised curve by a general optimiser, and each score drawn to its own share."""
    known = leads[leads["group"].isin(["won", "lost"])]
    is_won = (known["group"] == "won").to_numpy()
    z = ((known["score"] - known["score"].mean()) / known["score"].std(ddof=0)).to_numpy()

    def loss(slopes):
        eta = slopes[0] + slopes[1] * z
        fit = np.sum(np.log1p(np.exp(eta)) - is_won * eta) + 0.05 * slopes[1] ** 2
        return fit + np.log1p(np.exp(slopes[0])) - 0.5 * slopes[0]

    a, b = minimize(loss, [0.0, 0.0], method="BFGS", options={"gtol": 1e-8}).x
    chances = {}
    for score in sorted(leads["score"].unique()):
        own = known[known["score"] == score]
        curve = expit(a + b * (score - known["score"].mean()) / known["score"].std(ddof=0))
        chances[score] = ((own["group"] == "won").sum() + STRENGTH * curve) / (len(own) + STRENGTH)
    return chances


def test_the_curve_is_that_of_the_leads_one_by_one():
    found = threshold_value(patterns_of(COUNTED, SCORES), RULES, SAID, economics_of())
    leads = by_lead()
    chances = chances_by_hand(leads)
    capacity, cost = 10 * 365.25 / 7 / 12, 20_000 + 0.02 * 10_000
    for row in found.curve.itertuples():
        above = leads[leads["score"] >= row.threshold]
        groups = above["group"].value_counts()
        assert row.n_mature == groups.get("won", 0) + groups.get("lost", 0)
        assert (row.n_won, row.n_unknown) == (groups.get("won", 0), groups.get("standing", 0))
        assert row.n_leads == pytest.approx(len(above) / MONTHS)
        open_leads = above[above["group"].isin(["young", "standing"])]
        wins = groups.get("won", 0) + open_leads["score"].map(chances).sum()
        young = groups.get("won", 0) + above[above["group"] == "young"]["score"].map(chances).sum()
        share = min(1.0, capacity * MONTHS / len(above)) if len(above) else 1.0
        assert row.n_worked == pytest.approx(share * len(above) / MONTHS)
        assert row.n_left == pytest.approx((1 - share) * len(above) / MONTHS)
        assert row.wins == pytest.approx(share * wins / MONTHS, rel=1e-5)
        assert row.wins_worst == pytest.approx(share * young / MONTHS, rel=1e-5)
        assert row.wins_best == pytest.approx(share * (young + groups.get("standing", 0)) / MONTHS, rel=1e-5)
        assert row.value == pytest.approx(share * (200_000 * wins - cost * len(above)) / MONTHS, rel=1e-5)
        assert row.value_unlimited == pytest.approx((200_000 * wins - cost * len(above)) / MONTHS, rel=1e-5)
        assert row.value_worst <= row.value <= row.value_best
    assert found.curve["threshold"].tolist() == [0, 3, 5, 9, 10]
    assert found.curve.iloc[-1]["value"] == 0
    assert found.row(found.today)["threshold"] == RULES.threshold


def test_leads_behind_a_gate_are_nobodys():
    counts = [*COUNTED, (500, 499, 0, 0, 100)]
    found = threshold_value(patterns_of(counts, [*SCORES, 9], gated=[False] * 4 + [True]), RULES, SAID, economics_of())
    plain = threshold_value(patterns_of(COUNTED, SCORES), RULES, SAID, economics_of())
    pd.testing.assert_frame_equal(found.curve, plain.curve)
    assert (found.n_gated, plain.n_gated) == (600, 0)


def test_capacity_is_filled_by_the_lowest_threshold_that_does_not_overflow():
    found = threshold_value(patterns_of(COUNTED, SCORES), RULES, SAID, economics_of())
    filling = found.row(found.filling)
    assert filling["n_leads"] <= found.terms.capacity
    assert found.row(found.filling - 1)["n_leads"] > found.terms.capacity


def test_a_handoff_that_never_pays_is_made_to_nobody():
    dear = SAID.with_values(cost_per_handoff_yen=10_000_000)
    found = threshold_value(patterns_of(COUNTED, SCORES), RULES, dear, economics_of())
    assert found.row(found.best)["threshold"] == SCORES[-1] + 1
    assert found.row(found.best)["n_leads"] == 0


def test_few_wins_are_too_few_to_say():
    found = threshold_value(patterns_of([(19, 9, 0, 0, 0)], np.array([5])), RULES, SAID, economics_of())
    assert not found.is_enough
    found = threshold_value(patterns_of([(500, 4, 0, 0, 0)], np.array([5])), RULES, SAID, economics_of())
    assert not found.is_enough
    found = threshold_value(patterns_of([(500, 5, 0, 0, 0)], np.array([5])), RULES, SAID, economics_of())
    assert found.is_enough


def test_nobody_at_all_is_no_error():
    found = threshold_value(patterns_of([(0, 0, 0, 3, 0)], np.array([5])), RULES, SAID, economics_of())
    assert len(found.curve) == 1
    assert not found.is_enough


counts_strategy = st.lists(
    st.tuples(st.integers(0, 80), st.floats(0, 1), st.integers(0, 30), st.integers(0, 3), st.integers(0, 200)),
    min_size=1,
    max_size=8,
).map(lambda rows: [(n, int(n * share), young, done, open_) for n, share, young, done, open_ in rows])


@settings(max_examples=40)
@given(
    counts=counts_strategy,
    margin=st.floats(0, 1e7),
    cost=st.floats(0, 1e5),
    per_week=st.floats(0.1, 50),
)
def test_no_threshold_is_worth_more_than_the_proposed_one(counts, margin, cost, per_week):
    said = Assumptions(
        n_reps=1,
        handoffs_per_rep_per_week=per_week,
        margin_per_win_yen=margin,
        cost_per_handoff_yen=cost,
        opt_out_rate=0.0,
    )
    found = threshold_value(patterns_of(counts, np.arange(len(counts))), RULES, said, economics_of())
    curve = found.curve
    assert (curve["value"] <= curve["value"].iloc[found.best]).all()
    low, high = found.flat
    assert low <= curve["threshold"].iloc[found.best] <= high
    assert curve["is_as_good"].iloc[found.best]
    assert (curve["wins_from"] <= curve["wins_to"]).all()
    assert (curve["n_worked"] <= found.terms.capacity + 1e-9).all()
    assert found.gain >= 0
    assert np.isfinite(curve.drop(columns="is_enough").to_numpy(dtype=float)).all()


def test_the_same_counts_give_the_same_answer():
    first, second = (threshold_value(patterns_of(COUNTED, SCORES), RULES, SAID, economics_of()) for _ in range(2))
    pd.testing.assert_frame_equal(first.curve, second.curve)
    assert (first.gain_from, first.gain_to) == (second.gain_from, second.gain_to)


def test_chances_follow_the_truth_where_nobody_looked():
    """Scores without a single outcome take the chance of the curve."""
    scores = np.arange(12)
    truth = expit(-4 + 0.35 * scores)
    n = np.where(scores < 4, 0, 4000)[None, :]
    found = win_chances(scores[:, None].astype(float), n.astype(float), n * truth)
    assert found[0] == pytest.approx(truth, rel=0.02)


def test_resampled_counts_have_the_spread_of_counts():
    counts = pd.DataFrame({"n_mature": [300, 80], "n_won": [60, 0], "n_immature": [9, 0], "n_standing": [1000, 2]})
    draws = resampled(counts, np.random.default_rng(0), 4000)
    assert draws.n_won[0].tolist() == [60, 0]
    assert draws.n_mature[1:, 0].mean() == pytest.approx(300, rel=0.01)
    assert draws.n_mature[1:, 0].var() == pytest.approx(300, rel=0.1)
    assert (draws.n_won <= draws.n_mature).all()
    assert (draws.n_won[:, 1] == 0).all()


def test_intervals_hold_the_truth_in_95_of_100_companies():
    """Companies of 2,000 leads drawn from one truth; their chances are no perfect logistic curve."""
    scores = np.arange(0, 11)
    rng = np.random.default_rng(7)
    handed, standing = 90 * np.exp(-0.15 * scores), 150 * np.exp(-0.5 * scores)
    chance = np.clip(expit(-4 + 0.45 * scores) + 0.01 * (scores % 3), 0, 1)
    said = SAID.with_values(handoffs_per_rep_per_week=500)
    margin, cost = 200_000, 20_000 + 0.02 * 10_000
    worth = (handed + standing) * (margin * chance - cost) / MONTHS
    truth = np.cumsum(worth[::-1])[::-1]
    wins = np.cumsum(((handed + standing) * chance)[::-1])[::-1] / MONTHS
    n_runs, hits, win_hits, found_best = 120, 0, 0, 0
    for _ in range(n_runs):
        n_won = rng.poisson(0.7 * handed * chance)
        n_mature = n_won + rng.poisson(0.7 * handed * (1 - chance))
        counts = np.column_stack([n_mature, n_won, rng.poisson(0.3 * handed), np.zeros(11), rng.poisson(standing)])
        found = threshold_value(patterns_of(counts, scores), RULES, said, economics_of())
        curve = found.curve.set_index("threshold").reindex(scores)
        hits += ((curve["value_from"] <= truth) & (truth <= curve["value_to"])).sum()
        win_hits += ((curve["wins_from"] <= wins) & (wins <= curve["wins_to"])).sum()
        low, high = found.flat
        found_best += low <= scores[np.argmax(truth)] <= high
    assert 0.92 <= hits / (n_runs * 11) <= 0.98
    assert 0.92 <= win_hits / (n_runs * 11) <= 0.98
    assert found_best / n_runs >= 0.93
