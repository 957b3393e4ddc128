"""Rows told apart by their digits, held against numpy's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import keys

sizes = st.lists(st.sampled_from([1, 2, 3, 1000, 2**30]), min_size=1, max_size=5)


@pytest.mark.parametrize("largest", [2**62, 2**31, 2**4])
@given(sizes=sizes, data=st.data())
def test_rows_are_numbered_in_the_order_of_their_digits(largest, sizes, data):
    rows = np.array(data.draw(st.lists(st.tuples(*(st.integers(0, size - 1) for size in sizes)), max_size=20)))
    rows = rows.reshape(-1, len(sizes)).astype(np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "_MAX_KEY", max(largest, 2**31 * 20))
        patch.setattr(keys, "_MAX_TABLE", min(largest, 2**20))
        place, example = keys.distinct_digits(zip(rows.T, sizes, strict=True), len(rows))
    expected, inverse = np.unique(rows, axis=0, return_inverse=True)
    assert np.array_equal(rows[example], expected)
    assert np.array_equal(place, inverse.reshape(-1))
