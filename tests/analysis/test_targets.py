from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.funnel import funnel
from analysis.journey_funnel import Question, journey_funnel
from analysis.pace import pace, pace_line, reverse_plan, working_days
from analysis.selection import Selection
from analysis.targets import Target, Targets, TargetsError, load_targets, parse_targets, write_targets
from data.contract import STAGES
from tests.analysis.histories import day, history

GOOD = """
fiscal_year_start_month = 1

[[target]]
stage = "won"
month = 2025-01-01
leads = 22

[[target]]
stage = "mql"
month = 2025-01-01
leads = 10
source = "seminar"
"""


def test_targets_are_read():
    targets = parse_targets(GOOD, "targets.toml")
    assert targets.fiscal_year_start_month == 1
    assert targets.targets[1] == Target(stage="mql", month=date(2025, 1, 1), n_leads=10, source="seminar")


def test_no_file_means_no_targets(tmp_path):
    assert load_targets(tmp_path / "targets.toml") == Targets()
    (tmp_path / "targets.toml").write_text(GOOD, encoding="utf-8")
    assert len(load_targets(tmp_path / "targets.toml").targets) == 2
    (tmp_path / "targets.toml").write_bytes(b"\x83\x7d")
    with pytest.raises(TargetsError, match="UTF-8"):
        load_targets(tmp_path / "targets.toml")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"won"', '"wom"', 5, "did you mean won"),
        ("leads = 22", "leads = 0", 7, "1 or more"),
        ("leads = 22", "leads = 2.5", 7, "whole number"),
        ("leads = 22", "", 4, "has no leads"),
        ("month = 2025-01-01\nleads = 22", "month = 2025-01-02\nleads = 22", 6, "first day"),
        ("month = 2025-01-01\nleads = 22", 'month = "2025-01"\nleads = 22', 6, "without quotes"),
        ("leads = 22", "leads = 22\nlaeds = 3", 8, "unknown key"),
        ("start_month = 1", "start_month = 13", 2, "12 or less"),
        ('"mql"', '"won"', 10, "already a target"),
        ("leads = 22", "leads 22", 7, "not valid TOML"),
        ("[[target]]\nstage = \"won\"", "[target]\nstage = \"won\"", None, ""),
    ],
)  # fmt: skip
def test_mistakes_name_the_file_and_the_line(old, new, line, words):
    text = GOOD.replace(old, new, 1)
    if words == "already a target":
        text = text.replace('source = "seminar"\n', "")
    with pytest.raises(TargetsError) as caught:
        parse_targets(text, "targets.toml")
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("targets.toml, line " + (f"{line}: " if line else ""))
    assert words in message


TARGETS = st.builds(
    Target,
    stage=st.sampled_from([stage.stage for stage in STAGES]),
    month=st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(lambda day: day.replace(day=1)),
    n_leads=st.integers(1, 10**6),
    source=st.none() | st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text.strip()),
)


@given(
    st.lists(TARGETS, max_size=5, unique_by=lambda target: (target.stage, target.month, target.source)),
    st.integers(1, 12),
)
def test_what_is_written_is_read_again(targets, start_month):
    original = Targets(targets=tuple(targets), fiscal_year_start_month=start_month)
    assert parse_targets(write_targets(original), "x") == original


def company():
    return history(
        leads=[{"lead_id": str(n), "created_at": day(-20), "source": "seminar" if n < 6 else None} for n in range(40)],
        stage_events=[{"lead_id": str(n), "stage": "mql", "entered_at": day(n % 12)} for n in range(12)],
        deals=[{"deal_id": str(n), "lead_id": str(n), "closed_at": day(14), "outcome": "won"} for n in range(8, 14)],
    )


def test_the_pace_by_hand():
    targets = parse_targets(GOOD.replace("leads = 22", "leads = 23"), "x").targets
    table = pace(company(), Selection(as_of=datetime(2025, 1, 15, 9)), targets).set_index("stage")
    won = table.loc["won"]
    assert (won["n_actual"], won["n_target"]) == (6, 23)
    assert won["elapsed_share"] == 11 / 23  # January 2025 has 23 working days, 11 up to Wednesday the 15th
    assert won["n_needed"] == pytest.approx(11)
    assert won["n_gap"] == pytest.approx(-5)
    assert won["n_expected"] == pytest.approx(6 * 23 / 11)
    assert 6 <= won["n_low"] < won["n_expected"] < won["n_high"]
    assert table.loc["mql", ["n_actual", "source"]].tolist() == [6, "seminar"]
    over = pace(company(), Selection(as_of=datetime(2025, 3, 1)), targets).iloc[0]
    assert over["is_over"]
    assert over["n_low"] == over["n_high"] == over["n_actual"] == 6
    assert pace(company(), Selection(as_of=datetime(2024, 12, 31)), targets).empty


def test_the_pace_line_ends_today():
    target = Target(stage="won", month=date(2025, 1, 1), n_leads=23)
    line = pace_line(company(), Selection(as_of=datetime(2025, 1, 15, 9)), target)
    assert len(line) == 31
    assert line["n_actual"].dropna().tolist() == [0.0] * 14 + [6.0]
    assert line["n_needed"].iloc[-1] == pytest.approx(23)
    assert line["n_needed"].iloc[14] == pytest.approx(11)


def test_before_the_first_working_day_nothing_is_expected():
    target = Target(stage="won", month=date(2025, 2, 1), n_leads=20)  # a Saturday
    row = pace(company(), Selection(as_of=datetime(2025, 2, 1, 12)), (target,)).iloc[0]
    assert np.isnan(row["n_expected"])
    assert row["n_high"] == np.inf
    assert working_days(date(2025, 2, 3), date(2025, 2, 3)) == 0


def test_the_pace_counts_what_the_period_view_counts():
    engine, selection = company(), Selection(as_of=day(20), start=day(0).date(), end=day(31).date())
    steps = journey_funnel(engine, selection, Question(view="period")).steps.set_index("stage")
    targets = tuple(Target(stage=stage, month=date(2025, 1, 1), n_leads=1) for stage in ("mql", "won"))
    counts = pace(engine, selection, targets).set_index("stage")["n_actual"]
    assert counts.to_dict() == steps.loc[["mql", "won"], "n_leads"].to_dict()


def test_the_way_back_from_wins_to_leads():
    steps = funnel(company(), Selection(as_of=day(100))).steps
    plan = reverse_plan(steps, 12).set_index("stage")
    assert plan.loc["lead", "n_needed"] == 80  # 6 of 40 were won
    assert plan.loc["lead", "n_low"] < 80 < plan.loc["lead", "n_high"]
    assert plan.loc["won", ["n_needed", "n_low", "n_high"]].tolist() == [12, 12, 12]
    nobody = pd.DataFrame({"stage": ["lead", "won"], "position": [0, 7], "n_leads": [30, 0]})
    row = reverse_plan(nobody, 5).iloc[0]
    assert np.isnan(row["n_needed"])
    assert row["n_high"] == np.inf
    assert 0 < row["n_low"] < np.inf
