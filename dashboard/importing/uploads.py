"""Files from a browser: bounded, renamed, and put where no name of theirs can lead.

An upload is untrusted. Its folder is made by us, its name is only a label, and both
are gone when the session is.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from data.errors import LeadcalError

KINDS: Final = ("csv", "tsv", "txt", "xlsx", "parquet", "pq")
"""Endings of files that are taken."""

MAX_FILES: Final = 20
MAX_FILE_MB: Final = 50
"""As `maxUploadSize` in `.streamlit/config.toml` (tested): above it the browser refuses."""

MAX_TOTAL_MB: Final = 200

_MAX_NAME: Final = 80
_MB: Final = 1 << 20


class RefusalError(LeadcalError):
    """Something the page explains in the reader's language: `import.refused.<code>` of the texts.

    Attributes
    ----------
    code : str
        Which text.
    values : dict
        What it is filled in with.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(f"{code}: {values}")
        self.code = code
        self.values = values


class Staged:
    """Uploaded files on disk; the folder is removed with the object.

    Attributes
    ----------
    paths : tuple of Path
        The files, in the order in which they were given.
    """

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        given = list(files)
        _check_bounds(given)
        folder = Path(tempfile.mkdtemp(prefix="leadcal-upload-"))
        self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        names = safe_names([name for name, _ in given])
        self.paths = tuple(folder / name for name in names)
        for path, (_, content) in zip(self.paths, given, strict=True):
            path.write_bytes(content)

    def remove(self) -> None:
        """Delete the files now."""
        self._remove()


def safe_names(names: Iterable[str]) -> list[str]:
    """Return a harmless file name for each name, no two alike.

    Folders, control characters, leading dots and what file systems forbid are taken out;
    letters of any script stay, so that messages show the name a person knows.
    """
    safe: list[str] = []
    for number, name in enumerate(names, start=1):
        stem, kind = _parts(name, number)
        candidate, n_same = f"{stem}{kind}", 1
        while candidate.casefold() in (other.casefold() for other in safe):
            n_same += 1
            candidate = f"{stem} ({n_same}){kind}"
        safe.append(candidate)
    return safe


def _parts(name: str, number: int) -> tuple[str, str]:
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*[]')
    stem, _, kind = clean.strip(" .").rpartition(".")
    if kind.casefold() not in KINDS:
        raise RefusalError("kind", file=last[:_MAX_NAME], kinds=", ".join(KINDS))
    return stem.strip(" .")[:_MAX_NAME] or f"file{number}", f".{kind.casefold()}"


def _check_bounds(files: list[tuple[str, bytes]]) -> None:
    if len(files) > MAX_FILES:
        raise RefusalError("many", n=len(files), most=MAX_FILES)
    for name, content in files:
        if not content:
            raise RefusalError("blank", file=name[:_MAX_NAME])
        if len(content) > MAX_FILE_MB * _MB:
            raise RefusalError("large", file=name[:_MAX_NAME], most=MAX_FILE_MB)
    if sum(len(content) for _, content in files) > MAX_TOTAL_MB * _MB:
        raise RefusalError("total", most=MAX_TOTAL_MB)
