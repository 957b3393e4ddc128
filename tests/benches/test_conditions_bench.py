"""How fast the search for conditions is, beside pysubgroup where it is installed, and that it grows linearly.

    LEADCAL_BENCH_WORKSPACE=/path pytest tests/benches/test_conditions_bench.py --benchmark-enable -s

CPU time, because it holds on a busy machine. Growth is measured on the same cases taken one,
two and four times. pysubgroup is no dependency of this project; install it for the comparison.
"""

import os
import sys
from functools import partial

import numpy as np
import pandas as pd
import pytest

from analysis.losses import loss_cases
from analysis.losses.expected import chances, strata
from analysis.losses.facts import Dimension, case_facts, fact_dimensions, handling_dimension, rule_dimensions, usable
from analysis.losses.search import find_conditions
from analysis.losses.subgroups import subgroups
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from tests.benches.clock import cpu_seconds

N_LEADS = int(os.environ.get("LEADCAL_BENCH_LEADS", "20000"))
N_RIVAL = 20_000
"""pysubgroup tries every combination of masks: more cases than this take minutes."""


@pytest.fixture(scope="module")
def asked(workspace):
    reader = open_reader(workspace)
    cases = loss_cases(reader, find_ruleset(workspace, "today"), Selection(as_of=reader.data_end))
    return cases, case_facts(reader, cases)


@pytest.fixture(scope="module")
def searched(asked):
    """Dimensions, residuals and variances of the high scores."""
    cases, facts = asked
    rows = np.flatnonzero(cases.is_account)
    every = [*rule_dimensions(cases), *fact_dimensions(facts), handling_dimension(cases)]
    dimensions = usable(dimension[rows] for dimension in every)
    is_bad = ~cases.table["is_won"].to_numpy(dtype=bool)[rows]
    expected = chances(strata(cases.table["score"].to_numpy(dtype=np.int64)[rows]), is_bad)
    return dimensions, is_bad - expected, expected * (1 - expected)


def repeated(searched, times):
    dimensions, residual, variance = searched
    longer = [Dimension(name=each.name, labels=each.labels, codes=np.tile(each.codes, times)) for each in dimensions]
    return longer, np.tile(residual, times), np.tile(variance, times)


def test_the_time_grows_linearly(benchmark, asked, searched):
    seconds = {}
    for times in (1, 2, 4):
        longer = repeated(searched, times)
        # Limits grow along, so that the same conditions are looked at.
        limits = {"min_n": 20 * times, "min_variance": 4.0 * times, "min_z": 2.0 * times**0.5}
        seconds[len(longer[1])] = cpu_seconds(partial(find_conditions, *longer, **limits), n_times=3)
    whole = cpu_seconds(lambda: subgroups(*asked))
    benchmark(lambda: find_conditions(*searched))
    per_case = ", ".join(f"{n:,} cases {each:.2f} s ({each / n * 1e6:.1f} us each)" for n, each in seconds.items())
    # Not a test of speed: machines differ. With -s the line says what was reached.
    sys.stdout.write(f"\n{per_case}; search, choice and confirmation {whole:.2f} CPU s\n")
    assert len(seconds) == 3


def test_beside_pysubgroup(searched):
    rival = pytest.importorskip("pysubgroup")
    dimensions, residual, variance = searched
    rows = np.arange(len(residual))[:N_RIVAL]
    frame = pd.DataFrame(
        {f"{each.name}.{place}": each.codes[rows].astype(str) for place, each in enumerate(dimensions)}
    )
    frame["residual"] = residual[rows]
    selectors = [
        rival.EqualitySelector(f"{each.name}.{place}", str(code))
        for place, each in enumerate(dimensions)
        for code in range(1, len(each.labels) + 1)
    ]
    task = rival.SubgroupDiscoveryTask(
        frame, rival.NumericTarget("residual"), selectors, result_set_size=20, depth=2,
        qf=rival.StandardQFNumeric(0.5),
    )  # fmt: skip
    part = [each[rows] for each in dimensions], residual[rows], variance[rows]
    theirs = cpu_seconds(lambda: rival.SimpleDFS().execute(task))
    ours, ours_of_three = (
        cpu_seconds(partial(find_conditions, *part, max_facts=n_facts, min_gain=-np.inf)) for n_facts in (2, 3)
    )
    sys.stdout.write(
        f"\n{len(rows):,} cases, two facts: pysubgroup {theirs:.2f} s, here {ours:.2f} s; three facts {ours_of_three:.2f} s\n"
    )
    found = find_conditions(*part, max_facts=2, min_gain=-np.inf, n_kept=10**6)
    best = rival.SimpleDFS().execute(task).to_dataframe().iloc[0]
    # Mean residual times the root of the size: what a z is, but for the variances of single cases.
    quality = {each.items: each.excess / np.sqrt(each.n) for each in found.candidates}
    assert max(quality.values()) == pytest.approx(best["quality"], rel=0.02)
