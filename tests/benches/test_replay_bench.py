"""How fast a replay is, as a ratio to a bare scan of the touches it has to look at.

    LEADCAL_BENCH_LEADS=1000000 pytest tests/benches/test_replay_bench.py --benchmark-enable -s

Two scans are measured in the same run: one reads lead, kind, content and time of
every touch as it was imported, the other lead, type and time as they are prepared,
in half the time. By CPU time, because it holds on a busy machine. A history of a
million leads takes some minutes to build first; `LEADCAL_BENCH_WORKSPACE` names one
that is there.
"""

import sys

import pytest

from analysis.calibration import calibrate
from analysis.completeness import freshness
from analysis.evidence import evidence
from analysis.receipts import receipt
from analysis.replay import HANDOFF, Decision, pattern_table, score_table
from analysis.rulesets import find_ruleset, parse_ruleset
from analysis.selection import Selection
from data.store import open_reader
from tests.benches.clock import cpu_seconds

SCAN = 'SELECT SUM(lead_no) AS leads, SUM(type_no) AS types, MAX(touches."at") AS latest FROM prep.touches AS touches'

SCAN_OF_IMPORTED = (
    "SELECT SUM(STRLEN(lead_id)) AS leads, SUM(STRLEN(kind)) AS kinds, SUM(STRLEN(content)) AS contents, "
    'MAX(touches."at") AS latest FROM touches'
)


@pytest.fixture(scope="module")
def reader(workspace):
    return open_reader(workspace)


@pytest.fixture(scope="module")
def today(workspace):
    return find_ruleset(workspace, "today")


@pytest.fixture(scope="module")
def scan_seconds(reader):
    return cpu_seconds(lambda: reader.query(SCAN), n_times=5)


@pytest.fixture(scope="module")
def imported_seconds(reader):
    return cpu_seconds(lambda: reader.query(SCAN_OF_IMPORTED), n_times=5)


@pytest.mark.parametrize(
    "decision", [HANDOFF, Decision(kind="stage", stage="mql"), Decision(kind="landmark", days=90)], ids=lambda d: d.kind
)
def test_replay_against_a_bare_scan(benchmark, reader, today, scan_seconds, imported_seconds, decision):
    selection = Selection(as_of=reader.data_end)
    spent = []
    benchmark(lambda: spent.append(cpu_seconds(lambda: pattern_table(reader, today, selection, decision))))
    patterns = pattern_table(reader, today, selection, decision)
    benchmark.extra_info |= {"ratio": min(spent) / scan_seconds, "n_patterns": len(patterns.counts)}
    # Not a test of speed: machines differ. With -s the line says what was reached.
    sys.stdout.write(
        f"\n{decision.kind}: {min(spent):.3f} CPU s, {min(spent) / imported_seconds:.1f} x {imported_seconds:.4f} "
        f"of the imported touches, {min(spent) / scan_seconds:.1f} x {scan_seconds:.4f} of the prepared\n"
    )
    assert patterns.counts["n_mature"].sum() > 0


def test_the_checks_of_the_records_against_a_bare_scan(benchmark, reader, scan_seconds):
    spent = []
    found = benchmark(lambda: spent.append(cpu_seconds(lambda: (evidence(reader), freshness(reader)))))
    benchmark.extra_info |= {"ratio": min(spent) / scan_seconds}
    sys.stdout.write(f"\nevidence and freshness: {min(spent):.3f} CPU s, {min(spent) / scan_seconds:.1f} x\n")
    assert found is None
    assert len(evidence(reader).checks) > 0


EVERY_KIND = """
id = "every_kind"
version = 1
threshold = 10
[[group]]
id = "web"
max_points = 8
[axis.engagement]
max_points = 40
[[rule]]
id = "visits"
kind = "touch"
touch = "page_visit"
repeat = "tiers"
tiers = [{ from = 1, points = 1 }, { from = 3, points = 3 }, { from = 8, points = 5 }]
within_days = 180
group = "web"
[[rule]]
id = "events"
kind = "touch"
touch = ["seminar", "webinar"]
points = 8
repeat = "each"
cap = 3
half_life_days = 60
[[rule]]
id = "rising"
kind = "rising"
touch = "page_visit"
days = 30
points = 4
group = "web"
[[rule]]
id = "budget"
kind = "bant"
item = "budget"
answer = "yes"
points = 3
[[rule]]
id = "target"
kind = "k_of"
axis = "fit"
need = 2
points = 10
[[rule.of]]
kind = "attribute"
field = "employees"
min = 1000
[[rule.of]]
kind = "attribute"
field = "capital_yen"
min = 50_000_000_000
[[rule.of]]
kind = "touch"
touch = "page_visit"
content = "*pric*"
at_least = 3
within_days = 90
[[gate]]
id = "opted_out"
kind = "opt_out"
[[band]]
name = "Hot"
threshold = 10
[[band]]
name = "Cold"
"""


def test_every_kind_of_rule_against_a_bare_scan(benchmark, reader, scan_seconds):
    ruleset, selection = parse_ruleset(EVERY_KIND), Selection(as_of=reader.data_end)
    spent = []
    benchmark(lambda: spent.append(cpu_seconds(lambda: pattern_table(reader, ruleset, selection))))
    patterns = pattern_table(reader, ruleset, selection)
    rescored = ruleset.with_points({"events": 5, "visits[3]": 4})
    points_only = cpu_seconds(lambda: score_table(patterns, rescored), n_times=5)
    benchmark.extra_info |= {"ratio": min(spent) / scan_seconds, "n_patterns": len(patterns.counts)}
    sys.stdout.write(
        f"\nevery kind: {min(spent):.3f} CPU s, {min(spent) / scan_seconds:.1f} x {scan_seconds:.4f}; "
        f"{len(patterns.counts)} patterns, new points in {1000 * points_only:.1f} ms\n"
    )
    assert len(patterns.counts) > 0


def test_receipt_of_one_lead(benchmark, reader, today):
    lead_id = reader.query("SELECT MAX(lead_id) AS lead_id FROM prep.leads")["lead_id"].iloc[0]
    found = benchmark(lambda: receipt(reader, today, lead_id, reader.data_end))
    assert found.score == sum(line.points for line in found.lines)


def test_new_points_ask_nothing(benchmark, reader, today):
    patterns = pattern_table(reader, today, Selection(as_of=reader.data_end))
    rescored = today.with_points({"seminar": 5})
    result = benchmark(lambda: calibrate(score_table(patterns, rescored), rescored))
    assert result.n_decisions > 0
