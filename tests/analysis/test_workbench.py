"""The workbench counts every decision once, moves leads as the replay would, and asks the tuner what was agreed."""

import itertools
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.calibration import calibrate
from analysis.patterns import COUNTS, PatternTable, score_table
from analysis.replay import lead_scores, pattern_table
from analysis.rulesets import find_ruleset, parse_ruleset
from analysis.selection import Selection
from analysis.tuning import TuningError
from analysis.workbench import (
    MAX_QUARTERS,
    MOVES,
    bench,
    consequences,
    limits_for,
    n_undecided_quarters,
    named_points,
    pooled,
    quarters,
    swapped_leads,
    tunable,
    usual_range,
)
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace

RULESET = """
id = "t"
version = 1
outcome = "won"
threshold = 4
[[rule]]
id = "a"
label = { ja = "a", en = "a" }
kind = "touch"
touch = "seminar"
points = 3
locked = true
[[rule]]
id = "b"
label = { ja = "b", en = "b" }
kind = "touch"
touch = "inquiry"
points = -2
[[rule]]
id = "t"
label = { ja = "t", en = "t" }
kind = "touch"
touch = "page_visit"
repeat = "tiers"
tiers = [{ from = 1, points = 1 }, { from = 3, points = 2 }]
[[rule]]
id = "h"
label = { ja = "h", en = "h" }
kind = "touch"
touch = "webinar"
points = 4
half_life_days = 30
[[band]]
name = { ja = "x", en = "x" }
threshold = 4
[[band]]
name = { ja = "y", en = "y" }
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("bench") / "workspace")
    build_company(workspace, n_leads=900, seed=1)
    reader = open_reader(workspace)
    return reader, find_ruleset(workspace, "today"), Selection(as_of=reader.data_end)


@given(
    start=st.none() | st.dates(date(2020, 1, 1), date(2025, 6, 1)),
    length=st.none() | st.integers(1, 900),
    as_of=st.datetimes(datetime(2025, 6, 1), datetime(2026, 1, 1)),
)
def test_quarters_cover_the_period_without_overlap(start, length, as_of):
    end = None if length is None or start is None else date.fromordinal(start.toordinal() + length)
    selection = Selection(as_of=as_of, start=start, end=end)
    parts = quarters(selection)
    assert parts[0].start == start
    assert parts[-1].end == end
    assert len(parts) <= MAX_QUARTERS
    for before, after in itertools.pairwise(parts):
        assert before.end == after.start
        assert (after.start.month, after.start.day) in ((1, 1), (4, 1), (7, 1), (10, 1))


def test_the_bench_counts_what_the_replay_counts(company):
    reader, today, selection = company
    found = bench(reader, today, selection)
    whole = pattern_table(reader, today, selection)
    pd.testing.assert_frame_equal(score_table(found.patterns, today), score_table(whole, today))
    assert len(found.patterns.counts) == len(whole.counts)
    open_counts = whole.counts[~whole.is_gated]
    assert found.counts.n_leads.sum() == open_counts["n_mature"].sum()
    assert found.counts.n_won.sum() == open_counts["n_won"].sum()


def test_swaps_are_the_leads_that_change_sides(company):
    reader, today, selection = company
    mine = today.with_points({"seminar": 0, "price_inquiry": 6})
    found = consequences(pattern_table(reader, today, selection), today, mine)
    leads = swapped_leads(reader, today, mine, selection)
    scores = lead_scores(reader, today, selection).merge(
        lead_scores(reader, mine, selection), on=["lead_id", "pass_no", "decided_at"], suffixes=("_today", "_mine")
    )
    scores = scores[~scores["is_gated_today"] & (scores["group_today"] != "already_decided")]
    was, will = scores["score_today"] >= today.threshold, scores["score_mine"] >= mine.threshold
    expected = {"in": (will & ~was).sum(), "out": (was & ~will).sum(), "stay": (was & will).sum()}
    swaps = found.swaps.set_index("move")
    assert list(swaps.index) == list(MOVES)
    for move, n_leads in expected.items():
        assert swaps.loc[move, "n_leads"] == n_leads
    assert expected["in"] > 0
    assert expected["out"] > 0
    assert leads["move"].value_counts().to_dict() == {move: expected[move] for move in ("in", "out")}
    won = scores[will & ~was]["group_today"].eq("won").sum()
    assert swaps.loc["in", "n_won"] == won
    assert found.n_above(is_mine=True) == will.sum()
    assert found.n_above(is_mine=False) == was.sum()


def test_consequences_of_no_change_are_none(company):
    reader, today, selection = company
    patterns = pattern_table(reader, today, selection)
    before = calibrate(score_table(patterns, today), today)
    found = consequences(patterns, today, today, before)
    assert found.today is before
    pd.testing.assert_frame_equal(found.mine.bands, found.today.bands)
    assert found.swaps.set_index("move").loc[["in", "out"], "n_leads"].tolist() == [0, 0]


def test_gated_leads_never_cross_the_threshold():
    ruleset = parse_ruleset(RULESET, "t")
    n_columns = len(ruleset.columns)
    patterns = PatternTable(
        rule_ids=tuple(column.id for column in ruleset.columns),
        gate_ids=("g",),
        multiplicity=np.eye(2, n_columns, dtype=np.int64),
        gated=np.array([[True], [False]]),
        counts=pd.DataFrame([[5, 2, 1, 0, 7], [30, 10, 2, 9, 8]], columns=list(COUNTS)),
    )
    found = consequences(patterns, ruleset, ruleset.with_points({"a": 9, "b": 9}))
    swaps = found.swaps.set_index("move")
    assert found.n_gated == 13
    assert swaps.loc["in", ["n_leads", "n_mature", "n_won", "n_immature", "n_unknown"]].tolist() == [40, 30, 10, 2, 8]
    assert swaps.loc["in", "is_enough"]
    assert swaps.loc["stay", "n_leads"] == 0


def test_pooling_adds_up():
    ruleset = parse_ruleset(RULESET, "t")
    ids = tuple(column.id for column in ruleset.columns)
    rows = np.array([[1] + [0] * (len(ids) - 1), [0] * len(ids)])
    counts = pd.DataFrame([[1, 1, 0, 0, 0], [2, 0, 3, 0, 4]], columns=list(COUNTS))
    table = PatternTable(
        rule_ids=ids, gate_ids=(), multiplicity=rows, gated=np.zeros((2, 0), dtype=bool), counts=counts
    )
    found = pooled([table, table])
    assert found.counts.sum().tolist() == (2 * counts.sum()).tolist()
    assert len(found.counts) == 2


def test_limits_keep_to_locks_signs_ranges_and_tiers(company):
    reader, _, selection = company
    ruleset = parse_ruleset(RULESET, "t")
    counts = bench(reader, ruleset, selection).counts
    assert list(tunable(ruleset)) == ["a", "b", "t[1]", "t[3]", "h"]  # one that fades moves as one
    limits = limits_for(ruleset, counts, {"t[1]": (-1, 1)}, locked=frozenset({"b"}), max_changes=2, max_step=2)
    free = dict(zip(tunable(ruleset), limits.is_free, strict=True))
    assert {name for name, is_free in free.items() if is_free} == {"t[1]", "t[3]", "h"}
    assert limits.tiers == ((2, 3),)
    assert (limits.low[2], limits.high[2]) == (-1, 1)
    assert (limits.max_changes, limits.volume) == (2, None)
    assert limits_for(ruleset, counts, is_volume_kept=True).volume.threshold == 4
    with pytest.raises(TuningError, match=r"t\[1\]"):
        limits_for(ruleset, counts, {"t[1]": (4, 5)}, max_step=2)


@pytest.mark.parametrize(("points", "expected"), [(3, (0, 5)), (-2, (-5, 0)), (0, (-5, 5)), (9, (0, 9)), (-8, (-8, 0))])
def test_points_keep_their_sign_by_default(points, expected):
    assert usual_range(points) == expected


def test_proposed_points_are_named(company):
    ruleset = parse_ruleset(RULESET, "t")
    points = np.array([3, -2, 1, 5, 4])
    assert named_points(ruleset, points) == {"a": 3, "b": -2, "t[1]": 1, "t[3]": 5, "h": 4}


@pytest.mark.parametrize(("days", "expected"), [(30, 1), (91, 1), (92, 2), (180, 2), (365, 5)])
def test_deals_of_a_quarter_are_decided_later(days, expected):
    assert n_undecided_quarters(Selection(as_of=datetime(2026, 1, 1), horizon_days=days)) == expected
