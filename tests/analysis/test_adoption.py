"""What other points would have changed since a day: against the leads one by one, and both ways alike."""

from datetime import date, timedelta

import pandas as pd
import pytest

from analysis.adoption import adopted, adopted_points, since
from analysis.replay import lead_scores, pattern_table
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace

DAY = date(2025, 4, 1)


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("adoption") / "workspace")
    build_company(workspace, n_leads=1500, seed=3)
    reader, today = open_reader(workspace), find_ruleset(workspace, "today")
    return reader, today, today.with_points({"price_inquiry": 7, "business_card": 1})


def test_moves_are_those_of_the_leads_decided_since(history):
    reader, today, mine = history
    selection = Selection(as_of=reader.data_end)
    found = adopted(reader, today, mine, selection, DAY)
    before, after = (lead_scores(reader, ruleset, selection) for ruleset in (today, mine))
    is_since = before["decided_at"] >= pd.Timestamp(DAY)
    was, will = before["score"] >= today.threshold, after["score"] >= mine.threshold
    is_open = is_since & ~before["is_gated"] & (before["group"] != "already_decided")
    for move, chosen in (("in", will & ~was), ("out", was & ~will), ("stay", was & will)):
        groups = before.loc[is_open & chosen, "group"].value_counts()
        assert found.count(move, "n_leads") == groups.sum()
        assert found.count(move, "n_unknown") == groups.get("standing", 0)
        assert found.count(move, "n_won") == groups.get("won", 0)
    assert found.count("in", "n_leads") > 0
    assert found.n_above(is_mine=True) == (is_open & will).sum()


def test_both_ways_agree(history):
    reader, today, mine = history
    chosen = since(Selection(as_of=reader.data_end), DAY)
    quick = adopted_points(pattern_table(reader, today, chosen), today, mine, chosen)
    slow = adopted(reader, today, mine, Selection(as_of=reader.data_end), DAY)
    moved = ["in", "out"]
    pd.testing.assert_frame_equal(
        quick.moves.set_index("move").loc[moved], slow.moves.set_index("move").loc[moved], check_dtype=False
    )
    assert (quick.since, quick.until, quick.n_months) == (slow.since, slow.until, slow.n_months)


def test_a_selection_is_cut_and_never_widened(history):
    reader, *_ = history
    last = reader.data_end.date()
    assert since(Selection(as_of=reader.data_end), DAY).start == DAY
    assert since(Selection(as_of=reader.data_end, start=date(2025, 6, 1)), DAY).start == date(2025, 6, 1)
    with pytest.raises(ValueError, match="after the last day"):
        since(Selection(as_of=reader.data_end), last + timedelta(days=1))
    with pytest.raises(ValueError, match="after the last day"):
        since(Selection(as_of=reader.data_end, end=DAY), DAY)


def test_the_same_points_change_nothing(history):
    reader, today, _ = history
    found = adopted(reader, today, today, Selection(as_of=reader.data_end), DAY)
    assert found.count("in", "n_leads") == found.count("out", "n_leads") == 0
    assert found.n_above(is_mine=True) == found.n_above(is_mine=False)
