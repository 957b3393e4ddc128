import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from analysis.groups import adjusted, against_the_rest, waits_against_the_rest


def outcomes(**groups):
    return pd.DataFrame(
        [{"group": name, "n_mature": n, "n_won": won, "n_immature": 3} for name, (n, won) in groups.items()]
    )


def waits(**groups):
    """Life tables from waits in days; a negative wait was last seen open."""
    rows = [
        {"group": name, "time": abs(value), "n_events": int(value >= 0), "n_censored": int(value < 0)}
        for name, values in groups.items()
        for value in values
    ]
    return pd.DataFrame(rows).groupby(["group", "time"], as_index=False).sum()


def test_a_source_that_wins_less_is_found():
    table = against_the_rest(outcomes(list=(400, 8), seminar=(200, 40), referral=(100, 22))).set_index("group")
    assert table.index.tolist() == ["list", "seminar", "referral"]
    assert table["is_worse"].to_dict() == {"list": True, "seminar": False, "referral": False}
    assert table.loc["list", "rest_rate"] == pytest.approx(62 / 300)
    assert table.loc["list", "n_missing"] == pytest.approx(400 * (62 / 300 - 0.02))
    tests = [
        fisher_exact([[8, 392], [62, 238]]),
        fisher_exact([[40, 160], [30, 470]]),
        fisher_exact([[22, 78], [48, 552]]),
    ]
    expected = false_discovery_control([test.pvalue for test in tests])
    assert table["chance"].tolist() == pytest.approx(list(expected))


def test_few_leads_are_not_judged():
    table = against_the_rest(outcomes(tiny=(19, 0), seminar=(200, 80), unborn=(0, 0))).set_index("group")
    assert table.loc[["tiny", "unborn"], "chance"].isna().all()
    assert not table["is_worse"].any()
    assert table["is_enough"].to_dict() == {"seminar": True, "tiny": False, "unborn": False}
    assert np.isnan(table.loc["unborn", "win_rate"])


def test_a_difference_too_small_to_matter_is_not_worse():
    table = against_the_rest(outcomes(a=(100_000, 9_500), b=(100_000, 10_500))).set_index("group")
    assert table.loc["a", "chance"] < 1e-6
    assert not table["is_worse"].any()


def test_one_source_has_no_rest():
    table = against_the_rest(outcomes(only=(100, 20)))
    assert table[["chance", "rest_rate"]].isna().all(axis=None)
    assert against_the_rest(outcomes(none=(0, 0)).iloc[:0]).empty


def test_equal_sources_are_seldom_called_worse():
    rng = np.random.default_rng(5)
    flagged = [
        against_the_rest(outcomes(**{str(i): (100, int(won)) for i, won in enumerate(rng.binomial(100, 0.2, 12))}))[
            "is_worse"
        ].any()
        for _ in range(200)
    ]
    assert np.mean(flagged) <= 0.05


def test_a_late_region_is_found():
    rng = np.random.default_rng(2)
    quick, late = rng.exponential(2, 150).round(1), rng.exponential(5, 150).round(1)
    table = waits_against_the_rest(waits(east=quick, west=late, north=rng.exponential(2, 150).round(1)))
    table = table.set_index("group")
    assert table["is_late"].to_dict() == {"east": False, "north": False, "west": True}
    assert table.loc["west", "median"] > 1.25 * table.loc["west", "rest_median"]
    assert table.loc["west", "chance"] < 0.001


def test_a_region_that_hardly_calls_is_late():
    table = waits_against_the_rest(waits(east=[1, 2, 3] * 20, west=[2] * 10 + [-60] * 50)).set_index("group")
    assert np.isnan(table.loc["west", "median"])
    assert table["is_late"].to_dict() == {"east": False, "west": True}
    assert table["is_enough"].to_dict() == {"east": True, "west": False}


def test_few_handoffs_are_not_judged():
    table = waits_against_the_rest(waits(east=[1] * 60, west=[30] * 19)).set_index("group")
    assert np.isnan(table.loc["west", "chance"])
    assert not table["is_late"].any()


def test_no_handoffs_are_an_answer():
    table = waits_against_the_rest(waits(east=[1]).iloc[:0])
    assert table.empty
    assert table["is_late"].dtype == bool


def test_adjusting_leaves_out_what_was_not_tested():
    result = adjusted(np.array([0.01, np.nan, 0.04]))
    assert result[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(result[1])
