"""Two versions over the same leads: the counts are those of the leads one by one."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from analysis.replay import COUNTS, lead_scores, pattern_table
from analysis.rulesets import Band, InForce
from analysis.selection import Selection
from analysis.swaps import score_history, swaps, version_swaps
from tests.analysis.histories import day
from tests.analysis.ruleset_strategies import histories, outside_rulesets, rulesets
from tests.analysis.test_replay import engine_of, one_rule_ruleset

SELECTION = Selection(as_of=day(60), horizon_days=10)


def bands(*thresholds):
    return tuple(
        Band(name_ja="", name_en="", threshold=threshold, owner="", action_ja="", action_en="")
        for threshold in thresholds
    )


def by_lead(engine, before, after):
    """The same question answered one lead at a time."""
    first, second = (lead_scores(engine, ruleset, SELECTION) for ruleset in (before, after))
    leads = pd.DataFrame({"score_before": first["score"], "score_after": second["score"], "group": first["group"]})
    is_in = [
        (found["score"] >= ruleset.threshold) & ~found["is_gated"]
        for found, ruleset in ((first, before), (second, after))
    ]
    names = {(True, True): "stays_in", (False, True): "swapped_in", (True, False): "swapped_out"}
    leads["change"] = [names.get(pair, "stays_out") for pair in zip(*is_in, strict=True)]
    for number, ruleset, name in ((0, before, "band_before"), (1, after, "band_after")):
        found = (first, second)[number]["score"]
        leads[name] = [ruleset.bands.index(ruleset.band_of(score)) for score in found]
    return leads


def check(found, leads):
    totals = {
        tuple(row[:2]): sum(row[2:]) - row[3]
        for row in found.scores[["score_before", "score_after", *COUNTS]].itertuples(index=False, name=None)
    }
    assert totals == leads.groupby(["score_before", "score_after"]).size().to_dict()
    n_won = leads[leads["group"] == "won"].groupby("change").size()
    for row in found.threshold.itertuples():
        total = row.n_mature + row.n_immature + row.n_already_decided + row.n_standing
        assert total == (leads["change"] == row.change).sum()
        assert row.n_won == n_won.get(row.change, 0)
    moved = found.bands.set_index(["band_before", "band_after"])[list(COUNTS)]
    moved = (moved.sum(axis=1) - moved["n_won"]).to_dict()
    assert moved == leads.groupby(["band_before", "band_after"]).size().to_dict()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=histories(), before=rulesets(), after=rulesets())
def test_any_two_versions_are_compared_in_one_replay(rows, before, after):
    engine = engine_of(rows)
    before = replace(before, bands=bands(-5, 0, 5))
    # Some rules of the first stay, some go, some come.
    rules = tuple(replace(rule, id=f"new {rule.id}") for rule in after.rules[:2])
    after = replace(after, rules=(*before.rules[::2], *rules), bands=bands(0, 3), threshold=3)
    check(version_swaps(engine, before, after, SELECTION), by_lead(engine, before, after))
    changed = before.with_points({name: points + 1 for name, points in before.adjustable.items()})
    patterns = pattern_table(engine, before, SELECTION)
    check(swaps(patterns, before, changed), by_lead(engine, before, changed))


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=histories(), first=rulesets(), second=rulesets())
def test_each_decision_has_the_score_of_the_version_in_force(rows, first, second):
    engine = engine_of(rows)
    start, end = date(2025, 1, 5), date(2025, 1, 9)
    versions = [InForce(ruleset=first, start=start, end=end), InForce(ruleset=second, start=end, end=None)]
    history = score_history(engine, versions, SELECTION)
    scores = {1: lead_scores(engine, first, SELECTION), 2: lead_scores(engine, second, SELECTION)}
    assert len(history) == len(scores[1])
    for number, row in enumerate(history.itertuples()):
        on = row.decided_at.date()
        if on < start:
            assert pd.isna(row.version)
            assert pd.isna(row.score)
        else:
            ruleset, own = (first, scores[1]) if on < end else (second, scores[2])
            assert row.score == own["score"].iloc[number]
            assert row.is_at_threshold == (row.score >= ruleset.threshold)
    alone = score_history(engine, [InForce(ruleset=second, start=None, end=None)], SELECTION)
    assert alone["score"].tolist() == scores[2]["score"].tolist()


@settings(max_examples=1, deadline=None)
@given(other=outside_rulesets())
def test_what_cannot_be_compared_is_said(other):
    engine = engine_of({"leads": [{"lead_id": "a", "created_at": day(0)}]})
    ruleset = one_rule_ruleset()
    with pytest.raises(ValueError, match="cannot be compared rule by rule"):
        version_swaps(engine, ruleset, other, SELECTION)
    with pytest.raises(ValueError, match="use version_swaps"):
        swaps(pattern_table(engine, ruleset, SELECTION), ruleset, other)
    with pytest.raises(ValueError, match="at least one version"):
        score_history(engine, [], SELECTION)
