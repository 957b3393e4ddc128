"""How fast an import is, as a ratio to what DuckDB itself needs to read the CSV and write a table.

    LEADCAL_BENCH_TOUCHES=5000000 pytest tests/benches/test_import_bench.py --benchmark-enable -s

Both are measured in the same run, by CPU time because it holds on a busy machine.
What `prepare` does after an import (the layout for questions) is shown apart.
"""

import os
import time

import duckdb
import pytest

import data.store
from data.imports import import_files
from data.workspace import Workspace

N_TOUCHES = int(os.environ.get("LEADCAL_BENCH_TOUCHES", "50000"))


@pytest.fixture(scope="module")
def touches(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "touches.csv"
    duckdb.connect().execute(
        "COPY (SELECT 't' || i AS touch_id, 'L' || ((i * 7919) % greatest($n // 20, 1)) AS lead_id, "
        "TIMESTAMP '2023-01-01' + to_seconds((i * 104729) % 63072000) AS \"at\", "
        "['page_visit', 'seminar', 'newsletter_open', 'email', 'white_paper'][1 + i % 5] AS kind, "
        "['web', 'mail', 'phone'][1 + i % 3] AS channel, '/products/page-' || (i % 300) AS content, "
        "CASE WHEN i % 4 = 0 THEN 'outbound' ELSE 'inbound' END AS direction FROM range($n) AS t(i)) "
        f"TO '{path}' (HEADER)",
        {"n": N_TOUCHES},
    )
    return path


def own(path, target):
    """What DuckDB needs by itself, in CPU seconds."""
    started = time.process_time()
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"CREATE TABLE touches AS FROM read_csv('{path}')")
    return time.process_time() - started


@pytest.mark.benchmark(group="import")
def test_touches(benchmark, touches, tmp_path, monkeypatch):
    baseline = min(own(touches, tmp_path / f"own{number}.duckdb") for number in range(2))
    prepared = []

    def prepare(connection):
        started = time.process_time()
        original(connection)
        prepared.append(time.process_time() - started)

    original = data.store.prepare
    monkeypatch.setattr(data.store, "prepare", prepare)
    started = time.process_time()
    report = benchmark.pedantic(import_files, (Workspace(tmp_path / "workspace"), [touches]), rounds=1)
    taken = time.process_time() - started - sum(prepared)
    assert report.tables["n_new"].tolist() == [N_TOUCHES]
    benchmark.extra_info |= {
        "n_touches": N_TOUCHES,
        "own_cpu_seconds": round(baseline, 2),
        "import_cpu_seconds": round(taken, 2),
        "prepare_cpu_seconds": round(sum(prepared), 2),
        "speed_ratio": round(baseline / taken, 2),
        "speed_ratio_with_prepare": round(baseline / (taken + sum(prepared)), 2),
    }
    if benchmark.enabled:
        print("\n", benchmark.extra_info)  # noqa: T201
