import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ageing import BANDS, ageing
from analysis.selection import Selection
from data.contract import STAGES
from tests.analysis.histories import POSITIONS, day, history

NAMES = [stage.stage for stage in STAGES]


def company():
    """Thirty leads become MQL on their first day; twenty of them are accepted after 1..20 days."""
    ids = [str(number) for number in range(30)]
    return history(
        leads=[{"lead_id": lead_id, "created_at": day(0)} for lead_id in ids],
        stage_events=[
            *({"lead_id": lead_id, "stage": "mql", "entered_at": day(0)} for lead_id in ids),
            *({"lead_id": lead_id, "stage": "sal", "entered_at": day(int(lead_id) + 1)} for lead_id in ids[:20]),
        ],
        deals=[{"deal_id": "1", "lead_id": "0", "opened_at": day(25), "closed_at": day(30), "outcome": "lost"}],
    )


def test_the_stock_is_held_against_its_own_pace():
    result = ageing(company(), Selection(as_of=day(40)))
    stages = result.stages.set_index("stage")
    assert stages.loc["mql", ["n_stock", "n_moved", "n_lost"]].tolist() == [10, 20, 0]
    # Only 20 leads or more at risk count: days up to 11, by when 11 of 20 had moved.
    assert stages.loc["mql", "p80_days"] == 9
    assert stages.loc["mql", "n_overdue"] == 10
    assert stages.loc["sal", "n_stock"] == 19
    assert stages.loc["opportunity", ["n_stock", "n_lost"]].tolist() == [0, 1]
    assert stages.loc["sal", "n_overdue"] == 0  # one moved on, which is too little to know a pace by
    assert np.isnan(stages.loc["opportunity", "p80_days"])
    assert result.bands.groupby("stage", sort=False)["n_stock"].sum().tolist() == result.stages["n_stock"].tolist()
    assert tuple(result.bands["band"].unique()) == BANDS


def test_young_stock_is_not_overdue():
    result = ageing(company(), Selection(as_of=day(2)))
    mql = result.stages.set_index("stage").loc["mql"]
    assert mql["n_stock"] == 28
    assert mql["n_overdue"] == 0 or mql["p80_days"] < 2
    empty = ageing(company(), Selection(as_of=day(-1)))
    assert empty.stages["n_stock"].eq(0).all()
    assert empty.stages["overdue_share"].isna().all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(NAMES[1:]), st.integers(0, 50)), max_size=15),
    st.integers(0, 50),
)
def test_the_stock_is_everybody_not_yet_at_the_end(events, as_of):
    rows = [{"lead_id": str(lead), "stage": stage, "entered_at": day(time)} for lead, stage, time in events]
    engine = history(leads=[{"lead_id": str(lead), "created_at": day(0)} for lead in range(5)], stage_events=rows)
    furthest = [
        max([0, *(POSITIONS[stage] for who, stage, time in events if who == lead and time <= as_of)])
        for lead in range(5)
    ]
    stages = ageing(engine, Selection(as_of=day(as_of))).stages
    assert stages["n_stock"].tolist() == [furthest.count(position) for position in stages["position"]]


@pytest.mark.parametrize("column", ["n_overdue", "n_stock"])
def test_later_events_change_nothing(column):
    early, late = (ageing(company(), Selection(as_of=day(time))).stages[column] for time in (10, 10.5))
    assert early.tolist() == late.tolist()
