"""How fast funnel questions are, beside pandas on the same data in the same run.

    LEADCAL_BENCH_LEADS=1000000 pytest tests/benches/test_funnel_bench.py --benchmark-enable -s

pandas gets the tables already loaded. ClickHouse's `windowFunnel` joins in where
chdb is installed. Answers of pandas are checked to be the same before they are timed.
"""

import importlib.util
import os
import sys
import time

import pytest

from analysis.ageing import ageing
from analysis.durations import Span, duration_cells, time_to_convert
from analysis.funnel import funnel
from analysis.journey_funnel import Question, journey_funnel
from analysis.selection import Selection
from analysis.sources import sources
from data.store import open_reader
from data.synthetic.company import build_company
from data.workspace import Workspace

N_LEADS = int(os.environ.get("LEADCAL_BENCH_LEADS", "5000"))
STEPS = ("mql", "sal", "opportunity", "won")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("bench"))
    build_company(workspace, N_LEADS)
    return open_reader(workspace)


@pytest.fixture(scope="module")
def selection(reader):
    return Selection(as_of=reader.data_end)


@pytest.fixture(scope="module")
def tables(reader):
    """The tables a funnel needs, in memory."""
    leads = reader.query("SELECT lead_no AS lead_no, created_at AS created_at, source AS source FROM prep.leads")
    entries = reader.query(
        "SELECT lead_no AS lead_no, position AS position, first_entered_at AS at FROM prep.stage_entries"
    )
    return leads, entries


def seconds(action, n_times=3):
    best = float("inf")
    for _ in range(n_times):
        started = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - started)
    return best


def say(name, ours, theirs, who="pandas"):
    sys.stderr.write(f"\n{name}: {ours * 1000:.0f} ms, {who} {theirs * 1000:.0f} ms, ratio {theirs / ours:.1f}\n")


def funnel_in_pandas(leads, entries, as_of):
    """Leads that came to each stage or further, by month and source, as an analyst would write it."""
    known = leads[leads["created_at"] <= as_of]
    furthest = entries[entries["at"] <= as_of].groupby("lead_no")["position"].max()
    table = known.assign(position=known["lead_no"].map(furthest), month=known["created_at"].dt.to_period("M"))
    table.groupby(["month", "source", "position"], observed=True, dropna=False).size()
    return [int((table["position"] >= position).sum()) for position in range(8)]


def test_funnel_against_pandas(benchmark, reader, selection, tables):
    result = benchmark(funnel, reader, selection)
    expected = funnel_in_pandas(*tables, selection.as_of)
    assert result.steps["n_leads"].tolist() == [expected[position] for position in result.steps["position"]]
    if benchmark.enabled:
        say(
            "funnel",
            seconds(lambda: funnel(reader, selection)),
            seconds(lambda: funnel_in_pandas(*tables, selection.as_of)),
        )


def lags_in_pandas(leads, entries, as_of):
    known = entries[entries["at"] <= as_of]
    start = known[known["position"] == 2].set_index("lead_no")["at"]
    end = known[known["position"] >= 4].groupby("lead_no")["at"].min()
    lag = (end - start).dropna()
    return int((lag >= lag.min() * 0).sum())


def test_time_to_convert_against_pandas(benchmark, reader, selection, tables):
    span = Span(start="mql", end="sal")
    table = benchmark(lambda: time_to_convert(duration_cells(reader, selection, span)))
    assert table["n_reached"].iloc[0] == lags_in_pandas(*tables, selection.as_of)
    if benchmark.enabled:
        ours = seconds(lambda: duration_cells(reader, selection, span))
        say("time to convert", ours, seconds(lambda: lags_in_pandas(*tables, selection.as_of)))


@pytest.mark.parametrize("question", [Question(mode="ordered"), Question(view="period"), Question(grain="pass")], ids=["ordered", "period", "pass"])  # fmt: skip
def test_journeys(benchmark, reader, selection, question):
    assert benchmark(journey_funnel, reader, selection, question).n_journeys >= N_LEADS * 0.9


@pytest.mark.parametrize("ask", [ageing, sources], ids=["ageing", "sources"])
def test_other_questions(benchmark, reader, selection, ask):
    assert benchmark(ask, reader, selection) is not None


@pytest.mark.skipif(importlib.util.find_spec("chdb") is None, reason="chdb is not installed")
def test_ordered_funnel_against_clickhouse(benchmark, reader, selection, tmp_path):
    """Time only: `windowFunnel` sees four steps of recorded events, we see all stages, passes and deals."""
    import chdb.session

    names = ", ".join(f"'{name}'" for name in STEPS)
    events = reader.query(
        f"SELECT lead_no AS lead_no, stage AS stage, entered_at AS at FROM stage_events AS events "
        f"INNER JOIN prep.leads AS leads ON events.lead_id = leads.lead_id WHERE stage IN ({names})"
    )
    events.to_parquet(tmp_path / "events.parquet")
    session = chdb.session.Session()
    session.query("CREATE DATABASE bench ENGINE = Atomic")
    session.query(
        "CREATE TABLE bench.events ENGINE = MergeTree ORDER BY (lead_no, at) AS "
        f"SELECT lead_no, stage, toDateTime64(at, 6) AS at FROM file('{tmp_path / 'events.parquet'}')"
    )
    conditions = ", ".join(f"stage = '{name}'" for name in STEPS)
    statement = (
        f"SELECT level, count() FROM (SELECT windowFunnel(315360000)(toDateTime(at), {conditions}) AS level "
        "FROM bench.events GROUP BY lead_no) GROUP BY level"
    )
    question = Question(mode="ordered", start="mql")
    benchmark(journey_funnel, reader, selection, question)
    say("ordered funnel", seconds(lambda: journey_funnel(reader, selection, question)), seconds(lambda: session.query(statement)), "ClickHouse")  # fmt: skip
