"""How much work funnel questions are, beside pandas and ClickHouse on the same data in the same run.

    LEADCAL_BENCH_LEADS=1000000 pytest tests/benches/test_funnel_bench.py --benchmark-enable -s

`LEADCAL_BENCH_WORKSPACE` names a workspace to use instead of building a company. Figures are
CPU seconds of all threads, which a busy machine hardly changes. pandas gets the contract's
tables already in memory and does all that the question asks; ClickHouse gets the entries
sorted as its `windowFunnel` likes them, and joins in where chdb is installed. All answers are
checked to be the same before they are timed.
"""

import importlib.util
import os
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.ageing import ageing
from analysis.durations import Span, duration_cells
from analysis.forecast import backtest, forecast
from analysis.funnel import funnel
from analysis.journey_funnel import Question, funnel_by_origin, journey_funnel
from analysis.selection import Selection
from analysis.sources import sources
from data.contract import STAGES
from data.store import open_reader
from data.synthetic.company import build_company
from data.workspace import Workspace
from tests.benches.clock import cpu_seconds

N_LEADS = int(os.environ.get("LEADCAL_BENCH_LEADS", "5000"))
POSITIONS = {stage.stage: stage.position for stage in STAGES}
MQL, SAL = POSITIONS["mql"], POSITIONS["sal"]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    if folder := os.environ.get("LEADCAL_BENCH_WORKSPACE"):
        return open_reader(Workspace(Path(folder)))
    workspace = Workspace(tmp_path_factory.mktemp("bench"))
    build_company(workspace, N_LEADS)
    return open_reader(workspace)


@pytest.fixture(scope="module")
def selection(reader):
    return Selection(as_of=reader.data_end)


@pytest.fixture(scope="module")
def tables(reader):
    """The contract's tables a funnel needs, in memory."""
    return {
        "leads": reader.query("SELECT lead_id AS lead_id, created_at AS created_at, source AS source FROM leads"),
        "events": reader.query("SELECT lead_id AS lead_id, stage AS stage, entered_at AS entered_at FROM stage_events"),
        "deals": reader.query(
            "SELECT lead_id AS lead_id, opened_at AS opened_at, closed_at AS closed_at, outcome AS outcome FROM deals"
        ),
    }


def say(name, ours, theirs, who="pandas"):
    ours, theirs = cpu_seconds(ours, 3), cpu_seconds(theirs, 3)
    sys.stderr.write(f"\n{name}: {ours:.2f} CPU s, {who} {theirs:.2f}, ratio {theirs / ours:.1f}\n")


def entries_in_pandas(tables, as_of):
    """Every entry known at `as_of`: lead_id, position, at; as an analyst would write it."""
    leads, deals = tables["leads"], tables["deals"]
    won = deals[deals["outcome"] == "won"]
    parts = [
        leads[["lead_id"]].assign(position=0, at=leads["created_at"]),
        tables["events"].assign(position=tables["events"]["stage"].map(POSITIONS), at=tables["events"]["entered_at"]),
        deals[["lead_id"]].assign(position=POSITIONS["opportunity"], at=deals["opened_at"]),
        won[["lead_id"]].assign(position=POSITIONS["won"], at=won["closed_at"]),
    ]
    entries = pd.concat([part[["lead_id", "position", "at"]] for part in parts], ignore_index=True)
    return entries[entries["at"] <= as_of]


def funnel_in_pandas(tables, selection):
    """Leads that came to each stage or further, by month; so far and within the horizon."""
    known = tables["leads"][tables["leads"]["created_at"] <= selection.as_of].set_index("lead_id")
    month = known["created_at"].dt.to_period("M")
    firsts = entries_in_pandas(tables, selection.as_of).groupby(["lead_id", "position"], as_index=False)["at"].min()
    horizon_at = firsts["lead_id"].map(known["created_at"]) + pd.Timedelta(days=selection.horizon_days)
    furthest = firsts.groupby("lead_id")["position"].max()
    in_horizon = firsts[firsts["at"] <= horizon_at].groupby("lead_id")["position"].max()
    for positions in (furthest, in_horizon):
        positions.groupby([month.reindex(positions.index), positions]).size()
    firsts.groupby([firsts["lead_id"].map(month), "position"]).size()
    return [int((furthest >= position).sum()) for position in POSITIONS.values()]


