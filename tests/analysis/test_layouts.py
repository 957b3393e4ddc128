"""Sums of packed words are sums of counts, held against counting one by one."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.counters import EVER_DAYS, Counter
from analysis.layouts import Cells, distinct_rows, layouts

N_TYPES, N_VALUES, N_MOMENTS = 4, 5, 3
windows = st.sampled_from([1, 2, 7, 30, EVER_DAYS])
touch_counters = st.dictionaries(st.integers(0, N_TYPES - 1), windows, max_size=N_TYPES)
value_counters = st.lists(st.integers(0, N_VALUES - 1), unique=True)
touches = st.lists(
    st.tuples(st.integers(0, N_MOMENTS - 1), st.integers(0, N_TYPES - 1), st.sampled_from([0, 1, 6, 29, 30, 32000])),
    max_size=20,
)
values = st.lists(st.tuples(st.integers(0, N_MOMENTS - 1), st.integers(0, N_VALUES - 1)), unique=True)


def counter_of(of_touches: dict[int, int], of_values: list[int], bound: int) -> Counter:
    return Counter(
        touches=pd.DataFrame({"type_no": list(of_touches), "before_days": list(of_touches.values())}, dtype="int64"),
        values=np.array(of_values, dtype=np.int64),
        bound=bound,
        cap=bound,
    )


def rows_of(cells: Cells, seen: list[tuple[int, int, int]], known: list[tuple[int, int]]) -> pd.DataFrame:
    """What the engine answers: the statements `touch_cells` and `value_cells`, row by row."""
    rules = cells.rules["touch"].set_index("type_no")
    of_value = cells.rules["value"].set_index("value_no")["cell"]
    rows = [
        (moment, rules["first_cell"][type_no] + min(age, rules["oldest_days"][type_no]))
        for moment, type_no, age in seen
        if type_no in rules.index
    ]
    rows += [(moment, of_value[value_no]) for moment, value_no in known if value_no in of_value.index]
    return pd.DataFrame(rows, columns=["moment_no", "cell"], dtype="int64")


@given(st.lists(st.tuples(touch_counters, value_counters), max_size=12), touches, values, st.integers(35, 2**28))
def test_packed_sums_are_the_counts(of, seen, known, bound):
    counters = [counter_of(of_touches, of_values, bound) for of_touches, of_values in of]
    for layout, first in zip(layouts(counters), _firsts(counters), strict=True):
        cells = Cells.of(layout)
        frame = rows_of(cells, seen, known)
        batches = [{name: frame[name].to_numpy()[part::2] for name in frame} for part in range(2)]
        sums = np.zeros((layout.n_words, N_MOMENTS), dtype=np.int64)
        cells.add(sums, batches)
        counts = layout.unpack(sums)
        for number, (of_touches, of_values) in enumerate(of[first : first + len(layout.counters)]):
            for moment in range(N_MOMENTS):
                expected = sum(m == moment and age < of_touches.get(type_no, 0) for m, type_no, age in seen)
                expected += sum(m == moment and value_no in of_values for m, value_no in known)
                assert counts[moment, number] == expected


counts_with_caps = st.lists(
    st.tuples(st.integers(1, 2**20), st.integers(1, 6), st.integers(0, 1), st.booleans()), min_size=1, max_size=14
)


@given(counts_with_caps, st.data())
def test_rows_are_alike_when_their_capped_counts_are(of, data):
    counters = [
        replace(
            counter_of({}, [], bound), cap=1 if inverted else min(cap, bound), constant=constant, is_inverted=inverted
        )
        for bound, cap, constant, inverted in of
    ]
    for layout in layouts(counters):
        rows = data.draw(
            st.lists(st.tuples(*(st.integers(0, counter.bound) for counter in layout.counters)), max_size=8)
        )
        words = np.zeros((layout.n_words, len(rows)), dtype=np.int64)
        for number, row in enumerate(rows):
            for word, shift, count in zip(layout.words, layout.shifts, row, strict=True):
                words[word, number] += count << shift
        place, example = layout.distinct(words)
        counts = layout.unpack(words)
        assert np.array_equal(counts[example][place], counts)
        assert np.array_equal(np.unique(counts, axis=0), counts[example])


def _firsts(counters: list[Counter]) -> list[int]:
    sizes = [len(layout.counters) for layout in layouts(counters)]
    return [sum(sizes[:number]) for number in range(len(sizes))]


def test_types_that_count_alike_share_their_cells():
    counters = [counter_of({0: 7, 1: 7, 2: 30}, [], 9)]
    cells = Cells.of(layouts(counters)[0])
    assert cells.rules["touch"]["first_cell"].tolist() == [0, 0, 8]
    assert cells.words.tolist() == [[1] * 7 + [0] + [1] * 30 + [0]]


@given(st.integers(1, 3).flatmap(lambda width: st.lists(st.lists(st.integers(-2, 2), min_size=width, max_size=width))))
def test_distinct_rows_give_every_row_back(rows):
    table = np.array(rows, dtype=np.int64).reshape(len(rows), -1) if rows else np.empty((0, 2), dtype=np.int64)
    place, distinct = distinct_rows(table)
    assert np.array_equal(distinct[place], table)
    assert len(np.unique(distinct, axis=0)) == len(distinct)
