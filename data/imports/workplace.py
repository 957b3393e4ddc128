"""The folder an import works in: beside the history, and cleaned up after one that was killed."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from data.workspace import Workspace

FOLDER: Final = ".imports"
"""Under the history, so that what is staged lies on the disk that has to hold it anyway."""

_LOCK: Final = "lock"
_WORK: Final = "work"


@contextlib.contextmanager
def working_folder(workspace: Workspace) -> Iterator[Path]:
    """Yield an empty folder, and remove it at the end, with what killed imports left.

    Each import holds a lock on its folder while it lives; a folder whose lock can be
    had is nobody's any more. A workspace that did not exist does not exist afterwards,
    unless something was written to it meanwhile.
    """
    made = _missing(workspace.history / FOLDER)
    try:
        (workspace.history / FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError:  # reading and checking needs no right to write there
        with tempfile.TemporaryDirectory(prefix="leadcal-import-") as temporary:
            yield Path(temporary)
        return
    _sweep(workspace.history / FOLDER)
    place = workspace.history / FOLDER / uuid.uuid4().hex
    place.mkdir(parents=True)
    try:
        with FileLock(place / _LOCK):
            (place / _WORK).mkdir()
            yield place / _WORK
    finally:
        shutil.rmtree(place, ignore_errors=True)
        for folder in made or [workspace.history / FOLDER]:
            with contextlib.suppress(OSError):  # not empty: it is of use
                folder.rmdir()


def _missing(folder: Path) -> list[Path]:
    """Return the folders that would have to be made for `folder`, the innermost first."""
    return [path for path in (folder, *folder.parents) if not path.exists()]


def _sweep(folder: Path) -> None:
    with contextlib.suppress(OSError):  # another import may be cleaning up at the same time
        for place in folder.iterdir():
            # The work folder is made under the lock: where there is none, an import is only just beginning.
            if (place / _WORK).exists():
                with contextlib.suppress(Timeout, OSError), FileLock(place / _LOCK, timeout=0):
                    shutil.rmtree(place, ignore_errors=True)
