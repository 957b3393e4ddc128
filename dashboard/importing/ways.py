"""In which ways the files at hand can be read, the likeliest first."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dashboard.importing import profiles
from data.errors import InputError
from data.imports import Mapping
from data.imports.recognise import contract_mapping, contract_spec
from data.imports.scratch import Scratch
from data.imports.source import Source
from data.presets import FileHeader, Recognised, Recognition, recognise
from data.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to read the files.

    Attributes
    ----------
    kind : str
        "profile" (saved by the company), "contract" (the program's own columns),
        "preset" (a known system), or "own" (a person says what is what).
    name : str
        Name of the profile, id of the preset, or the file.
    paths : tuple of Path
        The files it reads.
    mapping : Mapping or None
        None for the contract's own columns, and for "own" until it is made.
    recognised : Recognised or None
        For a preset: why, and what it leaves out.
    """

    kind: Literal["profile", "contract", "preset", "own"]
    name: str
    paths: tuple[Path, ...]
    mapping: Mapping | None = None
    recognised: Recognised | None = None

    @property
    def code(self) -> str:
        """Stable name of the choice."""
        return f"{self.kind}:{self.name}"


def find_ways(
    workspace: Workspace, paths: Sequence[Path], headers: Sequence[FileHeader]
) -> tuple[list[Way], Recognition]:
    """Return how the files can be read, and what was recognised in them.

    Ways that read more of the files come first; among those, what the company
    itself saved, then the program's own columns, then known systems.
    """
    recognition = recognise(headers)
    ways = [*_profiles(workspace, paths, headers), *_contract(paths), *_presets(paths, recognition)]
    ways.sort(key=lambda way: -len(way.paths))  # stable: the order above decides between equals
    return [*ways, *(Way(kind="own", name=path.name, paths=(path,)) for path in paths)], recognition


def _profiles(workspace: Workspace, paths: Sequence[Path], headers: Sequence[FileHeader]) -> list[Way]:
    found = []
    for name, mapping in profiles.fitting(workspace, headers).items():
        patterns = {spec.pattern for spec in mapping.files.values()}
        read = tuple(path for path in paths if profiles.exact(path.name) in patterns)
        found.append(Way(kind="profile", name=name, paths=read, mapping=mapping))
    return found


def _contract(paths: Sequence[Path]) -> list[Way]:
    with tempfile.TemporaryDirectory(prefix="leadcal-ways-") as folder, Scratch(Path(folder), paths) as scratch:
        read = tuple(path for number, path in enumerate(paths) if _is_contract(path, number, scratch))
    return [Way(kind="contract", name="contract", paths=read)] if read else []


def _is_contract(path: Path, number: int, scratch: Scratch) -> bool:
    try:
        contract_mapping({"file": Source(path, contract_spec(number), scratch)})
    except InputError:
        return False
    return True


def _presets(paths: Sequence[Path], recognition: Recognition) -> list[Way]:
    return [
        Way(
            kind="preset",
            name=found.preset.preset_id,
            paths=tuple(path for path in paths if path.name in {one.header.name for one in found.candidates}),
            mapping=found.fitted.mapping,
            recognised=found,
        )
        for found in sorted(recognition.recognised, key=lambda found: -found.confidence)
    ]
