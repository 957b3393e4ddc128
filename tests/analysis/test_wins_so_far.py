"""Wins so far, against rows in pandas and the log-rank test of scipy, and in simulation."""

from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, logrank

from analysis.decided import Decided
from analysis.equal_scores import in_strata
from analysis.groups import adjusted
from analysis.segments import segment_cells, segments
from analysis.selection import Selection
from analysis.wins_so_far import N_STEPS, life_tables, segment_lives

AS_OF = datetime(2026, 3, 31)
SELECTION = Selection(as_of=AS_OF)
REGIONS = ("", "east", "west", "north")
RULESET = SimpleNamespace(
    columns=(SimpleNamespace(id="rule"),), points=np.array([1]), base=0, groups=(), axis_limits=(), outside=None
)


def made(rng, n=4000, effect=1.0, n_scores=6):
    """Decisions of 400 days whose chance rises with the score; "west" has `effect` times the chance."""
    score, region = rng.integers(0, n_scores, n), rng.integers(0, len(REGIONS), n)
    ago = rng.random(n) * 400
    chance = (0.05 + 0.03 * score) * np.where(region == 2, effect, 1)
    days = np.where(rng.random(n) < chance, rng.gamma(3, 30, n), np.inf)
    is_known = (days <= ago) & (days <= 180)
    outcome = np.where(ago < 180, 2, np.where(is_known, 4, 3)).astype(np.int8)
    number = np.arange(n, dtype=np.int32)
    at = np.datetime64(AS_OF, "us") - (ago * 86400e6).astype("timedelta64[us]")
    return Decided(
        rule_ids=("rule",),
        multiplicity=np.arange(n_scores)[:, None],
        pattern_no=score.astype(np.int32),
        outcome_no=outcome,
        won_days=np.where(is_known, np.floor(np.where(is_known, days, 0)), -1).astype(np.int32),
        moment_no=number,
        lead_no=number,
        pass_no=np.ones(n, dtype=np.int32),
        decided_at=at,
        created_at=at,
        codes={"region": region.astype(np.int16)},
        labels={"region": REGIONS},
    )


def by_row(decisions):
    """One row per decision: age in days today, and the day of its win."""
    return pd.DataFrame(
        {
            "label": np.array(REGIONS)[decisions.codes["region"]],
            "score": decisions.scores(RULESET),
            "ago": (np.datetime64(AS_OF, "us") - decisions.decided_at) / np.timedelta64(1, "D"),
            "won": np.where(decisions.won_days >= 0, decisions.won_days, np.inf),
        }
    )


def test_every_decision_counts_as_long_as_it_was_watched():
    decisions = made(np.random.default_rng(0))
    lives, rows = segment_lives(decisions, RULESET, SELECTION), by_row(decisions)
    assert set(lives["dimension"]) == {"region"}
    for label in REGIONS:
        for step in range(N_STEPS):
            own = rows[(rows["label"] == label) & (rows["ago"] >= 30 * (step + 1)) & (rows["won"] >= 30 * step)]
            found = lives[(lives["label"] == label) & (lives["step"] == step)]
            assert found["n_watched"].sum() == len(own)
            assert found["n_won"].sum() == (own["won"] < 30 * (step + 1)).sum()


def test_all_wins_of_mature_decisions_and_some_of_young_ones_count():
    decisions = made(np.random.default_rng(1))
    found = segments(segment_cells(decisions, RULESET), segment_lives(decisions, RULESET, SELECTION)).segments
    rows = by_row(decisions)
    won = rows[np.isfinite(rows["won"])].groupby("label").size()
    for row in found.itertuples():
        assert row.n_won < row.n_so_far <= won[row.label]
        assert row.n_mature == ((rows["label"] == row.label) & (rows["ago"] >= 180)).sum()


@pytest.mark.parametrize("effect", [1.0, 0.5])
def test_at_one_score_it_is_the_log_rank_test(effect):
    decisions = made(np.random.default_rng(2), effect=effect, n_scores=1)
    lives, rows = segment_lives(decisions, RULESET, SELECTION), by_row(decisions)
    watched = np.minimum(rows["ago"] // 30, N_STEPS)
    is_won = rows["won"] // 30 < watched
    times = np.where(is_won, rows["won"] // 30, watched - 0.5)  # watched to the end of an age, and not in the next
    west = (rows["label"] == "west").to_numpy()
    samples = [
        CensoredData(uncensored=times[own & is_won], right=times[own & ~is_won]) for own in (west, ~west)
    ]  # fmt: skip
    labels = pd.Index(REGIONS)
    found = in_strata(*life_tables(lives, labels)).set_index(labels)
    assert found.loc["west", "chance"] == pytest.approx(logrank(*samples).pvalue, rel=1e-6)


def test_more_is_learned_than_from_mature_decisions_alone():
    rng = np.random.default_rng(3)
    gains, n_found = [], 0
    for _ in range(10):
        decisions = made(rng, 6000, effect=0.6)
        cells = segment_cells(decisions, RULESET)
        both = [segments(cells, lives) for lives in (None, segment_lives(decisions, RULESET, SELECTION))]
        alone, more = (np.log(found.segments["ratio_high"] / found.segments["ratio_low"]) for found in both)
        gains.append((more / alone).mean())
        n_found += "west" in set(both[1].claims["label"])
    assert n_found >= 8
    assert np.mean(gains) < 0.95


def test_where_all_are_alike_a_difference_is_as_rare_as_promised():
    """Many groups at once, young decisions among them: at most one family in twenty has a claim."""
    rng = np.random.default_rng(4)
    n_groups, n_strata, rates = 12, 10, np.array([0.01, 0.04, 0.05, 0.03, 0.02, 0.01])
    raw, wrong = [], []
    for _ in range(150):
        n = rng.integers(5, 60, (n_groups, n_strata))
        watched, won = np.zeros((2, n_groups, n_strata, N_STEPS))
        left = n
        for step, rate in enumerate(rates):
            left = rng.binomial(left, 0.85)  # the others are too young
            watched[:, :, step] = left
            won[:, :, step] = rng.binomial(left, np.broadcast_to(rate * np.linspace(0.5, 3, n_strata), left.shape))
            left = left - won[:, :, step].astype(np.int64)
        tables = [table.reshape(n_groups, -1) for table in (watched, won)]
        found = in_strata(*tables, n_of_groups=watched[:, :, 0].sum(axis=1))
        raw += list(found["chance"].dropna())
        wrong.append((adjusted(found["chance"].to_numpy()) < 0.05).any())
    assert np.mean(np.array(raw) < 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.mean(wrong) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 150)


def test_nothing_to_count():
    rng = np.random.default_rng(5)
    empty = segment_lives(made(rng, 0), RULESET, SELECTION)
    assert empty.empty
    young = made(rng, 50)
    early = Selection(as_of=AS_OF, horizon_days=3000)
    assert segment_lives(young, RULESET, early).empty
    found = segments(segment_cells(young, RULESET), segment_lives(young, RULESET, early))
    assert found.claims.empty
