"""The search finds what trying every condition finds."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.losses.facts import Dimension
from analysis.losses.search import find_conditions, holds

LIMITS = {"min_n": 4, "min_variance": 0.4, "min_z": 1.0, "min_gain": 0.5}


def made(seed: int, n: int, sizes: list[int]):
    draw = np.random.default_rng(seed)
    dimensions = [
        Dimension(name=f"d{number}", labels=tuple(map(str, range(size))), codes=draw.integers(0, size + 1, n))
        for number, size in enumerate(sizes)
    ]
    expected = draw.uniform(0.1, 0.9, n)
    happened = draw.random(n) < np.clip(expected + 0.4 * (dimensions[0].codes == 1), 0, 1)
    return dimensions, happened - expected, expected * (1 - expected)


def by_force(dimensions, residual, variance, max_facts=3):
    """Every condition, from its cases, as the docstrings define it."""
    frame = pd.DataFrame({number: dimension.codes for number, dimension in enumerate(dimensions)})
    total = variance.sum()

    def sums(items):
        is_in = np.ones(len(frame), dtype=bool)
        for place, code in items:
            is_in &= (frame[place] == code).to_numpy()
        return int(is_in.sum()), residual[is_in].sum(), variance[is_in].sum()

    found = {}
    for size in range(1, max_facts + 1):
        for places in combinations(range(len(dimensions)), size):
            for codes in product(*(range(1, len(dimensions[place].labels) + 1) for place in places)):
                items = tuple(zip(places, codes, strict=True))
                n, excess, own = sums(items)
                if n < LIMITS["min_n"] or own < LIMITS["min_variance"]:
                    continue
                z = excess / np.sqrt(max(own * (1 - own / total), 1e-12))
                parents = [sums(parent) for parent in combinations(items, size - 1) if parent]
                beats = all(
                    own / above < 1 - 1e-9
                    and excess - base * own / above >= LIMITS["min_gain"] * np.sqrt(max(own * (1 - own / above), 1e-9))
                    for _, base, above in parents
                )
                if z >= LIMITS["min_z"] and beats:
                    found[items] = (n, excess, own, z)
    return found


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(20, 200),
    sizes=st.lists(st.integers(1, 3), min_size=1, max_size=5),
)
def test_it_finds_what_trying_everything_finds(seed, n, sizes):
    dimensions, residual, variance = made(seed, n, sizes)
    found = find_conditions(dimensions, residual, variance, n_kept=10**6, **LIMITS)
    wanted = by_force(dimensions, residual, variance)
    assert {each.items for each in found.candidates} == set(wanted)
    for each in found.candidates:
        assert (each.n, each.excess, each.variance, each.z) == pytest.approx(wanted[each.items])
        assert holds(dimensions, each.items).sum() == each.n


def test_the_most_certain_come_first_and_only_so_many():
    dimensions, residual, variance = made(3, 400, [3, 3, 1, 1])
    everything = find_conditions(dimensions, residual, variance, n_kept=10**6, **LIMITS)
    few = find_conditions(dimensions, residual, variance, n_kept=3, **LIMITS)
    assert few.candidates == everything.candidates[:3]
    assert [each.z for each in everything.candidates] == sorted(
        (each.z for each in everything.candidates), reverse=True
    )


def test_fewer_facts_when_asked():
    dimensions, residual, variance = made(4, 300, [2, 2, 1])
    found = find_conditions(dimensions, residual, variance, max_facts=1, n_kept=10**6, **LIMITS)
    assert {each.items for each in found.candidates} == set(by_force(dimensions, residual, variance, max_facts=1))


def test_no_dimensions_give_nothing():
    found = find_conditions([], np.zeros(5), np.ones(5))
    assert found.candidates == ()
    assert found.n_looked_at == 0
