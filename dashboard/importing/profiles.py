"""Profiles: mappings that a company saved, one TOML file each in `workspace/profiles`.

A profile knows its files by their columns: next month's export has another name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from dashboard.importing.uploads import RefusalError
from data.errors import LeadcalError
from data.imports import Mapping, load_mapping
from data.imports.plan import columns_used, find_column
from data.presets import FileHeader, mapping_toml
from data.workspace import Workspace, create_text

_MAX_NAME: Final = 60


def folder(workspace: Workspace) -> Path:
    """Return where the profiles lie."""
    return workspace.profiles


def names(workspace: Workspace) -> list[str]:
    """Return the names of the profiles that there are."""
    return sorted(path.stem for path in folder(workspace).glob("*.toml") if not path.name.startswith("."))


def save(workspace: Workspace, name: str, mapping: Mapping) -> Path:
    """Write a mapping as a profile.

    Raises
    ------
    RefusalError
        If the name cannot be one, or is taken: a profile is never overwritten.
    """
    plain = unicodedata.normalize("NFC", name).strip()
    if not re.fullmatch(rf"[\w](?:[\w \-]{{0,{_MAX_NAME - 2}}}\w)?", plain):
        raise RefusalError("profile_name", most=_MAX_NAME)
    path = folder(workspace) / f"{plain}.toml"
    if not create_text(path, mapping_toml(_general(replace(mapping, name=plain)))):
        raise RefusalError("profile_exists", name=plain)
    return path


def load(workspace: Workspace, name: str) -> Mapping:
    """Read a profile; a broken one raises with its line."""
    return load_mapping(folder(workspace) / f"{name}.toml")


def fit(mapping: Mapping, headers: Sequence[FileHeader]) -> Mapping | None:
    """Return a mapping for the files at hand, whatever they are called; None when columns are missing.

    Each of its files is the first one at hand that has all columns it asks for.
    """
    left = list(headers)
    files = {}
    for alias, spec in mapping.files.items():
        needed = [column for feed in mapping.feeds for file, column in columns_used(feed) if file == alias]
        header = next((header for header in left if _has(header, needed)), None)
        if header is not None:
            left.remove(header)
            files[alias] = replace(spec, pattern=exact(header.name), other_patterns=())
        elif spec.is_optional:
            files[alias] = spec
        else:
            return None
    return replace(mapping, files=files)


def fitting(workspace: Workspace, headers: Sequence[FileHeader]) -> dict[str, Mapping]:
    """Return the profiles that read these files, by name; broken ones are passed over."""
    found = {}
    for name in names(workspace):
        try:
            mapping = fit(load(workspace, name), headers)
        except LeadcalError:
            continue
        if mapping is not None:
            found[name] = mapping
    return found


def exact(name: str) -> str:
    """Return the pattern that only this name has."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _has(header: FileHeader, needed: Iterable[str]) -> bool:
    return all(find_column(header.columns, column) is not None for column in needed)


def _general(mapping: Mapping) -> Mapping:
    """Return it with patterns that fit next month's names too: dates and numbers in them do not count."""
    if len(mapping.files) == 1:
        return replace(
            mapping,
            files={alias: replace(spec, pattern="*", other_patterns=()) for alias, spec in mapping.files.items()},
        )
    files = {
        alias: replace(spec, pattern=re.sub(r"\d[\d_\- ]*", "*", spec.pattern)) for alias, spec in mapping.files.items()
    }
    return replace(mapping, files=files)
