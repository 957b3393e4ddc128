from dataclasses import replace
from datetime import date, timedelta
from importlib import resources

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import layouts
from analysis.replay import (
    COUNTS,
    HANDOFF,
    Decision,
    ReplayError,
    grade_table,
    lead_scores,
    pattern_table,
    pattern_tables,
    rule_hits,
    score_table,
)
from analysis.rulesets import parse_ruleset
from analysis.selection import Selection
from tests.analysis.evaluator import evaluate
from tests.analysis.histories import DAY_ZERO, MemoryEngine, day, history
from tests.analysis.ruleset_strategies import histories, outside_rulesets, rulesets

DECISIONS = [HANDOFF, Decision(kind="stage", stage="mql"), Decision(kind="landmark", days=5)]
PREPARE = resources.files("data").joinpath("sql", "prepare_touches.sql").read_text(encoding="utf-8")

selections = st.builds(
    Selection,
    as_of=st.sampled_from([day(8), day(12) + timedelta(hours=12), day(20), day(60), day(60)]),
    start=st.sampled_from([None, None, None, date(2025, 1, 4)]),
    end=st.sampled_from([None, None, None, date(2025, 1, 12)]),
    sources=st.sampled_from([(), (), (), ("web",), ("", "seminar")]),
    horizon_days=st.sampled_from([3, 10, 20]),
    outcome=st.sampled_from(["won", "opportunity"]),
)


def engine_of(rows) -> MemoryEngine:
    engine = history(**rows)
    if not engine.connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'replay_info'").fetchall():
        engine.connection.execute(PREPARE)
    return engine


def expected_table(expected):
    groups = pd.DataFrame(expected, columns=["score", "group"])
    table = pd.DataFrame(
        {
            "score": groups["score"],
            "n_mature": groups["group"].isin(["won", "not_won"]),
            "n_won": groups["group"] == "won",
            "n_immature": groups["group"] == "immature",
            "n_already_decided": groups["group"] == "already_decided",
            "n_standing": groups["group"] == "standing",
        }
    )
    return table.groupby("score", as_index=False)[list(COUNTS)].sum().astype("int64")


def check(engine, rows, ruleset, selection, decision):
    expected = evaluate(rows, ruleset, selection, decision)
    actual = lead_scores(engine, ruleset, selection, decision)
    columns = ["lead_id", "pass_no", "decided_at", "score", "grade", "is_gated", "group"]
    as_rows = sorted(tuple(row[name] for name in columns) for row in expected)
    assert sorted(tuple(row) for row in actual[columns].itertuples(index=False)) == as_rows
    assert (actual["fit"] + actual["engagement"] == actual["score"]).all()
    patterns = pattern_table(engine, ruleset, selection, decision)
    found = score_table(patterns, ruleset)
    if ruleset.outside is not None:
        is_scored = found.pop("is_scored")
        assert is_scored.tolist() == (found["score"] >= ruleset.outside.low).tolist()
    pd.testing.assert_frame_equal(found, expected_table(expected), check_dtype=False)
    assert len(np.unique(np.hstack([patterns.multiplicity, patterns.gated]), axis=0)) == len(patterns.counts)
    n_gated = int((patterns.counts[list(COUNTS)].sum(axis=1) - patterns.counts["n_won"])[patterns.is_gated].sum())
    assert n_gated == sum(row["is_gated"] for row in expected)
    if ruleset.grid is not None:
        graded = grade_table(patterns, ruleset).set_index("grade")
        n_of_grade = (graded.sum(axis=1) - graded["n_won"]).to_dict()
        assert n_of_grade == {grade: sum(row["grade"] == grade for row in expected) for grade in ruleset.grid.grades}
    if decision == HANDOFF:
        hits = rule_hits(engine, ruleset, selection, decision)
        worth = hits["column_id"].map({column.id: column.points for column in ruleset.columns})
        by_rule = (hits["multiplicity"] * worth).groupby(hits["rule_id"]).sum()
        for number, rule in enumerate(ruleset.rules):
            expected_points = sum(row["by_rule"][number] - ruleset.base for row in expected)
            assert by_rule.get(rule.id, 0) == expected_points


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=histories(), ruleset=rulesets(), selection=selections)
def test_replay_equals_the_definition_row_by_row(rows, ruleset, selection):
    engine = engine_of(rows)
    for decision in DECISIONS:
        check(engine, rows, ruleset, selection, decision)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=histories(), ruleset=outside_rulesets(), selection=selections)
def test_the_score_of_another_tool_is_replayed_like_our_own(rows, ruleset, selection):
    engine = engine_of(rows)
    for decision in DECISIONS:
        check(engine, rows, ruleset, selection, decision)
        patterns = pattern_table(engine, ruleset, selection, decision)
        unscored = [row for row in evaluate(rows, ruleset, selection, decision) if row["score"] == ruleset.min_score]
        assert patterns.n_unscored == len(unscored)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=histories(), ruleset=rulesets(), selection=selections)