def test_funnel_against_pandas(benchmark, reader, selection, tables):
    result = benchmark(funnel, reader, selection)
    expected = funnel_in_pandas(tables, selection)
    assert result.steps["n_leads"].tolist() == [expected[position] for position in result.steps["position"]]
    if benchmark.enabled:
        say("funnel", lambda: funnel(reader, selection), lambda: funnel_in_pandas(tables, selection))


def lags_in_pandas(tables, as_of):
    """Leads by outcome and days from MQL to SAL; lost and open leads included."""
    entries = entries_in_pandas(tables, as_of)
    deals = tables["deals"]
    deals = deals[deals["opened_at"].isna() | (deals["opened_at"] <= as_of)]
    is_open = (deals["outcome"] == "open") | deals["closed_at"].isna() | (deals["closed_at"] > as_of)
    waiting = deals.loc[is_open, "lead_id"].unique()
    lost = deals[(deals["outcome"] == "lost") & ~deals["lead_id"].isin(waiting)].groupby("lead_id")["closed_at"].max()
    starts = entries[entries["position"] == MQL].groupby("lead_id")["at"].min()
    table = pd.DataFrame({"start": starts})
    table["reached"] = entries[entries["position"] >= SAL].groupby("lead_id")["at"].min()
    table["lost"] = lost
    table["outcome"], table["end"] = "open", as_of
    is_lost = table["lost"] >= table["start"]
    for name, rows in (("lost", is_lost), ("reached", table["reached"].notna())):
        table.loc[rows, "outcome"], table.loc[rows, "end"] = name, table.loc[rows, name]
    is_before = table["reached"] < table["start"]
    table.loc[is_before, "outcome"], table.loc[is_before, "end"] = "before", table.loc[is_before, "start"]
    # Begun days count, except for those that are still open.
    table["days"] = (table["end"] - table["start"]) // pd.Timedelta(days=1)
    is_begun = (table["end"] - table["start"]) % pd.Timedelta(days=1) > pd.Timedelta(0)
    table["days"] += (is_begun & (table["outcome"] != "open")).astype("int64")
    return table.groupby(["outcome", "days"]).size()


def test_time_to_convert_against_pandas(benchmark, reader, selection, tables):
    span = Span(start="mql", end="sal")
    cells = benchmark(duration_cells, reader, selection, span)
    expected = lags_in_pandas(tables, selection.as_of)
    assert cells.set_index(["outcome", "days"])["n"].to_dict() == expected.to_dict()
    if benchmark.enabled:
        say(
            "time to convert",
            lambda: duration_cells(reader, selection, span),
            lambda: lags_in_pandas(tables, selection.as_of),
        )


def test_backtest_against_one_query_per_moment(benchmark, reader, selection):
    span, moments = (
        Span(),
        pd.date_range(end=pd.Timestamp(selection.mature_at).to_period("M").start_time, periods=6, freq="MS"),
    )

    def one_by_one():
        found = []
        for moment in moments:
            then = replace(selection, as_of=(moment - pd.Timedelta(microseconds=1)).to_pydatetime())
            cells = duration_cells(reader, then, span, unit="day")
            made = forecast(cells, then.as_of, selection.horizon_days)
            found.append(made[~made["is_final"]][["month", "n_leads"]])
        return pd.concat(found)

    now = duration_cells(reader, selection, span, unit="day")
    result = benchmark(backtest, reader, selection, span, cells=now)
    assert result.forecasts[["month", "n_leads"]].to_numpy().tolist() == one_by_one().to_numpy().tolist()
    if benchmark.enabled:
        say("backtest", lambda: backtest(reader, selection, span, cells=now), one_by_one, "one query per moment")


