"""Building the synthetic company into a workspace.

Leads do not depend on each other, so they are made in parts of constant size:
a million leads need no more memory than fifty thousand. All of it happens in
the engine; see `sql/` for the steps and `planted.toml` for what is true.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any, Final

import duckdb

from data.errors import WorkspaceError
from data.store import writing
from data.synthetic.frames import frames
from data.synthetic.planted import Change, Planted, read_planted, ruleset_text
from data.synthetic.truth import count, truth
from data.workspace import Workspace, create_text, replace_text

PART_SIZE: Final = 50_000
"""Leads made at a time."""

MAXIMUM_PASSES: Final = 3

Progress = Callable[[str], None]
"""Called with a few words about what has been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySummary:
    """What was built.

    Attributes
    ----------
    n_leads, n_touches, n_handoffs, n_won : int
        Rows of the history; `n_won` counts deals that were won by the end of it.
    as_of : datetime
        End of the data (UTC).
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
    workspace: Workspace,
    n_leads: int = 20_000,
    seed: int = 1,
    progress: Progress | None = None,
    *,
    as_of: datetime | None = None,
    changes: Mapping[str, Change] | None = None,
) -> CompanySummary:
    """Build the synthetic company as the next snapshot of a workspace.

    Writes the history, today's ruleset as a release, and `truth.json`, which
    says what was planted and how many there are of what. Two companies made
    alike are equal in every value, on any number of threads.

    Parameters
    ----------
    workspace : Workspace
        Empty, or holding an earlier synthetic company; made when it does not exist.
    n_leads : int
        Leads in the two years of the calendar; at least 1.
    seed : int
        Another seed gives another company with the same truths.
    progress : callable, optional
        Called with a few words after each part.
    as_of : datetime, optional
        An earlier end of the data (UTC): the same company, seen before.
    changes : mapping, optional
        Other truths by their place in `planted.toml`; see `read_planted`.

    Raises
    ------
    WorkspaceError
        If the workspace holds a history of its own: invented leads never join real ones.
    ValueError
        If `n_leads` is less than 1, or `as_of` is outside of the calendar.
    KeyError
        If `changes` names a place that does not exist.
    """
    if n_leads < 1:
        raise ValueError(f"n_leads is {n_leads}; a company needs at least 1 lead")
    planted = read_planted(changes, as_of)
    if workspace.current_number() is not None and not workspace.truth.exists():
        raise WorkspaceError(
            f"{workspace.root}: holds a history that is not synthetic; choose an empty folder with --workspace"
        )
    with writing(workspace, is_fresh=True) as writer:
        make_history(writer.connection, planted, n_leads, seed, progress)
        counts = count(writer.connection, planted)
        _release_ruleset(workspace)
        _say(progress, "preparing the history for questions")
        snapshot = writer.commit()
        # Last, so that a truth never stands beside a history it is not true of.
        document = truth(planted, seed, counts)
        replace_text(workspace.truth, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    return CompanySummary(
        n_leads=counts["leads"],
        n_touches=counts["touches"],
        n_handoffs=counts["handoffs"],
        n_won=counts["won"],
        as_of=planted.as_of,
        snapshot=snapshot,
    )


def make_history(
    connection: duckdb.DuckDBPyConnection,
    planted: Planted,
    n_leads: int,
    seed: int,
    progress: Progress | None = None,
) -> None:
    """Fill the contract's tables, which must exist and be empty, and the temporary table `tally`."""
    connection.execute(_sql("macros").replace("SEED", str(int(seed))))
    for name, frame in frames(planted).items():
        connection.register("planted_frame", frame)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM planted_frame")
        connection.unregister("planted_frame")
    connection.execute(_sql("tally_start"))
    values = planted.parameters() | {"n_leads": n_leads}
    for first in range(0, n_leads, PART_SIZE):
        end = min(first + PART_SIZE, n_leads)
        _make_part(connection, values | {"first_lead": first, "end_lead": end})
        _say(progress, f"{end:,} of {n_leads:,} leads")
    for step in ("last_score", "costs"):
        _run(connection, step, values)


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
    """Write the ruleset and, beside it, the hash that makes it a release."""
    text = ruleset_text()
    path = workspace.rulesets / "today" / "1.toml"
    if not create_text(path, text) and path.read_text(encoding="utf-8") != text:
        raise WorkspaceError(f"{path}: is another ruleset than that of the synthetic company; choose an empty folder")
    create_text(path.with_suffix(".sha256"), f"{hashlib.sha256(text.encode()).hexdigest()}  {path.name}\n")


def _say(progress: Progress | None, words: str) -> None:
    if progress is not None:
        progress(words)


def _sql(name: str) -> str:
    return resources.files("data.synthetic").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