def test_many_rules_are_spread_over_several_questions(rows, ruleset, selection):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layouts, "WORD_BITS", 8)
        engine = engine_of(rows)
        for decision in DECISIONS:
            check(engine, rows, ruleset, selection, decision)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=histories(), after=histories(), ruleset=st.one_of(rulesets(), outside_rulesets()))
def test_what_happens_after_a_decision_never_changes_its_score(before, after, ruleset):
    selection = Selection(as_of=day(40) + timedelta(hours=23))
    later = {
        "touches": "at",
        "lead_facts": "known_at",
        "stage_events": "entered_at",
        "opt_outs": "at",
        "deals": "closed_at",
        "bant": "learned_at",
        "scores": "scored_at",
    }
    # The first dated fact about a column of `leads` says that the column was not known from
    # the beginning: it corrects the past on purpose. So only fields of lead_facts are tried.
    before["lead_facts"] = [row for row in before["lead_facts"] if row["field"] == "revenue_class"]
    after["lead_facts"] = [row for row in after["lead_facts"] if row["field"] == "revenue_class"]
    first = lead_scores(engine_of(before), ruleset, selection)
    decided = first[first["group"] != "standing"]
    if decided.empty:
        return
    last = decided["decided_at"].max()
    extended = dict(before)
    for table, column in later.items():
        moved = [
            row
            | {column: last + timedelta(seconds=1) + (row[column] - DAY_ZERO)}
            | ({"touch_id": f"late{number}"} if table == "touches" else {})
            for number, row in enumerate(after[table])
        ]
        extended[table] = [*before[table], *moved]
    wide = replace(selection, as_of=day(200))
    for engine_selection in (selection, wide):
        again = lead_scores(engine_of(extended), ruleset, engine_selection)
        again = again[again["group"] != "standing"]
        columns = ["lead_id", "pass_no", "decided_at", "score", "is_gated"]
        merged = decided[columns].merge(again[columns], on=columns)
        assert len(merged) >= len(decided.drop_duplicates(columns))


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=histories(), ruleset=st.one_of(rulesets(), outside_rulesets()), selection=selections)
def test_periods_asked_together_are_those_asked_one_by_one(rows, ruleset, selection):
    engine = engine_of(rows)
    cut = day(20).date()
    parts = [replace(selection, start=None, end=cut), replace(selection, start=cut, end=None)]
    for decision in DECISIONS:
        for together, alone in zip(
            pattern_tables(engine, ruleset, parts, decision),
            [pattern_table(engine, ruleset, part, decision) for part in parts],
            strict=True,
        ):
            assert np.array_equal(together.multiplicity, alone.multiplicity)
            assert np.array_equal(together.gated, alone.gated)
            pd.testing.assert_frame_equal(together.counts, alone.counts)


def test_the_edges_of_every_definition():
    """What random histories rarely hit: exact ends of windows, horizons, facts and passes."""
    lead = {"lead_id": "a", "created_at": day(0), "employees": 5}
    touches = [
        {"touch_id": str(number), "lead_id": "a", "kind": "seminar", "content": content, "at": day(days)}
        for number, (days, content) in enumerate(
            [(0, "x"), (1, "x"), (5, "x"), (9, "x"), (10, "x"), (10, "y"), (11, "x")]
        )
    ]
    rows = {
        "leads": [lead],
        "touches": touches,
        "lead_facts": [
            {"lead_id": "a", "field": "employees", "value": value, "known_at": day(days)}
            for days, value in [(2, "10"), (10, "1000")]
        ],
        "handoffs": [
            {"handoff_id": str(days), "lead_id": "a", "pass_no": number, "handed_off_at": day(days)}
            for number, days in enumerate([5, 10, 30], start=1)
        ],
        "stage_events": [{"lead_id": "a", "stage": "mql", "entered_at": day(10)}],
        "opt_outs": [{"lead_id": "a", "at": day(10), "channel": "call"}],
        "deals": [],
    }
    ruleset = edge_ruleset()
    for won_days in (5, 8, 12, 20, 20.001):
        rows["deals"] = [
            {"deal_id": "d", "lead_id": "a", "opened_at": None, "closed_at": day(won_days), "outcome": "won"}
        ]
        engine = engine_of(rows)
        for as_of in (day(15), day(20), day(100)):
            check(engine, rows, ruleset, Selection(as_of=as_of, horizon_days=10), HANDOFF)
        for decision in (Decision(kind="stage", stage="mql"), Decision(kind="landmark", days=10)):
            check(engine, rows, ruleset, Selection(as_of=day(20), horizon_days=10), decision)


def test_true_and_one_are_two_questions():
    """They are equal in Python, so a shared counter would confuse them."""
    rule = '[[rule]]\nid = "{id}"\nkind = "attribute"\nfield = "{field}"\nin = [{value}]\npoints = {points}\n'
    text = (
        'id = "two"\nversion = 1\nthreshold = 0\n'
        + rule.format(id="yes", field="is_inbound", value="true", points=1)
        + rule.format(id="one", field="is_inbound", value="1", points=10)
        + '[[band]]\nname = "all"\nthreshold = 0\n'
    )
    engine = engine_of({"leads": [{"lead_id": "a", "created_at": day(0), "is_inbound": True}]})
    assert lead_scores(engine, parse_ruleset(text), Selection(as_of=day(10)))["score"].tolist() == [1]