def ordered_in_pandas(tables, as_of):
    """Leads with an entry into each stage at or after their first entry as MQL."""
    created = tables["leads"].set_index("lead_id")["created_at"]
    entries = entries_in_pandas(tables, as_of)
    entries = entries.assign(at=entries["at"].where(entries["at"] >= (at := entries["lead_id"].map(created)), at))
    start = entries["lead_id"].map(entries[entries["position"] == MQL].groupby("lead_id")["at"].min())
    later = entries[(entries["at"] >= start) & (entries["position"] >= MQL)]
    return later.groupby("position")["lead_id"].nunique()


def test_ordered_journeys_against_pandas(benchmark, reader, selection, tables):
    question = Question(mode="ordered", start="mql")
    steps = benchmark(journey_funnel, reader, selection, question).steps
    assert steps["n_leads"].tolist() == ordered_in_pandas(tables, selection.as_of).reindex(steps["position"]).tolist()
    if benchmark.enabled:
        say(
            "ordered journeys, with what would change in the other modes",
            lambda: journey_funnel(reader, selection, question),
            lambda: ordered_in_pandas(tables, selection.as_of),
        )


@pytest.mark.parametrize("question", [Question(view="period"), Question(grain="pass")], ids=["period", "pass"])
def test_journeys(benchmark, reader, selection, question):
    assert benchmark(journey_funnel, reader, selection, question).n_journeys > 0


@pytest.mark.parametrize("ask", [ageing, funnel_by_origin, sources], ids=["ageing", "origins", "sources"])
def test_other_questions(benchmark, reader, selection, ask):
    assert benchmark(ask, reader, selection) is not None


@pytest.mark.skipif(importlib.util.find_spec("chdb") is None, reason="chdb is not installed")
def test_strict_funnel_against_clickhouse(benchmark, reader, selection, tmp_path):
    """A chain through every stage from MQL on is what both can answer, and must answer alike."""
    import chdb.session

    question = Question(mode="strict", start="mql")
    steps = benchmark(journey_funnel, reader, selection, question).steps
    entries = reader.query(
        "SELECT lead_no AS lead_no, CAST(code - 1 AS UTINYINT) AS position, EPOCH_US(entered_at) AS at_us "
        "FROM prep.journeys WHERE is_of_lead"
    )
    entries.to_parquet(tmp_path / "entries.parquet")
    session = chdb.session.Session()
    session.query("CREATE DATABASE bench ENGINE = Atomic")
    session.query(
        "CREATE TABLE bench.entries ENGINE = MergeTree ORDER BY (lead_no, at_us) AS SELECT assumeNotNull(lead_no) AS lead_no, "
        f"assumeNotNull(position) AS position, toUInt64(assumeNotNull(at_us)) AS at_us FROM file('{tmp_path / 'entries.parquet'}')"
    )
    conditions = ", ".join(f"position = {position}" for position in steps["position"])
    century = 100 * 365 * 86400 * 1_000_000
    statement = (
        f"SELECT level, count() FROM (SELECT windowFunnel({century})(at_us, {conditions}) AS level "
        "FROM bench.entries GROUP BY lead_no) GROUP BY level ORDER BY level"
    )
    lines = [line.split(",") for line in str(session.query(statement, "CSV")).split()]
    levels = {int(level): int(n) for level, n in lines}
    expected = [sum(n for level, n in levels.items() if level > step) for step in range(len(steps))]
    assert steps["n_leads"].tolist() == expected
    if benchmark.enabled:
        ours = lambda: journey_funnel(reader, selection, question)  # noqa: E731
        say("strict funnel", ours, lambda: session.query(statement), "ClickHouse")
