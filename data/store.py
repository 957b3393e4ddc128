"""The store: numbered, immutable snapshots of the history in DuckDB.

A change copies the snapshot in use to a building file, works there, and
becomes visible by one rename; a reader never waits and never sees half of it.
A process has one DuckDB instance for reading; every question runs on a cursor
of its own, because a connection shared between threads answers wrongly.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from data.attachments import attach, connect_building, detach, instance
from data.contract import PROVENANCE, SCHEMA_VERSION, STAGES, TABLES, Table
from data.errors import BusyError, WorkspaceError
from data.prepare import layout, prepare
from data.workspace import Workspace, sync_folder

N_KEPT: Final = 10
"""How many snapshots are kept besides those that a decision names."""

_BUILDING = ".building.duckdb"
_BATCH_ROWS: Final = 262_144  # of a long answer: small enough for the processor's cache


class Writer:
    """A change of the history in the making; see `writing`.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
        Connection to the building file, with one transaction open.
    workspace : Workspace
        Where the change will appear.
    """

    def __init__(self, workspace: Workspace, path: Path, *, parent: int | None) -> None:
        self.workspace = workspace
        self._path = path
        self.connection = connect_building(path)
        self.snapshot: int | None = None
        if parent is None:
            _create_tables(self.connection)
        self.connection.execute("BEGIN")
        self.connection.execute("DELETE FROM meta WHERE key = 'parent'")
        if parent is not None:
            self.connection.execute("INSERT INTO meta VALUES ('parent', ?)", [str(parent)])

    def commit(self) -> int:
        """Make the change the snapshot in use, and return its number."""
        self.connection.execute("COMMIT")
        prepare(self.connection)
        self.connection.execute("CHECKPOINT")
        self.close()
        number = (self.workspace.snapshots() or [0])[-1] + 1
        _sync_file(self._path)
        # On the way here nobody else can have taken the number: the lock is ours.
        self._path.rename(self.workspace.snapshot_path(number))
        sync_folder(self.workspace.history)
        self.workspace.set_current(number)
        self.snapshot = number
        _prune(self.workspace, number)
        return number

    def close(self) -> None:
        """Release the building file; what was not committed is forgotten."""
        self.connection.close()


@contextlib.contextmanager
def writing(workspace: Workspace, *, is_fresh: bool = False, wait_seconds: float = 0) -> Iterator[Writer]:
    """Change the history of a workspace; one writer at a time.

    Nothing changes unless `Writer.commit` is called: an error, a kill or a full
    disk leaves the snapshot in use as it was.

    Parameters
    ----------
    workspace : Workspace
        Made when it does not exist.
    is_fresh : bool
        Start from an empty history instead of a copy of the one in use.
    wait_seconds : float
        How long to wait for another writer to finish.

    Raises
    ------
    BusyError
        If another process is writing.
    WorkspaceError
        If the snapshot in use cannot be read, or the disk is full.
    """
    building = workspace.history / _BUILDING
    with _locked(workspace, wait_seconds):
        try:
            _remove_leftovers(building)
            writer = _begin(workspace, building, is_fresh=is_fresh)
            try:
                yield writer
            finally:
                writer.close()
        except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise WorkspaceError(f"{workspace.root}: cannot be written ({error}); nothing was changed") from error
        finally:
            _remove_leftovers(building)


@contextlib.contextmanager
def _locked(workspace: Workspace, wait_seconds: float) -> Iterator[None]:
    _make_folder(workspace)
    try:
        # The operating system releases the lock of a process that dies.
        with FileLock(workspace.history / ".lock", timeout=wait_seconds):
            yield
    except Timeout as error:
        raise BusyError(
            f"{workspace.root}: another process is writing to this workspace; wait until it has finished and try again"
        ) from error


class Reader:
    """Read-only answers from one snapshot; safe to share between threads.

    Implements `data.engine.Engine`.
    """

    def __init__(self, workspace: Workspace, snapshot: int) -> None:
        self.workspace = workspace
        self._snapshot = snapshot
        self._path = workspace.snapshot_path(snapshot)
        self._alias = attach(self._path)
        self._meta = self._read_meta()

    @property
    def snapshot(self) -> int:
        """Number of the snapshot."""
        return self._snapshot

    @property
    def parent(self) -> int | None:
        """Number of the snapshot this one was made from; None for the first."""
        number = self._meta.get("parent")
        return int(number) if number else None

    @property
    def data_end(self) -> datetime | None:
        """UTC time of the latest recorded event; None when the history is empty."""
        text = self._meta.get("data_end")
        return datetime.fromisoformat(text) if text else None

    @property
    def is_outdated(self) -> bool:
        """Whether another version of the program prepared the snapshot: questions may miss tables."""
        return self._meta.get("layout") != layout()

    def query(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
    ) -> pd.DataFrame:
        """Run one statement; see `data.engine.Engine.query`."""
        cursor = instance().cursor()
        try:
            cursor.execute(f"USE {self._alias}")
            for name, frame in (tables or {}).items():
                cursor.register(name, frame)
            return cursor.execute(sql, dict(params or {})).df()
        finally:
            cursor.close()

    def stream(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
    ) -> Iterator[dict[str, NDArray[Any]]]:
        """Run one statement and yield its answer in parts; see `data.engine.Engine.stream`."""
        cursor = instance().cursor()
        try:
            cursor.execute(f"USE {self._alias}")
            for name, frame in (tables or {}).items():
                cursor.register(name, frame)
            for batch in cursor.sql(sql, params=dict(params or {})).to_arrow_reader(_BATCH_ROWS):
                yield {name: column.to_numpy() for name, column in zip(batch.schema.names, batch.columns, strict=True)}
        finally:
            cursor.close()

    def _read_meta(self) -> dict[str, str]:
        try:
            rows = self.query("SELECT key AS key, value AS value FROM meta")
        except duckdb.CatalogException as error:
            raise WorkspaceError(
                f"{self._path}: is a DuckDB file, but not a leadcal history; choose another workspace folder"
            ) from error
        meta = dict(zip(rows["key"], rows["value"], strict=True))
        _check_version(self._path, meta)
        return meta


def undo(workspace: Workspace, *, wait_seconds: float = 0) -> int:
    """Take the last change back: use the snapshot again that it started from.

    The file of the change stays, so undoing can be undone by naming it in
    `history/current`.

    Returns
    -------
    int
        Number of the snapshot that is in use now.

    Raises
    ------
    WorkspaceError
        If there is no earlier snapshot, or another process is writing.
    """
    with _locked(workspace, wait_seconds):
        parent = Reader(workspace, workspace.require_current()).parent
        if parent is None or not workspace.snapshot_path(parent).is_file():
            raise WorkspaceError(
                f"{workspace.root}: there is nothing to undo; this is the oldest snapshot that is kept"
            )
        workspace.set_current(parent)
        return parent


def open_reader(workspace: Workspace, snapshot: int | None = None) -> Reader:
    """Open the snapshot in use, or the one with number `snapshot`.

    A snapshot that another version of the program prepared is prepared again
    first, which takes as long as it does at the end of an import; the history
    in it stays as it is.

    Raises
    ------
    WorkspaceError
        If there is no history, the file is no history of ours, it was written
        by a newer program, or another process holds it for writing.
    """
    number = workspace.require_current() if snapshot is None else snapshot
    if not workspace.snapshot_path(number).is_file():
        known = ", ".join(str(known) for known in workspace.snapshots()) or "none"
        raise WorkspaceError(f"{workspace.root}: has no snapshot {number}; it has {known}")
    with _opening:
        reader = Reader(workspace, number)
        if reader.is_outdated:
            _renew(workspace, number)
            reader = Reader(workspace, number)
    return reader


def _renew(workspace: Workspace, number: int) -> None:
    """Build anew what is derived from the facts in a snapshot, in a copy that then takes its place."""
    path, building = workspace.snapshot_path(number), workspace.history / _BUILDING
    detach(path)
    try:
        # Another process may be doing the same: it is waited for.
        with _locked(workspace, wait_seconds=_RENEWAL_SECONDS), _clean(building):
            shutil.copyfile(path, building)
            with connect_building(building) as connection:
                if not _is_prepared(connection):
                    prepare(connection)
                    connection.execute("CHECKPOINT")
            _sync_file(building)
            building.rename(path)
            sync_folder(workspace.history)
    except (OSError, duckdb.Error) as error:
        raise WorkspaceError(
            f"{path}: was prepared by another version of leadcal, and cannot be prepared for this one ({error}); "
            "make the folder writable, or import again"
        ) from error


@contextlib.contextmanager
def _clean(building: Path) -> Iterator[None]:
    _remove_leftovers(building)
    try:
        yield
    finally:
        _remove_leftovers(building)


def _is_prepared(connection: duckdb.DuckDBPyConnection) -> bool:
    return connection.execute("SELECT value FROM meta WHERE key = 'layout'").fetchone() == (layout(),)


_RENEWAL_SECONDS: Final = 600
_opening = threading.Lock()


def _begin(workspace: Workspace, building: Path, *, is_fresh: bool) -> Writer:
    parent = None if is_fresh else workspace.current_number()
    if parent is not None:
        Reader(workspace, parent)  # refuses a file of a newer program before it is copied
        shutil.copyfile(workspace.snapshot_path(parent), building)
    return Writer(workspace, building, parent=parent)


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for table in (*TABLES.values(), PROVENANCE):
        connection.execute(create_table_sql(table))
    connection.execute("CREATE TABLE stages (stage VARCHAR, position INTEGER, department VARCHAR, sla_days INTEGER)")
    connection.executemany(
        "INSERT INTO stages VALUES (?, ?, ?, ?)",
        [[stage.stage, stage.position, stage.department, stage.sla_days] for stage in STAGES],
    )
    connection.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")
    connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)])


def create_table_sql(table: Table) -> str:
    """Return the statement that creates `table`.

    Keys are kept by the imports, not by an index: an index on twenty million
    touches would cost more than everything else an import does.
    """
    columns = ", ".join(
        f'"{column.name}" {column.kind.value}{" NOT NULL" if column.required else ""}' for column in table.columns
    )
    return f'CREATE TABLE "{table.name}" ({columns})'


def _check_version(path: Path, meta: Mapping[str, str]) -> None:
    version = int(meta.get("schema_version", "0"))
    if version > SCHEMA_VERSION:
        raise WorkspaceError(
            f"{path}: was written by a newer leadcal (schema {version}, this program reads up to {SCHEMA_VERSION}); update leadcal"
        )


def _prune(workspace: Workspace, current: int) -> None:
    """Delete old snapshots that no decision and no meeting names; readers that have one open keep it."""
    files = [*workspace.decisions.glob("*.toml"), *workspace.meetings.glob("*.toml")]
    named = {int(number) for path in files for number in _snapshots_named_in(path)}
    for number in workspace.snapshots()[:-N_KEPT]:
        if number != current and number not in named:
            with contextlib.suppress(OSError):
                workspace.snapshot_path(number).unlink()


def _snapshots_named_in(path: Path) -> list[str]:
    return re.findall(
        r"^\s*snapshot\s*=\s*(\d+)", path.read_text(encoding="utf-8", errors="replace"), flags=re.MULTILINE
    )


def _make_folder(workspace: Workspace) -> None:
    try:
        workspace.history.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"{workspace.root}: cannot be made ({error.strerror}); choose another folder") from error


def _remove_leftovers(building: Path) -> None:
    """Delete what a killed writer left; only called while the lock is ours."""
    building.unlink(missing_ok=True)
    building.with_name(building.name + ".wal").unlink(missing_ok=True)
    shutil.rmtree(building.parent / ".spill", ignore_errors=True)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
