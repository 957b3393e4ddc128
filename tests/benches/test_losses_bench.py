"""How fast the losses are accounted for, as ratios to the plain model on the same cases.

    LEADCAL_BENCH_LEADS=1000000 pytest tests/benches/test_losses_bench.py --benchmark-enable -s

CPU time, because it holds on a busy machine. `LEADCAL_BENCH_WORKSPACE` takes a
workspace that is already built.
"""

import sys

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from analysis.losses import loss_account, loss_cases
from analysis.losses.fooled import fooled
from analysis.losses.reasons import reasons
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from tests.benches.clock import cpu_seconds


def plain_model(cases):
    """A notebook's model of the same cases: rules, handling, and a column per source, person and quarter."""
    groups = pd.get_dummies(cases.table[["handling", "source", "owner", "quarter"]].astype(str))
    columns = np.column_stack([cases.multiplicity, cases.unknown, groups]).astype(float)
    return LogisticRegression(C=25.0, max_iter=500).fit(columns, cases.table["is_won"].astype(bool))


def test_the_account_against_one_plain_model(benchmark, workspace):
    reader, today = open_reader(workspace), find_ruleset(workspace, "today")
    selection = Selection(as_of=reader.data_end)
    asked = cpu_seconds(lambda: loss_cases(reader, today, selection))
    cases = loss_cases(reader, today, selection)
    model = cpu_seconds(lambda: plain_model(cases))
    spent = {
        "account": lambda: loss_account(cases),
        "fooled": lambda: fooled(cases),
        "reasons": lambda: reasons(cases, selection),
    }
    seconds = {name: cpu_seconds(action, n_times=3) for name, action in spent.items()}
    benchmark(spent["fooled"])
    benchmark.extra_info |= {"cases": asked, **{name: each / model for name, each in seconds.items()}}
    # Not a test of speed: machines differ. With -s the line says what was reached.
    told = ", ".join(f"{name} {each:.3f} s ({each / model:.2f} x one plain model)" for name, each in seconds.items())
    sys.stdout.write(f"\n{len(cases.table):,} cases {asked:.2f} CPU s; {told}; plain model {model:.2f} s\n")
    assert len(cases.table) > 0
