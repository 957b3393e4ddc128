"""How fast a replay is, as a ratio to a bare scan of the touches it has to look at.

    LEADCAL_BENCH_LEADS=1000000 pytest tests/benches/test_replay_bench.py --benchmark-enable -s

The scan adds up lead, type and time of every prepared touch and does nothing
else. Both are measured in the same run, by CPU time because it holds on a busy
machine. A history of a million leads takes some minutes to build first.
"""

import os
import sys
import time

import pytest

from analysis.calibration import calibrate
from analysis.replay import HANDOFF, Decision, pattern_table, replay_sql, score_table
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic.company import build_company
from data.workspace import Workspace

N_LEADS = int(os.environ.get("LEADCAL_BENCH_LEADS", "20000"))
SCAN = 'SELECT SUM(lead_no) AS leads, SUM(type_no) AS types, MAX(touches."at") AS latest FROM prep.touches AS touches'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("bench"))
    build_company(workspace, N_LEADS)
    return workspace


@pytest.fixture(scope="module")
def reader(workspace):
    return open_reader(workspace)


@pytest.fixture(scope="module")
def today(workspace):
    return find_ruleset(workspace, "today")


@pytest.fixture(scope="module")
def scan_seconds(reader):
    return min(cpu_seconds(lambda: reader.query(SCAN)) for _ in range(5))


def cpu_seconds(action):
    started = time.process_time()
    action()
    return time.process_time() - started


@pytest.mark.parametrize(
    "decision", [HANDOFF, Decision(kind="stage", stage="mql"), Decision(kind="landmark", days=90)], ids=lambda d: d.kind
)
def test_replay_against_a_bare_scan(benchmark, reader, today, scan_seconds, decision):
    selection = Selection(as_of=reader.data_end)
    spent = []
    benchmark(lambda: spent.append(cpu_seconds(lambda: pattern_table(reader, today, selection, decision))))
    patterns = pattern_table(reader, today, selection, decision)
    benchmark.extra_info |= {"ratio": min(spent) / scan_seconds, "n_patterns": len(patterns.counts)}
    # Not a test of speed: machines differ. With -s the line says what was reached.
    sys.stdout.write(
        f"\n{decision.kind}: {min(spent):.3f} CPU s, {min(spent) / scan_seconds:.1f} x {scan_seconds:.4f}\n"
    )
    assert "touch_rules" in replay_sql(decision, is_prepared=decision.kind == "handoff")


def test_new_points_ask_nothing(benchmark, reader, today):
    patterns = pattern_table(reader, today, Selection(as_of=reader.data_end))
    rescored = today.with_points({"seminar": 5})
    result = benchmark(lambda: calibrate(score_table(patterns, rescored), rescored))
    assert result.n_decisions > 0
