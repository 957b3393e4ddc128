from datetime import date, datetime
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.comparison import compare, earlier, fiscal_year, fiscal_year_to_date
from analysis.decomposition import decompose, whole_numbers
from analysis.selection import Selection
from tests.analysis.histories import day, history

STAGES = ["lead", "mql", "won"]


@st.composite
def funnels(draw):
    groups = draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=4))
    rows = []
    for _ in groups:
        n = draw(st.integers(0, 1000))
        m = draw(st.integers(0, n))
        rows.append([n, m, draw(st.integers(0, m))])
    return pd.DataFrame(rows, index=groups, columns=STAGES, dtype="int64")


@given(funnels(), funnels())
def test_the_parts_add_up_to_the_change(before, after):
    result = decompose(before, after)
    assert result.n_change == after["won"].sum() - before["won"].sum()
    assert result.effects["effect"].sum() == pytest.approx(result.n_change, abs=1e-8)
    assert result.effects["n_effect"].sum() == result.n_change
    assert (result.effects["n_effect"] - result.effects["effect"]).abs().max() < 1 + 1e-8


@settings(max_examples=30)
@given(funnels(), funnels())
def test_the_way_back_is_the_way_there(before, after):
    there, back = decompose(before, after).effects["effect"], decompose(after, before).effects["effect"]
    assert there.to_numpy() == pytest.approx(-back.to_numpy(), abs=1e-8)


def one_group(before, after):
    tables = [pd.DataFrame([row], index=["a"], columns=STAGES) for row in (before, after)]
    return decompose(*tables).effects.set_index(["factor", "stage"])["effect"]


def test_a_single_cause_gets_the_whole_change():
    assert one_group([100, 50, 10], [200, 100, 20]).to_dict() == pytest.approx(
        {("volume", ""): 10, ("mix", ""): 0, ("rate", "mql"): 0, ("rate", "won"): 0}
    )
    assert one_group([100, 50, 10], [100, 50, 30])[("rate", "won")] == pytest.approx(20)
    tables = [pd.DataFrame(rows, index=["a", "b"], columns=STAGES) for rows in ([[50, 50, 50], [50, 0, 0]], [[80, 80, 80], [20, 0, 0]])]  # fmt: skip
    assert decompose(*tables).effects.set_index("factor")["effect"]["mix"] == pytest.approx(30)


def test_effects_are_averages_over_all_orders():
    factors = [(100.0, 120.0), (0.5, 0.4), (0.2, 0.3)]
    expected = np.zeros(3)
    for order in permutations(range(3)):
        state = [before for before, _ in factors]
        for number in order:
            old = np.prod(state)
            state[number] = factors[number][1]
            expected[number] += (np.prod(state) - old) / 6
    found = one_group([100, 50, 10], [120, 48, 14.4])
    assert found[[("volume", ""), ("rate", "mql"), ("rate", "won")]].tolist() == pytest.approx(expected.tolist())


def test_a_new_group_is_mix_and_volume_not_rate():
    before = pd.DataFrame([[100, 50, 10]], index=["a"], columns=STAGES)
    after = pd.DataFrame([[100, 50, 10], [50, 25, 20]], index=["a", "b"], columns=STAGES)
    effects = decompose(before, after).effects.set_index("factor")["effect"]
    assert effects["rate"].abs().max() == pytest.approx(0)
    assert effects[["volume", "mix"]].sum() == pytest.approx(20)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8))
def test_whole_numbers_add_up(parts):
    total = round(sum(parts))
    assert sum(whole_numbers(np.array(parts) + (total - sum(parts)) / len(parts), total)) == total


def test_funnels_that_grow_are_refused():
    table = pd.DataFrame([[1, 2]], columns=["a", "b"])
    with pytest.raises(ValueError, match="grow"):
        decompose(table, table)
    with pytest.raises(ValueError, match="same stages"):
        decompose(table, table.rename(columns={"b": "c"}))
    with pytest.raises(ValueError, match="at least two"):
        decompose(table[["a"]], table[["a"]])


