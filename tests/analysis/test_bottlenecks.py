import numpy as np
import pandas as pd

from analysis.bottlenecks import bottlenecks
from analysis.funnel import funnel_by_month
from analysis.selection import Selection
from tests.analysis.histories import day, history

STAGES = ["lead", "mql", "won"]


def months(*rows):
    parts = []
    for number, counts in enumerate(rows):
        month = pd.Timestamp(2025, 1 + number, 1)
        previous = [0, *counts[:-1]]
        frame = {"month": month, "stage": STAGES, "position": [0, 2, 7], "n_leads": counts, "n_previous": previous}
        parts.append(pd.DataFrame(frame))
    return pd.concat(parts, ignore_index=True)


def test_the_step_that_got_worse_is_first():
    table = bottlenecks(months([2000, 1000, 200], [2000, 1000, 200], [2000, 500, 100]))
    assert table["stage"].tolist() == ["mql", "won"]
    first = table.iloc[0]
    assert first["rate_now"] == 0.25
    assert 0.47 < first["best_rate"] <= 0.5
    assert 80 < first["n_gained"] <= 100  # twice as many MQLs would win twice as often
    assert first["n_low"] < first["n_gained"] < first["n_high"]
    assert first["best_month"] == pd.Timestamp(2025, 1, 1)
    assert table["is_enough"].all()


def test_luck_is_not_taken_for_a_best_rate():
    table = bottlenecks(months([4, 4, 4], [2000, 500, 50], [2000, 500, 50], [2000, 500, 50]))
    assert table["n_gained"].max() < 15
    assert table["n_low"].max() < 5


def test_the_best_month_has_nothing_to_gain_in_expectation():
    rng, gained = np.random.default_rng(1), []
    for _ in range(40):
        rows = [[1000, int(mql := rng.binomial(1000, 0.3)), int(rng.binomial(mql, 0.2))] for _ in range(6)]
        gained.append(bottlenecks(months(*rows)).set_index("stage").loc["won", "n_low"])
    assert np.mean(np.array(gained) > 0) < 0.1


def test_empty_and_small_funnels():
    assert bottlenecks(months([10, 0, 0]).head(0)).empty
    table = bottlenecks(months([10, 0, 0]))
    assert table["n_gained"].eq(0).all()
    assert not table["is_enough"].any()


def test_months_come_from_the_funnel():
    engine = history(
        leads=[{"lead_id": str(n), "created_at": day(n)} for n in range(60)],
        stage_events=[{"lead_id": str(n), "stage": "mql", "entered_at": day(n)} for n in range(0, 60, 3)],
    )
    table = bottlenecks(funnel_by_month(engine, Selection(as_of=day(100))))
    assert table["stage"].tolist() == ["mql", "won"]
    assert (table["n_low"] <= table["n_gained"]).all()
    assert (table["n_gained"] <= table["n_high"]).all()
