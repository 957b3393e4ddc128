"""Promises and what came of them: row by row, and over many invented futures."""

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, bootstrap

from analysis.meeting.ledger import _gain, chance_of, outlook, promise_of, promised, verdict_of
from analysis.meeting.model import Decision, Promise
from analysis.replay import lead_scores
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace


def world(seed, n, per_new_point):
    """Old and new scores of worked leads; the outcome follows the new one as far as `per_new_point` says."""
    draw = np.random.default_rng(seed)
    common, old, new = draw.normal(size=(3, n))
    won = draw.random(n) < 1 / (1 + np.exp(1.5 - 0.5 * common - per_new_point * new))
    return common + old > 0, common + new > 0, won


def true_gain(per_new_point):
    gain = _gain(*world(99, 2_000_000, per_new_point), n_immature=0)
    return gain.gain


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=60))
def test_the_counts_are_those_of_the_rows(rows):
    was, will, won = (np.array(part, dtype=bool) for part in (zip(*rows, strict=True) if rows else ((), (), ())))
    gain = _gain(was, will, won, n_immature=0)
    assert (gain.n_before, gain.won_before) == (sum(r[0] for r in rows), sum(r[0] and r[2] for r in rows))
    assert (gain.n_after, gain.won_after) == (sum(r[1] for r in rows), sum(r[1] and r[2] for r in rows))
    assert gain.n_moved == sum(r[0] != r[1] for r in rows)
    if gain.n_before and gain.n_after:
        assert gain.low <= gain.gain == gain.won_after / gain.n_after - gain.won_before / gain.n_before <= gain.high
    else:
        assert np.isnan(gain.gain)


def test_the_interval_is_that_of_the_bootstrap():
    was, will, won = world(1, 1_500, 0.6)
    gain = _gain(was, will, won, n_immature=0)

    def difference(was, will, won):
        return won[will].mean() - won[was].mean()

    drawn = bootstrap(
        (was, will, won), difference, paired=True, vectorized=False, n_resamples=1_500, method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert (gain.low, gain.high) == pytest.approx((drawn.low, drawn.high), abs=0.006)


def test_the_interval_holds_the_true_gain():
    truth = true_gain(0.6)
    gains = [_gain(*world(seed, 600, 0.6), n_immature=0) for seed in range(300)]
    assert sum(gain.low <= truth <= gain.high for gain in gains) >= binom.ppf(0.005, 300, 0.95)


def verdicts(before, after, n_after):
    selection = Selection(as_of=datetime(2026, 1, 1))
    found = []
    for seed in range(200):
        promise = promise_of(_gain(*world(seed, 2_000, before), n_immature=0), selection)
        found.append(verdict_of(promise, _gain(*world(seed + 10_000, n_after, after), n_immature=0)))
    return found


def test_a_promise_that_holds_is_rarely_called_broken():
    found = verdicts(1.0, 1.0, 1_500)
    assert found.count("broken") + found.count("better") <= binom.ppf(0.995, 200, 0.05)
    assert found.count("kept") > 150


def test_a_promise_that_comes_to_nothing_is_not_called_kept():
    found = verdicts(1.0, 0.0, 1_500)
    assert found.count("kept") <= binom.ppf(0.995, 200, 0.05)
    assert found.count("broken") > 150


def test_more_than_promised_is_better():
    assert verdicts(0.2, 1.5, 1_500).count("better") > 150


def test_few_results_are_too_early():
    assert set(verdicts(1.0, 1.0, 20)) == {"too_early"}


PROMISE = Promise(outcome="won", horizon_days=180, rate_before=0.1, rate_after=0.13, gain=0.03, low=0.0, high=0.06)


def test_the_chance_of_a_gain():
    assert chance_of(PROMISE) == pytest.approx(0.975, abs=1e-3)
    assert chance_of(replace(PROMISE, low=0.03, high=0.03)) == 1


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("ledger"))
    build_company(workspace, n_leads=4_000)
    return workspace


def test_a_promise_is_counted_on_the_worked_leads_of_the_history(workspace):
    engine, before = open_reader(workspace), find_ruleset(workspace, "today")
    after = before.with_points({"price_inquiry": 6, "white_paper": 0, "business_card": 1, "industry_consulting": -2})
    selection = Selection(as_of=engine.data_end)
    gain = promised(engine, before, after, selection)
    old, new = lead_scores(engine, before, selection), lead_scores(engine, after, selection)
    known = old["group"].isin(["won", "not_won"])
    for scores, n, n_won in ((old, gain.n_before, gain.won_before), (new, gain.n_after, gain.won_after)):
        above = known & (scores["score"] >= 10)
        assert (n, n_won) == (above.sum(), (above & (scores["group"] == "won")).sum())
    either = (old["score"] >= 10) | (new["score"] >= 10)
    assert gain.n_immature == (either & (old["group"] == "immature")).sum()
    assert gain.low > 0  # the right points are better, and the history is large enough to say so


def test_a_decision_is_held_against_what_came_since(workspace):
    engine, before = open_reader(workspace), find_ruleset(workspace, "today")
    after = before.with_points({"price_inquiry": 6, "business_card": 1})
    past = Selection(as_of=datetime(2025, 3, 31, 9), end=date(2025, 3, 31))
    promise = promise_of(promised(engine, before, after, past), past)
    decision = Decision(
        title="x", why="y", decided_on=date(2025, 4, 1), in_force_from=date(2025, 4, 1), review_on=date(2025, 12, 1),
        marketing=("a",), sales=("b",), snapshot=1, as_of=past.as_of, promise=promise,
    )  # fmt: skip
    seen = outlook(engine, decision, before, after, Selection(as_of=engine.data_end))
    assert seen.mature_on == date(2025, 9, 28)
    assert seen.found == promised(engine, before, after, Selection(as_of=engine.data_end, start=date(2025, 4, 1)))
    assert seen.verdict in {"kept", "unclear"}
    early = outlook(
        engine, replace(decision, in_force_from=date(2027, 1, 1)), before, after, Selection(as_of=engine.data_end)
    )
    assert (early.verdict, early.found.n_after) == ("too_early", 0)
    with pytest.raises(ValueError, match="promises nothing"):
        outlook(engine, replace(decision, promise=None), before, after, Selection(as_of=engine.data_end))
