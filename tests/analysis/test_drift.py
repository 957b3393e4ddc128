"""Drift is found where it is, and no more often than chance allows elsewhere."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from analysis import drift as drift_module
from analysis.drift import moved_months, rule_tables, stability


def stationary(rng, n_months=18, n_tables=8, n_leads=400):
    shares = [rng.dirichlet(np.ones(rng.integers(2, 6))) for _ in range(n_tables)]
    return {
        f"rule_{number}": rng.multinomial(n_leads, share, n_months).astype(float) for number, share in enumerate(shares)
    }


def test_the_chance_is_that_of_the_chi_squared_test():
    own, others = np.array([30.0, 50, 20]), np.array([300.0, 400, 260])
    psi, noise, chance = stability(own, others)
    assert chance == pytest.approx(chi2_contingency([own, others], correction=False).pvalue)
    p, q = own / own.sum(), others / others.sum()
    assert psi == pytest.approx(((p - q) * np.log(p / q)).sum(), rel=0.1)
    assert noise == pytest.approx(2 * (1 / 100 + 1 / 960))


@pytest.mark.parametrize("max_joint", [1, 12, 4096])
def test_rules_counted_together_count_as_each_alone(monkeypatch, max_joint):
    monkeypatch.setattr(drift_module, "_MAX_JOINT", max_joint)
    rng = np.random.default_rng(8)
    month_no, pattern_no = rng.integers(0, 5, 400), rng.integers(0, 30, 400)
    classes = {f"rule_{number}": rng.integers(0, size, 30) for number, size in enumerate((2, 4, 1, 3, 6, 2, 5))}
    found = rule_tables(month_no, pattern_no, classes, 5)
    assert list(found) == list(classes)
    for name, of_pattern in classes.items():
        expected = np.zeros((5, of_pattern.max() + 1))
        np.add.at(expected, (month_no, of_pattern[pattern_no]), 1)
        assert (found[name] == expected).all()


def test_without_change_the_index_is_its_noise():
    rng = np.random.default_rng(0)
    share = [0.1, 0.2, 0.3, 0.4]
    drawn = [stability(rng.multinomial(200, share) * 1.0, rng.multinomial(3000, share) * 1.0) for _ in range(400)]
    psi, noise, chance = np.array(drawn).T
    assert psi.mean() == pytest.approx(noise.mean(), rel=0.1)
    assert (chance < 0.05).mean() == pytest.approx(0.05, abs=0.03)


def test_nothing_moves_by_chance():
    rng = np.random.default_rng(5)
    wrong = sum(bool(moved_months(stationary(rng))["is_moved"].any()) for _ in range(30))
    assert wrong <= 5  # at most one in twenty is expected


def test_the_odd_month_is_named_and_no_other():
    rng = np.random.default_rng(2)
    found = []
    for _ in range(12):
        counts = stationary(rng, n_leads=1000)
        counts["rule_0"] = rng.multinomial(1000, [0.7, 0.2, 0.1], 18).astype(float)
        counts["rule_0"][7] = rng.multinomial(1000, [0.55, 0.3, 0.15])
        table = moved_months(counts)
        found.append(
            set(zip(table.loc[table["is_moved"], "rule_id"], table.loc[table["is_moved"], "month_no"], strict=True))
        )
    assert all(("rule_0", 7) in months for months in found)
    assert sum(months != {("rule_0", 7)} for months in found) <= 3


def test_too_few_leads_say_nothing():
    table = moved_months({"rule": np.array([[5.0, 6.0], [100.0, 200.0], [110.0, 190.0]])})
    assert np.isnan(table["chance"][0])
    assert not table["is_moved"].any()
    assert moved_months({"rule": np.array([[50.0], [60.0]])})["psi"].tolist() == [0, 0]
