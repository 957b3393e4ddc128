"""How fast segments, drift and two scores follow from the decisions, as ratios to one row per lead in pandas and sklearn.

    LEADCAL_BENCH_LEADS=1000000 pytest tests/benches/test_decided_bench.py --benchmark-enable -s

CPU time, because it holds on a busy machine. `LEADCAL_BENCH_WORKSPACE` takes a
workspace that is already built.
"""

import sys

import pandas as pd
from sklearn.metrics import roc_auc_score

from analysis.decided import at_age, decided, decided_with_patterns, with_segments
from analysis.drift import LANDMARK_DAYS, drift
from analysis.latest_drift import latest_drift
from analysis.replay import pattern_table
from analysis.rolling import out_of_time, quarterly
from analysis.rulesets import find_ruleset
from analysis.scored_leads import amounts_by_score
from analysis.segments import segment_cells, segments
from analysis.selection import Selection
from analysis.versus import versus
from analysis.vintages import vintage_cells, vintages
from analysis.wins_so_far import segment_lives
from data.store import open_reader
from tests.benches.clock import cpu_seconds


def by_row(decisions, scores):
    """The same questions from one row per decision, as a notebook would ask them: AUC and wins by segment and month."""
    frame = pd.DataFrame({"score": scores, "won": decisions.is_won, "month": decisions.decided_month})
    for name, codes in decisions.codes.items():
        frame[name] = pd.Series(codes).map(dict(enumerate(decisions.labels[name])))
    frame = frame[decisions.is_mature]
    for name in [*decisions.codes, "month"]:
        frame.groupby(name).apply(
            lambda part: roc_auc_score(part["won"], part["score"]) if part["won"].nunique() == 2 else 0.5
        )
        frame.groupby([name, "score"])["won"].agg(["size", "sum"])


def asked_in_pandas(reader, selection):
    """The decisions with outcome and segments, joined row by row as a notebook would; without the rules."""
    handoffs = reader.query("SELECT lead_id, handed_off_at FROM handoffs")
    leads = reader.query(
        "SELECT lead_id, created_at, source, industry, employees, region, owner, is_inbound FROM leads"
    )
    won = reader.query("SELECT lead_id, MIN(closed_at) AS won_at FROM deals WHERE outcome = 'won' GROUP BY lead_id")
    frame = handoffs.merge(leads, on="lead_id").merge(won, on="lead_id", how="left")
    days = (frame["won_at"] - frame["handed_off_at"]).dt.days
    frame["is_mature"] = frame["handed_off_at"] <= selection.mature_at
    frame["is_won"] = frame["is_mature"] & days.between(0, selection.horizon_days)
    return frame


def test_the_decisions_against_a_join_of_rows(benchmark, workspace):
    reader, today = open_reader(workspace), find_ruleset(workspace, "today")
    selection = Selection(as_of=reader.data_end)
    replayed = decided_with_patterns(reader, today, selection)
    _, bare = replayed
    cells = vintage_cells(reader, selection)
    rows = min(cpu_seconds(lambda: asked_in_pandas(reader, selection)) for _ in range(2))
    asked = {
        "patterns": lambda: pattern_table(reader, today, selection),
        "patterns and decisions": lambda: decided_with_patterns(reader, today, selection),
        "segments of decisions": lambda: with_segments(reader, bare, today, selection),
        "drift of the latest months": lambda: latest_drift(bare, today, selection),
        "all leads at one age": lambda: at_age(reader, today, selection, LANDMARK_DAYS),
        "amounts of decisions": lambda: amounts_by_score(reader, today, selection, replayed),
        "wins of each month": lambda: vintage_cells(reader, selection),
        "curves of months": lambda: vintages(cells, selection.as_of, selection.horizon_days),
    }
    seconds = {name: min(cpu_seconds(action) for _ in range(3)) for name, action in asked.items()}
    benchmark(asked["patterns and decisions"])
    benchmark.extra_info |= {name: each / rows for name, each in seconds.items()}
    told = ", ".join(f"{name} {each:.3f} s ({each / rows:.2f} x rows)" for name, each in seconds.items())
    sys.stdout.write(f"\n{told}; join of rows without rules {rows:.2f} s\n")
    assert len(bare.lead_no) > 0


def test_from_the_decisions_against_rows(benchmark, workspace):
    reader, today = open_reader(workspace), find_ruleset(workspace, "today")
    selection = Selection(as_of=reader.data_end)
    cold = cpu_seconds(lambda: decided(reader, today, selection))
    decisions = decided(reader, today, selection)
    mine = today.with_points({"business_card": 1})
    rows = cpu_seconds(lambda: by_row(decisions, decisions.scores(today)))
    spent = {
        "segments": lambda: segments(segment_cells(decisions, today), segment_lives(decisions, today, selection)),
        "drift": lambda: drift(decisions, today),
        "out of time": lambda: out_of_time(*quarterly(decisions, today), selection.horizon_days),
        "versus": lambda: versus(decisions, decisions, today, mine, selection.horizon_days),
    }
    seconds = {name: cpu_seconds(action, n_times=3) for name, action in spent.items()}
    benchmark(spent["segments"])
    benchmark.extra_info |= {"cold": cold, **{name: each / rows for name, each in seconds.items()}}
    # Not a test of speed: machines differ. With -s the line says what was reached.
    told = ", ".join(f"{name} {each:.3f} s ({each / rows:.2f} x rows)" for name, each in seconds.items())
    sys.stdout.write(f"\ndecisions {cold:.2f} CPU s; {told}; rows {rows:.2f} s\n")
    assert len(decisions.lead_no) > 0