def test_the_period_before_is_seen_at_the_same_age():
    may = Selection(as_of=datetime(2026, 5, 20, 12), start=date(2026, 5, 1), end=date(2026, 6, 1))
    assert earlier(may, "previous").start == date(2026, 4, 1)
    assert earlier(may, "previous").end == date(2026, 5, 1)
    assert earlier(may, "previous").as_of == datetime(2026, 4, 19, 12)
    assert earlier(may, "last_year").start == date(2025, 5, 1)
    week = Selection(as_of=datetime(2026, 5, 20), start=date(2026, 5, 4), end=date(2026, 5, 11))
    assert (earlier(week, "previous").start, earlier(week, "previous").end) == (date(2026, 4, 27), date(2026, 5, 4))
    leap = Selection(as_of=datetime(2024, 3, 1), start=date(2024, 2, 29))
    assert earlier(leap, "last_year").start == date(2023, 2, 28)
    with pytest.raises(ValueError, match="start"):
        earlier(Selection(as_of=datetime(2026, 5, 20)), "previous")


def test_fiscal_years_begin_in_a_chosen_month():
    assert fiscal_year(date(2026, 3, 31), 4) == (date(2025, 4, 1), date(2026, 4, 1))
    assert fiscal_year(date(2026, 4, 1), 4) == (date(2026, 4, 1), date(2027, 4, 1))
    assert fiscal_year(date(2026, 4, 1), 1) == (date(2026, 1, 1), date(2027, 1, 1))
    to_date = fiscal_year_to_date(Selection(as_of=datetime(2026, 5, 20)), 4)
    assert (to_date.start, to_date.end) == (date(2026, 4, 1), date(2026, 5, 21))
    with pytest.raises(ValueError, match="1 to 12"):
        fiscal_year(date(2026, 3, 31), 13)


def test_two_months_compared():
    leads = [
        {"lead_id": f"{month}-{n}", "created_at": day(31 * month + n), "source": "ab"[n % 2]}
        for month in (0, 1)
        for n in range(10)
    ]
    won = [lead["lead_id"] for lead in leads[:6:2]] + [lead["lead_id"] for lead in leads[10:14:2]]
    engine = history(
        leads=leads,
        deals=[{"deal_id": i, "lead_id": i, "closed_at": day(45), "outcome": "won"} for i in won],
    )
    february = Selection(as_of=day(60), start=day(31).date(), end=day(59).date())
    result = compare(engine, february, earlier(february, "previous"))
    steps = result.steps.set_index("stage")
    assert steps.loc["won", ["n_before", "n_after", "n_change"]].tolist() == [0, 2, 2]  # january as of 1 February
    later = compare(engine, february, Selection(as_of=day(60), start=day(0).date(), end=day(31).date()))
    steps = later.steps.set_index("stage")
    assert steps.loc["won", ["n_before", "n_after"]].tolist() == [3, 2]
    assert steps.loc["won", "total_change"] == pytest.approx(-0.1)
    assert steps.loc["won", "total_low"] < -0.1 < steps.loc["won", "total_high"]
    assert np.isnan(steps.loc["lead", "step_change"])
    assert later.decomposition.n_change == -1
    with pytest.raises(ValueError, match="Neither"):
        compare(engine, Selection(as_of=day(-1)), Selection(as_of=day(-2)))


def test_a_stage_that_came_into_use_later_changes_nothing_before():
    leads = [{"lead_id": str(n), "created_at": day(n * 40)} for n in range(2)]
    events = [
        {"lead_id": "0", "stage": "won", "entered_at": day(5)},
        {"lead_id": "1", "stage": "mql", "entered_at": day(45)},
    ]
    engine = history(leads=leads, stage_events=events)
    now = Selection(as_of=day(50), start=day(31).date(), end=day(51).date())
    then = Selection(as_of=day(20), start=day(0).date(), end=day(19).date())
    steps = compare(engine, now, then).steps.set_index("stage")
    assert steps["n_before"].to_dict() == {"lead": 1, "mql": 1, "won": 1}
    assert steps["n_after"].to_dict() == {"lead": 1, "mql": 1, "won": 0}
