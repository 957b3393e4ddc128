"""How much work an edited cell is once the rule patterns are known, beside the same asked of leads in the same run.

    LEADCAL_BENCH_LEADS=1000000 pytest tests/benches/test_workbench_bench.py --benchmark-enable -s

Figures are CPU seconds, which a busy machine hardly changes. The leads' rows are in
memory already; the answers are checked to be the same before they are timed.
"""

import os
import sys

import numpy as np
import pandas as pd
import pytest

from analysis.assumptions import Assumptions
from analysis.calibration import calibrate
from analysis.economics import Economics
from analysis.patterns import COUNTS, PatternTable, score_table
from analysis.rulesets import parse_ruleset
from analysis.value import threshold_value
from analysis.workbench import consequences
from tests.benches.clock import cpu_seconds

N_LEADS = int(os.environ.get("LEADCAL_BENCH_LEADS", "5000"))
N_RULES = 17
RULE = """
[[rule]]
id = "r{number}"
label = {{ ja = "r", en = "r" }}
kind = "touch"
touch = "seminar"
points = {points}
"""
BANDS = "".join(
    f'\n[[band]]\nname = {{ ja = "{name}", en = "{name}" }}\nthreshold = {start}\n'
    for name, start in (("low", 0), ("middle", 5), ("high", 10))
)
RULESET = parse_ruleset(
    'id = "t"\nversion = 1\noutcome = "won"\nthreshold = 8\n'
    + "".join(RULE.format(number=number, points=1 + number % 4) for number in range(N_RULES))
    + BANDS,
    "t",
)
MINE = RULESET.with_points({"r3": 1, "r7": 6})
MOVES = {(False, True): "in", (True, False): "out", (True, True): "stay", (False, False): "below"}
MONEY = Economics(n_months=24.0, n_amounts=500, amount_mean=1e6, amount_sd=5e5, n_watched=1000, n_opted_out=20)
SAID = Assumptions(n_reps=5, handoffs_per_rep_per_week=20, margin_per_win_yen=300_000, cost_per_handoff_yen=9_000)


@pytest.fixture(scope="module")
def leads():
    rng = np.random.default_rng(0)
    fired = (rng.random((N_LEADS, N_RULES)) < rng.uniform(0.02, 0.35, N_RULES)).astype(np.int64)
    won = rng.random(N_LEADS) < 1 / (1 + np.exp(3.5 - 0.2 * (fired @ RULESET.points)))
    fate = rng.choice(4, N_LEADS, p=[0.3, 0.05, 0.05, 0.6])  # mature, immature, already decided, never worked
    counts = np.column_stack([fate == 0, (fate == 0) & won, fate == 1, fate == 2, fate == 3]).astype(np.int64)
    return fired, rng.random(N_LEADS) < 0.02, pd.DataFrame(counts, columns=list(COUNTS))


@pytest.fixture(scope="module")
def patterns(leads):
    fired, is_gated, counts = leads
    distinct, place = np.unique(np.column_stack([fired, is_gated]), axis=0, return_inverse=True)
    return PatternTable(
        rule_ids=tuple(column.id for column in RULESET.columns),
        gate_ids=("g",),
        multiplicity=distinct[:, :-1],
        gated=distinct[:, -1:].astype(bool),
        counts=counts.groupby(place.ravel()).sum(),
    )


def on_rows(leads, points):
    """Leads by score, and by what they do at the threshold: the least that an edit asks for."""
    fired, is_gated, counts = leads
    before, after = fired @ RULESET.points, fired @ points
    by_score = counts.groupby(after).sum()
    pairs = zip(before[~is_gated] >= RULESET.threshold, after[~is_gated] >= RULESET.threshold, strict=True)
    return by_score, counts[~is_gated].groupby([MOVES[pair] for pair in pairs]).sum()


def test_an_edited_cell_beside_the_rows(benchmark, leads, patterns):
    """Bands, calibration and swap sets of other points."""
    before = calibrate(score_table(patterns, RULESET), RULESET)
    found = benchmark(consequences, patterns, RULESET, MINE, before)
    by_score, by_move = on_rows(leads, MINE.points)
    assert found.mine.scores.set_index("score")["n_won"].to_dict() == by_score["n_won"].to_dict()
    swaps = found.swaps.set_index("move")
    for move, row in by_move.iterrows():
        assert swaps.loc[move, ["n_mature", "n_won", "n_immature", "n_unknown"]].tolist() == [
            row["n_mature"], row["n_won"], row["n_immature"], row["n_standing"],
        ]  # fmt: skip
    if benchmark.enabled:
        mine = cpu_seconds(lambda: consequences(patterns, RULESET, MINE, before), 7)
        rows = cpu_seconds(lambda: on_rows(leads, MINE.points))
        sys.stderr.write(
            f"\nan edit, {len(patterns.counts)} patterns: {1000 * mine:.1f} CPU ms, on rows {1000 * rows:.0f}, "
            f"ratio {rows / mine:.0f}\n"
        )
        assert mine < 0.05


def test_the_threshold_by_value_after_an_edit(benchmark, leads, patterns):
    found = benchmark(threshold_value, patterns, MINE, SAID, MONEY)
    fired, is_gated, counts = leads
    is_above = ~is_gated & (fired @ MINE.points >= MINE.threshold)
    assert found.row(found.today)["n_won"] == counts["n_won"][is_above].sum()
    if benchmark.enabled:
        mine = cpu_seconds(lambda: threshold_value(patterns, MINE, SAID, MONEY), 7)
        scored = cpu_seconds(lambda: fired @ MINE.points, 3)
        sys.stderr.write(f"\nthe threshold: {1000 * mine:.1f} CPU ms, scoring the rows alone {1000 * scored:.1f}\n")
        assert mine < 0.05
