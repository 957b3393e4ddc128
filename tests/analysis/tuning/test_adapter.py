from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.tuning import counts_of_periods


def table(rule_ids=("a", "b")):
    return SimpleNamespace(
        rule_ids=rule_ids,
        multiplicity=np.array([[0, 1], [2, 0], [1, 1]]),
        is_gated=np.array([False, False, True]),
        counts=pd.DataFrame(
            {
                "n_mature": [10, 5, 4],
                "n_won": [1, 2, 3],
                "n_immature": [1, 0, 0],
                "n_already_decided": [0, 1, 0],
                "n_standing": [20, 30, 40],
            }
        ),
    )


def test_periods_are_put_together_and_gated_leads_left_out():
    counts = counts_of_periods([table(), table()])
    assert counts.rule_ids == ("a", "b")
    assert counts.period.tolist() == [0, 0, 1, 1]
    assert counts.n_leads.tolist() == [10, 5, 10, 5]
    assert counts.n_won.tolist() == [1, 2, 1, 2]
    assert counts.n_scored.tolist() == [31, 36, 31, 36]


def test_leads_can_stand_for_others():
    counts = counts_of_periods([table()], weights=[np.array([1.0, 4.0, 1.0])])
    assert counts.n_leads.tolist() == [10, 20]
    assert counts.n_won.tolist() == [1, 8]
    assert counts.n_scored.tolist() == [31, 36]


def test_tables_must_be_about_the_same_rules():
    with pytest.raises(ValueError, match="same rules"):
        counts_of_periods([table(), table(("a", "c"))])
