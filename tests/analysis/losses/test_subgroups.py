"""What is planted comes out, without what only repeats it; where nothing is planted nothing is claimed."""

import numpy as np
import pytest
from scipy.stats import binom

from analysis.groups import adjusted
from analysis.losses.expected import chance_of_so_few, strata
from analysis.losses.facts import MONTH, month_dimension
from analysis.losses.subgroups import subgroups

from .made_facts import is_label, made_with_facts

N_SEEDS = 10
N_QUIET = 40


def planted(table, facts, hits):
    pair = is_label(facts, "region", "region2") & (table["handling"] == "late").to_numpy()
    return -1.5 * is_label(facts, "source", "source1") - 3.0 * pair - 0.7 * hits[:, 3]


@pytest.fixture(scope="module")
def found():
    return [subgroups(*made_with_facts(seed, 10_000, planted)) for seed in range(N_SEEDS)]


@pytest.mark.parametrize(
    "condition",
    [(("source", "source1"),), (("region", "region2"), ("handling", "late")), (("rule", "white_paper"),)],
)
def test_planted_conditions_come_out(found, condition):
    assert sum(condition in set(each.confirmed["condition"]) for each in found) >= N_SEEDS - 1


def test_what_only_repeats_them_is_left_out(found):
    claimed = [condition for each in found for condition in each.confirmed["condition"]]
    # One seed in twenty may bring a false one.
    assert len(claimed) <= 3 * N_SEEDS + 3


def test_intervals_hold_the_wins_at_stake(found):
    """The truth: what the same cases would win without the cause, whose effect is known."""
    held = 0
    for seed, each in enumerate(found):
        cases, facts = made_with_facts(seed, 10_000, planted)
        is_in = is_label(facts, "source", "source1") & cases.is_account
        row = each.table[each.table["condition"] == (("source", "source1"),)].iloc[0]
        others = cases.is_account & ~is_label(facts, "source", "source1")
        score, won = cases.table["score"].to_numpy(), cases.table["is_won"].to_numpy()
        rates = {value: won[others & (score == value)].mean() for value in np.unique(score[is_in])}
        expected = sum(rates[value] for value in score[is_in])
        # The other causes weigh on both alike, so a factor of the odds leads from one to the other.
        odds = {value: rate / (1 - rate) * np.exp(-1.5) for value, rate in rates.items()}
        truth = expected - sum(odds[value] / (1 + odds[value]) for value in score[is_in])
        held += row["at_stake_low"] <= truth <= row["at_stake_high"]
    assert held >= binom.ppf(0.005, N_SEEDS, 0.95)


def test_the_account_of_a_condition_is_that_of_its_cases(found):
    cases, _ = made_with_facts(0, 10_000, planted)
    won = cases.table["is_won"].to_numpy()
    for row, is_in in zip(found[0].table.itertuples(), found[0].members, strict=True):
        assert is_in.sum() == row.n
        assert (is_in & won).sum() == row.n_won
        assert not (is_in & ~cases.is_account).any()
        is_later = is_in & (cases.table["decided_at"] >= found[0].split_at).to_numpy()
        if row.condition[0][0] != MONTH:
            assert (is_later.sum(), (is_later & won).sum()) == (row.later_n, row.later_won)


def test_sorted_by_what_is_at_stake(found):
    for each in found:
        assert each.confirmed["n_at_stake"].is_monotonic_decreasing


def test_where_nothing_is_planted_nothing_is_claimed():
    claims = sum(len(subgroups(*made_with_facts(seed, 3_000)).confirmed) > 0 for seed in range(1_000, 1_000 + N_QUIET))
    assert claims <= binom.ppf(0.99, N_QUIET, 0.05)


def test_a_bad_month_is_found_though_it_does_not_come_again():
    def bad_month(table, facts, hits):
        return -2.5 * (facts.created_at.astype("datetime64[M]") == np.datetime64("2025-03"))

    cases, facts = made_with_facts(7, 8_000, bad_month)
    found = subgroups(cases, facts)
    assert [row.condition for row in found.confirmed.itertuples()] == [((MONTH, "2025-03"),)]
    # The same from the definition: all months of all cases, judged together with nothing else.
    months = month_dimension(facts)
    high = cases.is_account
    stratum, won = strata(cases.table["score"].to_numpy()[high]), cases.table["is_won"].to_numpy()[high]
    chances = [chance_of_so_few(stratum, won, months.codes[high] == code) for code in range(1, len(months.labels) + 1)]
    assert months.labels[int(np.argmin(adjusted(np.array(chances))))] == "2025-03"


def test_too_few_results_are_not_searched():
    found = subgroups(*made_with_facts(1, 60))
    assert not found.is_enough
    assert found.table.empty
    assert found.members.shape == (0, 60)


def test_handling_nobody_recorded_is_no_fact():
    cases, facts = made_with_facts(2, 3_000)
    cases.table["handling"] = "unknown"
    assert not any("handling" in dict(condition) for condition in subgroups(cases, facts).table["condition"])
