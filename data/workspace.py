"""The workspace: one folder that a company owns.

Plain files, because they are few, belong in version control, and must be
readable without this program. A file is written under a temporary name and
renamed, so that a reader never sees half of it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from data.errors import WorkspaceError


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where things lie in the folder `root`; nothing is created by looking."""

    root: Path

    @property
    def history(self) -> Path:
        """Folder of the numbered snapshots of the history."""
        return self.root / "history"

    @property
    def current(self) -> Path:
        """File that names the snapshot in use."""
        return self.history / "current"

    @property
    def rulesets(self) -> Path:
        """Folder of the rulesets: one folder per name, one file per version."""
        return self.root / "rulesets"

    @property
    def decisions(self) -> Path:
        """Folder of the decisions of the meetings: one file per decision."""
        return self.root / "decisions"

    @property
    def meetings(self) -> Path:
        """Folder of the meetings: a file for each, and a folder of its name for the notes."""
        return self.root / "meetings"

    @property
    def profiles(self) -> Path:
        """Folder of the mappings that the company saved."""
        return self.root / "profiles"

    @property
    def truth(self) -> Path:
        """What was planted in the synthetic company; absent for a real one."""
        return self.root / "truth.json"

    def snapshot_path(self, number: int) -> Path:
        """Path of snapshot `number`, whether or not it exists."""
        return self.history / f"{number:06d}.duckdb"

    def snapshots(self) -> list[int]:
        """Numbers of the snapshots that exist, ascending."""
        return sorted(int(path.stem) for path in self.history.glob("[0-9]*.duckdb") if path.stem.isdigit())

    def current_number(self) -> int | None:
        """Return the number of the snapshot in use; None when nothing was imported yet.

        Raises
        ------
        WorkspaceError
            If the file `current` is damaged or names a snapshot that is gone.
        """
        try:
            text = self.current.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise WorkspaceError(
                f"{self.current}: cannot be read ({error}); write the number of a snapshot into it"
            ) from error
        if not text.isdigit():
            raise WorkspaceError(
                f"{self.current}: says {text[:40]!r}, which is no snapshot; write one of {self._existing()} into it"
            )
        if not self.snapshot_path(int(text)).is_file():
            raise WorkspaceError(
                f"{self.current}: names snapshot {text}, which is gone; write one of {self._existing()} into it"
            )
        return int(text)

    def require_current(self) -> int:
        """Return the number of the snapshot in use.

        Raises
        ------
        WorkspaceError
            If the workspace holds no history yet.
        """
        number = self.current_number()
        if number is None:
            raise WorkspaceError(
                f"{self.root}: holds no history yet; run `leadcal demo --no-serve` for the synthetic company or `leadcal import` for your own files"
            )
        return number

    def set_current(self, number: int) -> None:
        """Make snapshot `number` the one in use; this rename is the commit."""
        replace_text(self.current, f"{number:06d}\n")

    def _existing(self) -> str:
        return ", ".join(f"{number:06d}" for number in self.snapshots()) or "(no snapshot exists)"


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old or the new, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def create_text(path: Path, text: str) -> bool:
    """Write `text` to a new file at `path`; False when the file exists already.

    The name is claimed exclusively, so that two people cannot overwrite each other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def _temporary(path: Path) -> Path:
    """Return a name beside `path` that nobody else uses: one process serves several people at once."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


def sync_folder(folder: Path) -> None:
    """Ask the disk to keep a rename; systems that cannot sync a folder are left alone."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
