"""How fast the page Handoff follows from a history, as CPU time and as a ratio to the same questions asked row by row.

    LEADCAL_BENCH_LEADS=1000000 pytest tests/benches/test_handoffs_bench.py --benchmark-enable -s

`LEADCAL_BENCH_WORKSPACE` takes a workspace that is already built.
"""

import sys
import time

import numpy as np
import pytest

from analysis.business_hours import business_hours
from analysis.handoffs.agreement import Agreement
from analysis.handoffs.rows import DIMENSIONS, attempts, handed_over, outcomes
from analysis.handoffs.volumes import months, reasons
from analysis.handoffs.waits import wait_groups, wait_periods
from analysis.selection import Selection
from data.store import open_reader


@pytest.fixture(scope="module")
def reader(workspace):
    return open_reader(workspace)


def seconds(action):
    started, cpu = time.perf_counter(), time.process_time()
    result = action()
    return result, time.perf_counter() - started, time.process_time() - cpu


def by_row(reader):
    """What a notebook would do: every handoff with its texts, and the hours of each."""
    rows = reader.query(
        'SELECT handoffs.*, leads.region, leads."owner", leads.source FROM handoffs INNER JOIN leads ON handoffs.lead_id = leads.lead_id'
    )
    rows["hours"] = business_hours(rows["handed_off_at"], rows["first_contact_at"])
    return [rows.groupby(name)["hours"].quantile([0.5, 0.8]) for name in ("to_department", "region", "owner", "source")]


def test_the_page_against_rows(benchmark, reader):
    selection = Selection(as_of=reader.data_end)
    handed_over(reader, selection, Agreement())  # the first question reads the file
    handed, wall, cpu = seconds(lambda: handed_over(reader, selection, Agreement()))
    lines = [f"\n{len(handed.table):,} handoffs; asked: {wall:.2f} s ({cpu:.2f} s of CPU)"]
    parts = {
        "outcomes": lambda: outcomes(reader, handed),
        "attempts": lambda: attempts(reader, handed),
        "months, reasons, waits": lambda: (months(handed), reasons(handed), wait_periods(handed)),
        **{f"waits by {name}": lambda name=name: wait_groups(handed, "contact", name) for name in DIMENSIONS},
    }
    for name, action in parts.items():
        _, wall, part_cpu = seconds(action)
        lines.append(f"{name}: {wall:.2f} s ({part_cpu:.2f} s of CPU)")
    _, _, row_cpu = seconds(lambda: by_row(reader))
    lines.append(f"row by row: {row_cpu:.2f} s of CPU")
    sys.stdout.write("\n".join(lines) + "\n")
    assert np.isfinite(cpu)
    benchmark(lambda: wait_groups(handed, "contact", "region"))
