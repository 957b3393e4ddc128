"""Proposed bands, amounts and the grid, against brute force, scikit-learn and single rows."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from analysis.calibration import calibrate
from analysis.intervals import MIN_N
from analysis.patterns import COUNTS, PatternTable
from analysis.rulesets import parse_ruleset
from analysis.score_bands import Banding, mean_amounts, proposed_bands, rising_steps, score_grid

GRID = """
id = "g"
version = 1
threshold = 3
[[rule]]
id = "large"
axis = "fit"
kind = "attribute"
field = "employees"
min = 1000
points = 3
[[rule]]
id = "visit"
kind = "touch"
touch = "visit"
points = 1
repeat = "each"
cap = 4
[[band]]
name = "low"
[[band]]
name = "high"
threshold = 3
"""

rows = st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), min_size=1, max_size=8)


def table(counts):
    n = [size for size, _ in counts]
    won = [round(size * share) for size, share in counts]
    frame = pd.DataFrame({"score": range(len(n)), "n_mature": n, "n_won": won})
    return frame.assign(n_immature=0, n_already_decided=0, n_standing=0)


@given(counts=rows)
def test_rising_steps_are_those_of_isotonic_regression(counts):
    scores = table(counts)
    scores = scores[scores["n_mature"] > 0]
    if scores.empty:
        return
    n, won = scores["n_mature"].to_numpy(float), scores["n_won"].to_numpy(float)
    starts = rising_steps(n, won)
    size, wins = np.add.reduceat(n, starts), np.add.reduceat(won, starts)
    fitted = np.repeat(wins / size, np.diff([*starts, len(n)]))
    oracle = IsotonicRegression().fit_transform(np.arange(len(n)), won / n, sample_weight=n)
    assert fitted == pytest.approx(oracle, abs=1e-9)


def criterion(scores, cuts):
    parts = np.split(np.arange(len(scores)), cuts)
    value = 0.0
    for part in parts:
        n, won = scores["n_mature"].iloc[part].sum(), scores["n_won"].iloc[part].sum()
        for count in (won, n - won):
            value += count * np.log(count / n) if count else 0.0
    return value - len(parts) * np.log(max(scores["n_mature"].sum(), 2)) / 2


@settings(max_examples=40)
@given(counts=rows, min_n=st.integers(1, 40))
def test_proposed_bands_are_the_best_of_all_that_rise_and_are_large_enough(counts, min_n):
    scores = table(counts)
    bands = proposed_bands(scores, min_n=min_n, max_bands=8)
    known = scores[scores["n_mature"] > 0].reset_index(drop=True)
    if known["n_mature"].sum() < min_n:
        assert len(bands) == 1
        return
    best = -np.inf
    for k in range(len(known)):
        for cuts in combinations(range(1, len(known)), k):
            parts = np.split(np.arange(len(known)), cuts)
            sizes = [known["n_mature"].iloc[part].sum() for part in parts]
            rates = [known["n_won"].iloc[part].sum() / size for part, size in zip(parts, sizes, strict=True)]
            if min(sizes) >= min_n and all(low < high for low, high in pairwise(rates)):
                best = max(best, criterion(known, cuts))
    cuts = [int(known.index[known["score"] == band.threshold][0]) for band in bands[1:]]
    assert criterion(known, cuts) == pytest.approx(best, abs=1e-9)


@given(counts=rows)
def test_proposed_bands_hold_enough_and_rise(counts):
    scores = table(counts)
    bands = calibrate(scores, Banding(bands=proposed_bands(scores), threshold=0)).bands
    assert bands["n_mature"].sum() == scores["n_mature"].sum()
    if len(bands) > 1:
        assert (bands["n_mature"] >= max(MIN_N, 0.05 * scores["n_mature"].sum())).all()
        assert bands["win_rate"].is_monotonic_increasing


def test_a_score_that_does_not_rank_gives_one_band():
    assert len(proposed_bands(table([(500, 0.2), (500, 0.1), (500, 0.05)]))) == 1


def test_leads_without_a_score_have_a_band_of_their_own():
    scores = table([(100, 0.9), (200, 0.1), (200, 0.5)]).assign(is_scored=[False, True, True])
    bands = proposed_bands(scores)
    assert [(band.name_en, band.threshold) for band in bands] == [("Not scored", 0), ("Band 1", 1), ("Band 2", 2)]
    found = calibrate(scores, Banding(bands=bands, threshold=2))
    assert found.bands["n_mature"].tolist() == [100, 200, 200]
    assert found.ranking.n_unscored == 100
    assert found.reversals.empty  # 90 % of those without a score won, and that says nothing about the score


def sums_of(amounts, n):
    known = amounts[~np.isnan(amounts)]
    counts = {"n_mature": n, "n_won": len(amounts), "n_known": len(known)}
    return counts | {"total": known.sum(), "total_squares": (known**2).sum()}


def test_the_mean_amount_is_that_of_the_rows():
    amounts = np.random.default_rng(1).lognormal(13, 1, size=40)
    found = mean_amounts(pd.DataFrame([sums_of(amounts, 200), sums_of(np.append(amounts, np.nan), 205)]))
    assert found["amount_mean"].tolist() == pytest.approx([amounts.sum() / 200, amounts.mean() * 41 / 205])
    spread = np.append(amounts, np.zeros(160)).std() / np.sqrt(200) / (amounts.sum() / 200)
    assert np.log(found["amount_high"] / found["amount_mean"])[0] == pytest.approx(1.96 * spread, rel=0.02)
    assert found["is_amount_enough"].all()


def test_few_amounts_say_nothing():
    found = mean_amounts(
        pd.DataFrame([sums_of(np.full(19, 1e6), 100), sums_of(np.array([]), 50), sums_of(np.array([]), 0)])
    )
    assert not found["is_amount_enough"].any()
    assert found["amount_mean"].iloc[1] == 0
    assert found["amount_low"].isna().all()


def test_the_interval_of_the_mean_amount_covers():
    generator, p, n_runs = np.random.default_rng(7), 0.15, 1000
    truth = p * np.exp(13 + 0.8**2 / 2)
    draws = [generator.lognormal(13, 0.8, size=generator.binomial(400, p)) for _ in range(n_runs)]
    found = mean_amounts(pd.DataFrame([sums_of(draw, 400) for draw in draws]))
    hits = ((found["amount_low"] <= truth) & (truth <= found["amount_high"])).mean()
    assert 0.93 <= hits <= 0.97


def patterns_of(ruleset, leads):
    grouped = leads.groupby(["large", "visit"])
    counts = pd.DataFrame(0, index=grouped.size().index, columns=list(COUNTS))
    counts["n_mature"], counts["n_won"] = grouped.size(), grouped["won"].sum()
    keys = np.array([list(key) for key in counts.index], dtype=np.int64)
    gated = np.zeros((len(keys), 0), dtype=bool)
    ids = tuple(column.id for column in ruleset.columns)
    return PatternTable(rule_ids=ids, gate_ids=(), multiplicity=keys, gated=gated, counts=counts.reset_index(drop=True))


@pytest.fixture(scope="module")
def leads():
    generator = np.random.default_rng(3)
    frame = pd.DataFrame({"large": generator.integers(0, 2, 600), "visit": generator.integers(0, 5, 600)})
    return frame.assign(won=generator.random(600) < 0.1 + 0.1 * frame["visit"])


def test_the_grid_of_a_ruleset_counts_as_the_rows_do(leads):
    text = GRID + '[grid]\nfit = [{ grade = "A", threshold = 3 }, { grade = "B" }]\n'
    text += 'engagement = [{ grade = "1", threshold = 2 }, { grade = "2" }]\n'
    text += 'cell = [{ grades = ["A1", "A2", "B1", "B2"], name = "all", owner = "sales" }]\n'
    ruleset = parse_ruleset(text)
    cells = score_grid(patterns_of(ruleset, leads), ruleset).set_index("grade")
    expected = leads.assign(grade=np.where(leads["large"] > 0, "A", "B") + np.where(leads["visit"] >= 2, "1", "2"))
    expected = expected.groupby("grade")["won"].agg(["size", "sum"])
    assert cells.loc[expected.index, "n_mature"].tolist() == expected["size"].tolist()
    assert cells.loc[expected.index, "n_won"].tolist() == expected["sum"].tolist()


def test_without_a_grid_the_axes_are_cut_into_thirds(leads):
    ruleset = parse_ruleset(GRID)
    cells = score_grid(patterns_of(ruleset, leads), ruleset)
    assert cells["n_mature"].sum() == len(leads)
    assert cells["engagement_no"].nunique() == 3
    for cell in cells.itertuples():
        fit, visits = 3 * leads["large"], leads["visit"]
        is_in = pd.Series(data=True, index=leads.index)
        for points, low, high in (
            (fit, cell.fit_low, cell.fit_high),
            (visits, cell.engagement_low, cell.engagement_high),
        ):
            is_in &= (pd.isna(low) or points >= low) & (pd.isna(high) or points <= high)
        assert cell.n_mature == is_in.sum()
        assert cell.n_won == leads.loc[is_in, "won"].sum()
