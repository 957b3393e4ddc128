"""Coverage of the handoff rules: counts lead by lead, and the gap of practice found by itself."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.replay import lead_scores
from analysis.routing import find_routing, parse_routing, routing_coverage, routing_leads
from analysis.routing.cells import Cell, attribute_predicates, cells_of, is_open
from analysis.routing.gaps import find_gaps
from analysis.rulesets import Condition, KOfPredicate
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.analysis.evaluator import _holds
from tests.analysis.histories import day
from tests.analysis.test_replay import engine_of

RULES = """
[[rule]]
id = "large"
kind = "attribute"
field = "employees"
min = 1000
owner = "inside_sales"
action = "Call"

[[rule]]
id = "small"
kind = "attribute"
field = "employees"
max = 99
owner = "marketing"
action = "Newsletter"

[[rule]]
id = "price"
kind = "touch"
touch = "price_inquiry"
owner = "field_sales"
action = "Follow up"

[[rule]]
id = "makers"
kind = "k_of"
need = "all"
owner = "marketing"
action = "Newsletter"

[[rule.of]]
kind = "attribute"
field = "industry"
like = "maker*"

[[rule.of]]
kind = "touch"
touch = "seminar"
at_least = 2
within_days = 10
"""


def lead_rows():
    sizes = [None, 50, 99, 100, 500, 999, 1000, 5000]
    industries = [None, "maker", "maker (cars)", "bank"]
    return [
        {"lead_id": f"l{n}", "created_at": day(0), "source": "web", "employees": sizes[n % 8], "industry": industries[n % 4]}
        for n in range(400)
    ]  # fmt: skip


def some_history():
    touches = [
        {"touch_id": f"t{n}{kind}{k}", "lead_id": f"l{n}", "at": day(4 + k), "kind": kind}
        for n in range(400)
        for kind, times in (("price_inquiry", n % 7 == 0), ("seminar", n % 3), ("call", 1))
        for k in range(times)
    ]
    handoffs = [
        {"handoff_id": f"h{n}{p}", "lead_id": f"l{n}", "handed_off_at": day(8 + 9 * p), "pass_no": p + 1}
        for n in range(0, 400, 5)
        for p in range(1 + (n % 10 == 0))
    ]
    return {"leads": lead_rows(), "touches": touches, "handoffs": handoffs}


@pytest.fixture(scope="module")
def engine():
    return engine_of(some_history())


def by_hand(rows, rules, scores):
    """For each decision the ids of the rules that hold, by the definition row by row."""
    touches = pd.DataFrame(rows["touches"]).groupby("lead_id").groups
    found = []
    for decision in scores.itertuples():
        lead = next(row for row in rows["leads"] if row["lead_id"] == decision.lead_id)
        own = {"touches": [rows["touches"][place] for place in touches.get(decision.lead_id, [])]}
        own["lead_facts"] = []
        held = {
            rule.id
            for rule in rules.rules
            if sum(_holds(own, lead, each, decision.decided_at) for each in rule.predicate.conditions)
            >= rule.predicate.need
        }
        found.append(held)
    return found


def test_counts_and_lists_equal_a_count_lead_by_lead(engine):
    rules, selection = parse_routing(RULES), Selection(as_of=day(40))
    coverage = routing_coverage(engine, rules, selection)
    some = parse_ruleset_of_nothing()
    scores = lead_scores(engine, some, selection)
    held = by_hand(some_history(), rules, scores)
    owner = {rule.id: rule.owner for rule in rules.rules}
    kinds = [
        ("none" if not ids else "one" if len(ids) == 1 else "several" if len({owner[i] for i in ids}) == 1 else "conflict")
        for ids in held
    ]  # fmt: skip
    assert coverage.n_leads == len(held) == 320 + 40 + 80
    assert coverage.matches.set_index("match")["n_leads"].to_dict() == {
        name: kinds.count(name) for name in ("none", "one", "several", "conflict")
    }
    assert coverage.n_none == kinds.count("none")
    assert coverage.n_conflict == kinds.count("conflict")
    assert coverage.n_several == kinds.count("conflict") + kinds.count("several")
    rows = coverage.rules.set_index("rule_id")
    for rule in rules.rules:
        assert rows.loc[rule.id, "n_leads"] == sum(rule.id in ids for ids in held)
        assert rows.loc[rule.id, "n_only"] == sum(ids == {rule.id} for ids in held)
    for pair in coverage.overlaps.itertuples():
        assert pair.n_leads == sum({pair.rule_id, pair.other_id} <= ids for ids in held)
        assert pair.is_conflict == (owner[pair.rule_id] != owner[pair.other_id])
    for kind in ("none", "one", "several", "conflict"):
        listed = routing_leads(engine, rules, selection, kind)
        expected = {
            (row.lead_id, row.pass_no, frozenset(ids))
            for row, ids, its in zip(scores.itertuples(), held, kinds, strict=True)
            if its == kind
        }
        assert {(row.lead_id, row.pass_no, frozenset(row.rule_ids)) for row in listed.itertuples()} == expected
        assert len(listed) == len(expected)
    assert len(routing_leads(engine, rules, selection, "none", limit=3)) == 3


def parse_ruleset_of_nothing():
    from analysis.routing.model import yes_or_no

    return yes_or_no([("x", parse_routing(RULES).rules[2].predicate, "fit", 1)])


def test_the_gap_between_two_sizes_is_found_and_listed(engine):
    rules, selection = parse_routing(RULES), Selection(as_of=day(40))
    coverage = routing_coverage(engine, rules, selection)
    first = coverage.gaps[0]
    assert [(cell.field, cell.kind, cell.low, cell.high) for cell in first.cells] == [("employees", "range", 100, 999)]
    assert first.open_rules == ("price", "makers")
    assert first.n_unmatched == len(routing_leads(engine, rules, selection, "none", gap=first))
    assert sum(gap.n_further for gap in coverage.gaps) + coverage.n_elsewhere == coverage.n_none
    kinds = {(cell.field, cell.kind) for gap in coverage.gaps for cell in gap.cells}
    assert ("employees", "unknown") in kinds


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("preset", ["practice-all", "practice-any", "practice-two-of-three"])
def test_the_gap_that_practice_leaves_is_found_in_a_company(company, preset, seed):
    reader = open_reader(company[seed])
    coverage = routing_coverage(reader, find_routing(company[seed], preset), Selection(as_of=reader.data_end))
    gap = next(gap for gap in coverage.gaps if gap.cells[0].kind == "range" and len(gap.cells) == 1)
    assert (gap.cells[0].field, gap.cells[0].low, gap.cells[0].high) == ("employees", 100, 999)
    assert gap is coverage.gaps[0]
    assert {"hot"} & set(gap.open_rules) == (set() if preset == "practice-all" else {"hot"})
    assert gap.n_unmatched > 0.2 * coverage.n_none
    assert coverage.overlaps.iloc[0][["rule_id", "other_id", "is_conflict"]].tolist() == [
        "sales_inquiry",
        "white_paper",
        True,
    ]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    found = {}
    for seed in (1, 2):
        found[seed] = Workspace(tmp_path_factory.mktemp(f"routing{seed}"))
        build_company(found[seed], n_leads=4000, seed=seed)
    return found


def test_the_cells_of_an_attribute_take_every_lead_once(engine):
    rules = parse_routing(RULES)
    cells = cells_of(engine, rules.rules, ("source", "region"))
    assert [(c.kind, c.low, c.high) for c in cells if c.field == "employees"] == [
        ("range", None, 99),
        ("range", 100, 999),
        ("range", 1000, None),
        ("unknown", None, None),
    ]
    assert [(c.kind, set(c.values)) for c in cells if c.field == "industry"] == [
        ("values", {"maker", "maker (cars)"}),
        ("others", {"maker", "maker (cars)"}),
        ("unknown", set()),
    ]
    from analysis.replay import pattern_table
    from analysis.routing.model import yes_or_no

    asked = [(str(n), KOfPredicate(conditions=(Condition(predicate=c.predicate),), need=1), "fit", 1) for n, c in enumerate(cells)]  # fmt: skip
    patterns = pattern_table(engine, yes_or_no(asked), Selection(as_of=day(40)))
    for field in ("employees", "industry", "source"):
        own = [number for number, cell in enumerate(cells) if cell.field == field]
        assert (patterns.multiplicity[:, own].sum(axis=1) == 1).all()
    assert "region" not in {cell.field for cell in cells} or all(
        c.kind == "unknown" for c in cells if c.field == "region"
    )


def test_a_cell_meets_a_condition_as_a_whole_or_not_at_all(engine):
    rules = parse_routing(RULES)
    large, small, price, makers = (rule.predicate for rule in rules.rules)
    middle = Cell(field="employees", kind="range", low=100, high=999)
    assert not middle.meets(attribute_predicates(large)[0])
    assert Cell(field="employees", kind="range", low=1000).meets(attribute_predicates(large)[0])
    assert Cell(field="employees", kind="range", high=99).meets(attribute_predicates(small)[0])
    assert not Cell(field="employees", kind="unknown").meets(attribute_predicates(large)[0])
    assert (is_open(large, [middle]), is_open(price, [middle]), is_open(makers, [middle])) == (False, True, True)
    assert not is_open(makers, [Cell(field="industry", kind="others", values=("maker",))])


def test_excluded_values_leave_the_rest(engine):
    text = RULES.replace('like = "maker*"', 'not_in = ["maker"]')
    cells = cells_of(engine, parse_routing(text).rules)
    makers = parse_routing(text).rules[3].predicate
    kinds = {cell.kind: is_open(makers, [cell]) for cell in cells if cell.field == "industry"}
    assert kinds == {"values": False, "others": True, "unknown": False}


def test_an_empty_history_has_no_gaps():
    coverage = routing_coverage(engine_of({}), parse_routing(RULES), Selection(as_of=day(9)))
    assert (coverage.n_leads, coverage.n_none, coverage.gaps, coverage.n_elsewhere) == (0, 0, (), 0)
    assert len(coverage.overlaps) == 0
    assert len(routing_leads(engine_of({}), parse_routing(RULES), Selection(as_of=day(9)))) == 0


CELLS = tuple(Cell(field=f"f{number // 2}", kind="values", values=(str(number),)) for number in range(6))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_gaps_are_real_and_never_describe_a_lead_twice(seed, n_patterns):
    generator = np.random.default_rng(seed)
    side = generator.integers(0, 2, (n_patterns, 3))
    is_in = np.zeros((n_patterns, 6), dtype=bool)
    for field in range(3):
        is_in[np.arange(n_patterns), 2 * field + side[:, field]] = True
    n_leads = generator.integers(0, 50, n_patterns)
    is_unmatched = generator.random(n_patterns) < 0.3
    left = n_leads.copy()
    for chosen in find_gaps(CELLS, is_in, n_leads, is_unmatched):
        inside = is_in[:, list(chosen)].all(axis=1)
        base = left @ is_unmatched / left.sum()
        n_new = left @ (inside & is_unmatched)
        assert n_new >= 20
        assert n_new / (left @ inside) > base
        assert len({CELLS[number].field for number in chosen}) == len(chosen) <= 3
        left = np.where(inside, 0, left)
