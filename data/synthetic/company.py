"""Building the synthetic company into a workspace.

Leads do not depend on each other, so they are made in parts of constant size:
a million leads need no more memory than fifty thousand. All of it happens in
the engine; see `sql/` for the steps and `planted.toml` for what is true.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any, Final

import duckdb

from data.errors import WorkspaceError
from data.store import writing
from data.synthetic.planted import calendar, parameters, ruleset_text, tables
from data.synthetic.truth import count, truth
from data.workspace import Workspace, create_text, replace_text

PART_SIZE: Final = 50_000
"""Leads made at a time."""

MAXIMUM_PASSES: Final = 3

Progress = Callable[[int, int], None]
"""Called with the number of leads made so far, and of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySummary:
    """What was built.

    Attributes
    ----------
    n_leads, n_touches, n_handoffs, n_won : int
        Rows of the history; `n_won` counts deals that were won by the end of it.
    as_of : datetime
        End of the data (UTC); the same for every company.
    snapshot : int
        Number of the snapshot that holds it.
    """

    n_leads: int
    n_touches: int
    n_handoffs: int
    n_won: int
    as_of: datetime
    snapshot: int


def build_company(
    workspace: Workspace, n_leads: int = 20_000, seed: int = 1, progress: Progress | None = None
) -> CompanySummary:
    """Build the synthetic company into an empty workspace.

    Writes the history (snapshot 1), today's ruleset, and `truth.json`, which
    says what was planted and how many there are of what. Two companies with the
    same `n_leads` and `seed` are equal in every value, on any number of threads.

    Parameters
    ----------
    workspace : Workspace
        Made when it does not exist.
    n_leads : int
        At least 1.
    seed : int
        Another seed gives another company with the same truths.
    progress : callable, optional
        Called after each part with the number of leads made, and of all.

    Raises
    ------
    WorkspaceError
        If the workspace holds a history already: invented leads never join real ones.
    ValueError
        If `n_leads` is less than 1.
    """
    if n_leads < 1:
        raise ValueError(f"n_leads is {n_leads}; a company needs at least 1 lead")
    if workspace.current_number() is not None:
        raise WorkspaceError(
            f"{workspace.root}: holds a history already; choose an empty folder with --workspace for the synthetic company"
        )
    with writing(workspace, is_fresh=True) as writer:
        make_history(writer.connection, n_leads, seed, progress)
        counts = count(writer.connection)
        _release_ruleset(workspace)
        replace_text(workspace.truth, json.dumps(truth(n_leads, seed, counts), ensure_ascii=False, indent=2) + "\n")
        snapshot = writer.commit()
    return CompanySummary(
        n_leads=counts["leads"],
        n_touches=counts["touches"],
        n_handoffs=counts["handoffs"],
        n_won=counts["won"],
        as_of=calendar().as_of,
        snapshot=snapshot,
    )


def make_history(
    connection: duckdb.DuckDBPyConnection, n_leads: int, seed: int, progress: Progress | None = None
) -> None:
    """Fill the contract's tables, which must exist and be empty, and the temporary table `tally`."""
    connection.execute(_sql("macros").replace("SEED", str(int(seed))))
    for name, frame in tables().items():
        connection.register("planted_frame", frame)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM planted_frame")
        connection.unregister("planted_frame")
    connection.execute(_sql("tally_start"))
    values = parameters() | {"n_leads": n_leads}
    for first in range(0, n_leads, PART_SIZE):
        end = min(first + PART_SIZE, n_leads)
        _make_part(connection, values | {"first_lead": first, "end_lead": end})
        if progress is not None:
            progress(end, n_leads)
    _run(connection, "costs", values)


def _make_part(connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any]) -> None:
    for step in ("leads", "known", "journey", "start", "reviews_first"):
        _run(connection, step, values)
    for pass_no in range(1, MAXIMUM_PASSES + 1):
        if pass_no > 1:
            _run(connection, "reviews_again", {**values, "pass_no": pass_no - 1})
        for step in ("review_scores", "selection", "outcomes", "follow_up"):
            _run(connection, step, {**values, "pass_no": pass_no})
    for step in ("leave", "write_leads", "write_touches", "write_funnel", "write_answers", "write_scores", "tally"):
        _run(connection, step, values)


def _run(connection: duckdb.DuckDBPyConnection, step: str, values: Mapping[str, Any]) -> None:
    for statement in connection.extract_statements(_sql(step)):
        connection.execute(statement, {name: values[name] for name in statement.named_parameters})


def _release_ruleset(workspace: Workspace) -> None:
    path = workspace.rulesets / "today" / "1.toml"
    if not create_text(path, ruleset_text()) and path.read_text(encoding="utf-8") != ruleset_text():
        raise WorkspaceError(f"{path}: is another ruleset than that of the synthetic company; choose an empty folder")


def _sql(name: str) -> str:
    return resources.files("data.synthetic").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
