from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from analysis.selection import Selection
from analysis.shrinkage import shrunken_rates
from analysis.sources import OTHER, simpson, sources
from tests.analysis.histories import day, history


def company(groups, costs=(), horizon=100):
    """Groups of leads on day 0: name -> (leads, wins on day 30)."""
    leads, deals = [], []
    for (source, *rest), (n, n_won) in groups.items():
        for number in range(n):
            lead_id = f"{source}-{rest}-{number}"
            lead = {"lead_id": lead_id, "created_at": day(0), "source": source, "industry": rest[0] if rest else None}
            leads.append({**lead, "is_inbound": rest[1] if len(rest) > 1 else None})
            if number < n_won:
                amount = 1000 if number % 2 else None
                deal = {"deal_id": lead_id, "lead_id": lead_id, "opened_at": day(10), "closed_at": day(30)}
                deals.append({**deal, "outcome": "won", "amount": amount})
    return history(leads=leads, deals=deals, costs=list(costs)), Selection(as_of=day(200), horizon_days=horizon)


def test_one_of_two_never_tops_the_list():
    engine, selection = company({("lucky",): (2, 1), ("tiny",): (3, 0), ("fair",): (200, 30), ("web",): (400, 20)})
    table = sources(engine, selection)
    assert table["group"].tolist() == ["fair", "web", OTHER]
    assert table["n_groups"].tolist() == [1, 1, 2]
    single, _ = company({("lucky",): (2, 1), ("fair",): (200, 30), ("web",): (400, 20)})
    table = sources(single, selection)
    assert table["group"].tolist() == ["fair", "web", "lucky"]
    assert not table["is_enough"].iloc[-1]
    assert table["shrunken_rate"].iloc[-1] < 0.5


def test_counts_costs_and_days_by_hand():
    costs = [
        {"source": "fair", "campaign": "", "month": date(2025, 1, 1), "amount": 6000},
        {"source": "fair", "campaign": "spring", "month": date(2025, 2, 1), "amount": 4000},
        {"source": "fair", "campaign": "", "month": date(2026, 1, 1), "amount": 9},  # after as_of
    ]
    engine, selection = company({("fair",): (50, 10), (None,): (30, 0)}, costs)
    table = sources(engine, selection).set_index("group")
    fair, unknown = table.loc["fair"], table.loc[""]
    assert fair[["n_leads", "n_qualified", "n_won", "n_mature", "n_won_mature", "n_deals"]].tolist() == [
        50,
        10,
        10,
        50,
        10,
        10,
    ]
    assert fair["win_rate"] == 0.2
    assert fair["win_low"] < fair["shrunken_rate"] < fair["win_high"]
    assert fair["win_days"] == 30
    assert fair[["cost", "cost_per_lead", "cost_per_qualified", "cost_per_win"]].tolist() == [10000, 200, 1000, 1000]
    assert (fair["amount"], fair["n_amounts_missing"]) == (5000, 5)
    assert np.isnan(unknown["cost_per_lead"])
    assert np.isnan(unknown["win_days"])


def test_young_leads_and_late_wins_do_not_count_in_the_rate():
    engine, _ = company({("fair",): (50, 10)})
    young = sources(engine, Selection(as_of=day(40), horizon_days=100)).iloc[0]
    assert (young["n_won"], young["n_mature"], young["n_won_mature"]) == (10, 0, 0)
    assert np.isnan(young["win_rate"])
    late = sources(engine, Selection(as_of=day(200), horizon_days=29)).iloc[0]
    assert (late["n_won"], late["n_mature"], late["n_won_mature"]) == (10, 50, 0)
    exactly = sources(engine, Selection(as_of=day(30) + timedelta(0), horizon_days=30)).iloc[0]
    assert (exactly["n_mature"], exactly["n_won_mature"]) == (50, 10)


def test_nobody_gives_an_empty_table():
    engine, _ = company({("fair",): (5, 1)})
    assert sources(engine, Selection(as_of=day(-1))).empty
    assert simpson(engine, Selection(as_of=day(-1))).empty
    with pytest.raises(ValueError, match="shoes"):
        sources(engine, Selection(as_of=day(1)), "shoes")
    with pytest.raises(ValueError, match="sold"):
        sources(engine, Selection(as_of=day(1), outcome="sold"))


def test_columns_are_those_that_are_documented():
    engine, selection = company({("fair",): (5, 1)})
    assert sorted(sources(engine, selection).columns) == sorted(
        [
            "group",
            "n_groups",
            "n_leads",
            "n_qualified",
            "n_won",
            "n_mature",
            "n_won_mature",
            "win_rate",
            "win_low",
            "win_high",
            "shrunken_rate",
            "shrunken_low",
            "shrunken_high",
            "win_days",
            "cost",
            "cost_per_lead",
            "cost_per_qualified",
            "cost_per_win",
            "n_deals",
            "amount",
            "n_amounts_missing",
            "is_enough",
        ]
    )


def test_a_paradox_is_flagged():
    # Inbound wins more in each source, but comes mostly from the source that wins little.
    groups = {
        ("hard", None, True): (900, 90), ("hard", None, False): (100, 2),
        ("easy", None, True): (100, 60), ("easy", None, False): (900, 400),
    }  # fmt: skip
    table = simpson(*company(groups)).set_index("group")
    inbound = table.loc["true"]
    assert inbound["difference"] == pytest.approx(150 / 1000 - 402 / 1000)
    assert inbound["within_difference"] > 0
    assert inbound["is_reversed"]
    assert (inbound["n_parts"], inbound["n_parts_against"]) == (2, 2)
    plain = simpson(*company({("a", None, True): (500, 100), ("a", None, False): (500, 50), ("b", None, True): (500, 100), ("b", None, False): (500, 50)}))  # fmt: skip
    assert not plain["is_reversed"].any()
    alone = simpson(*company({("a", None, True): (50, 10), ("b", None, False): (50, 5)}))
    assert alone["n_parts"].eq(0).all()
    assert not alone["is_reversed"].any()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)).map(sorted), min_size=1, max_size=8))
def test_shrunken_rates_lie_between_the_raw_rate_and_the_others(counts):
    x, n = np.array(counts).T
    table = shrunken_rates(x, n)
    assert table["rate"].between(0, 1).all()
    assert (table["low"] <= table["rate"]).all()
    assert (table["rate"] <= table["high"]).all()
    order = np.argsort(n)
    # Equal numbers of leads give equal weights, up to the last digit of a float.
    assert (np.diff(table["weight"].to_numpy()[order]) >= -1e-12).all()


def test_the_prior_is_found_again():
    rng = np.random.default_rng(3)
    n = rng.integers(50, 400, 400)
    x = betabinom.rvs(n, 5, 45, random_state=rng)
    table = shrunken_rates(x, n)
    strength = n[0] * (1 - table["weight"][0]) / table["weight"][0]
    assert strength == pytest.approx(50, rel=0.35)
    truth = (x + 5) / (n + 50)
    assert np.abs(table["rate"] - truth).max() < 0.02
    assert shrunken_rates([0], [0])["rate"].iloc[0] == 0.5
    assert shrunken_rates([10], [100])["rate"].iloc[0] == pytest.approx(0.1, abs=0.01)
    assert isinstance(table, pd.DataFrame)