def test_a_score_nobody_gave_or_out_of_range_is_refused():
    text = (
        'id = "crm"\nversion = 1\nkind = "score"\nscorer = "crm"\nlow = 0\nhigh = 100\nthreshold = 50\n'
        '[[band]]\nname = "High"\nthreshold = 50\n[[band]]\nname = "Low"\n'
    )
    lead = {"lead_id": "a", "created_at": day(0)}
    score = {"lead_id": "a", "scorer": "crm", "axis": "total", "scored_at": day(0)}
    selection = Selection(as_of=day(10))
    engine = engine_of({"leads": [lead], "scores": [score | {"score": 250}]})
    with pytest.raises(ReplayError, match="reach from 250 to 250 points, not only from 0 to 100; correct low, high"):
        pattern_table(engine, parse_ruleset(text), selection)
    with pytest.raises(ReplayError, match=r'no scores "crn \(total\)" in this history; did you mean crm \(total\)\?'):
        pattern_table(engine, parse_ruleset(text.replace('"crm"\nlow', '"crn"\nlow')), selection)
    with pytest.raises(ReplayError, match="import scores first"):
        pattern_table(engine_of({"leads": [lead]}), parse_ruleset(text), selection)


def test_only_plain_sums_are_linear():
    ruleset = one_rule_ruleset()
    assert ruleset.is_linear
    assert not replace(ruleset, rules=(replace(ruleset.rules[0], half_life_days=3),)).is_linear


def test_an_unknown_stage_is_named_with_a_suggestion():
    engine = engine_of({"leads": [{"lead_id": "a", "created_at": day(0)}]})
    selection = Selection(as_of=day(10), outcome="wonn")
    with pytest.raises(ReplayError) as caught:
        pattern_table(engine, one_rule_ruleset(), selection)
    assert str(caught.value) == 'there is no stage "wonn" in this history; did you mean won?'


def test_an_empty_history_has_no_patterns():
    engine = engine_of({"leads": []})
    patterns = pattern_table(engine, one_rule_ruleset(), Selection(as_of=day(10)))
    assert len(patterns.counts) == 0
    assert list(score_table(patterns, one_rule_ruleset()).columns) == ["score", *COUNTS]


def test_new_points_need_no_new_replay():
    ruleset = one_rule_ruleset()
    rows = {
        "leads": [{"lead_id": "a", "created_at": day(0)}],
        "touches": [{"touch_id": str(n), "lead_id": "a", "at": day(1), "kind": "seminar"} for n in range(3)],
    }
    patterns = pattern_table(engine_of(rows), ruleset, Selection(as_of=day(10)))
    assert score_table(patterns, ruleset)["score"].tolist() == [6]
    assert score_table(patterns, ruleset.with_points({"seminar": -1}))["score"].tolist() == [-2]


def test_patterns_of_other_rules_are_refused():
    patterns = pattern_table(engine_of({"leads": []}), one_rule_ruleset(), Selection(as_of=day(10)))
    other = replace(one_rule_ruleset(), rules=())
    with pytest.raises(ValueError, match="replay again"):
        score_table(patterns, other)


def one_rule_ruleset():
    return parse_ruleset(
        'id = "one"\nversion = 1\nthreshold = 3\n[[rule]]\nid = "seminar"\nkind = "touch"\ntouch = "seminar"\n'
        'points = 3\nrepeat = "each"\ncap = 2\n[[band]]\nname = "all"\nthreshold = 0\n'
    )


def edge_ruleset():
    seminar = '[[rule]]\nid = "{id}"\nkind = "touch"\ntouch = "seminar"\npoints = {points}\n{more}\n'
    rules = [
        seminar.format(id="ever", points=1, more='repeat = "each"\ncap = 4'),
        seminar.format(id="window", points=10, more='repeat = "each"\ncap = 9\nwithin_days = 5'),
        seminar.format(id="content", points=100, more='content = "x"\nrepeat = "each"\ncap = 2\nwithin_days = 2'),
        '[[rule]]\nid = "large"\nkind = "attribute"\nfield = "employees"\nmin = 1000\npoints = 1000\n',
        '[[rule]]\nid = "ten"\nkind = "attribute"\nfield = "employees"\nin = [10]\npoints = 4000\n',
        '[[rule]]\nid = "unknown"\nkind = "attribute"\nfield = "employees"\nis_unknown = true\npoints = 2000\n',
    ]
    gate = '[[gate]]\nid = "gate"\nkind = "opt_out"\nchannel = "call"\n'
    bands = '[[band]]\nname = "all"\nthreshold = 0\n'
    return parse_ruleset('id = "edge"\nversion = 1\nthreshold = 1\n' + "".join(rules) + gate + bands)
