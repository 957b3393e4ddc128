"""The presets that come with leadcal: a mapping file each, and what is said about it.

``mappings/<id>.toml`` is a mapping like any user's. ``about/<id>.toml`` says how its
files are recognised, how else its columns are spelt, and why columns are left alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from data.errors import InputError
from data.imports.mapping import Mapping
from data.imports.mapping_file import parse_mapping
from data.presets.headers import FileHeader

NOT_IN_CONTRACT = "not in the data contract"
"""Why a column is left alone when a preset says nothing more about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetFile:
    """How one file of a preset is recognised.

    Attributes
    ----------
    alias : str
        How the mapping calls it.
    label_ja, label_en : str
        What it is, for people.
    required : tuple of str
        Columns without which it is not this file.
    typical : tuple of str
        Columns that speak for it.
    enough : int
        So many typical columns are as good as all.
    distinctive : float
        Confidence when the required columns are there and no typical one, in [0, 1].
    ceiling : float
        Confidence when enough typical columns are there too; below 1 where many systems
        have such columns, so that a preset that knows the system wins.
    """

    alias: str
    label_ja: str
    label_en: str
    required: tuple[str, ...]
    typical: tuple[str, ...]
    enough: int
    distinctive: float
    ceiling: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One system's exports.

    Attributes
    ----------
    preset_id : str
        Short name, such as ``hubspot``.
    label_ja, label_en : str
        What it is, for people.
    files : mapping of str to PresetFile
        By alias.
    names : mapping of str to tuple of str
        Other spellings of columns.
    ignored : mapping of str to str
        Why columns are left alone, by name or pattern (``Date exited *``).
    replaced : tuple of (str, str, str)
        (table, file, other file): feeds of the table from `file` do not count when
        `other file` is there.
    text : str
        The mapping as it is written.
    """

    preset_id: str
    label_ja: str
    label_en: str
    files: MappingType[str, PresetFile]
    names: MappingType[str, tuple[str, ...]]
    ignored: MappingType[str, str]
    replaced: tuple[tuple[str, str, str], ...]
    text: str

    @property
    def mapping(self) -> Mapping:
        """What becomes what; read when it is first needed."""
        return _mapping(self.preset_id)

    def why_ignored(self, column: str) -> str:
        """Return why `column` is left alone."""
        header = FileHeader(name="", columns=(column,))
        for pattern, reason in self.ignored.items():
            if header.find(pattern, self.names) or fnmatchcase(column, pattern):
                return reason
        return NOT_IN_CONTRACT


@cache
def presets() -> tuple[Preset, ...]:
    """Return all presets, by id."""
    folder = files("data.presets") / "mappings"
    ids = sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))
    return tuple(_load(preset_id) for preset_id in ids)


def preset(preset_id: str) -> Preset:
    """Return the preset called `preset_id`.

    Raises
    ------
    InputError
        If there is none.
    """
    for found in presets():
        if found.preset_id == preset_id:
            return found
    known = ", ".join(found.preset_id for found in presets())
    raise InputError(f"there is no preset {preset_id!r}; use one of {known}")


def _load(preset_id: str) -> Preset:
    about = tomllib.loads(_resource("about", preset_id))
    return Preset(
        preset_id=preset_id,
        label_ja=about["label_ja"],
        label_en=about["label_en"],
        files={alias: _file(alias, {**about, **raw}) for alias, raw in about["file"].items()},
        names={name: tuple(others) for name, others in about.get("names", {}).items()},
        ignored=about.get("ignored", {}),
        replaced=tuple((rule["table"], rule["from"], rule["by"]) for rule in about.get("replaced", [])),
        text=_resource("mappings", preset_id),
    )


@cache
def _mapping(preset_id: str) -> Mapping:
    return parse_mapping(_resource("mappings", preset_id), f"{preset_id}.toml")


def _file(alias: str, raw: dict[str, Any]) -> PresetFile:
    typical = tuple(raw.get("typical", ()))
    return PresetFile(
        alias=alias,
        label_ja=raw["label_ja"],
        label_en=raw["label_en"],
        required=tuple(raw["required"]),
        typical=typical,
        enough=raw.get("enough", max(1, (len(typical) + 1) // 2)),
        distinctive=raw["distinctive"],
        ceiling=raw.get("ceiling", 1.0),
    )


def _resource(folder: str, preset_id: str) -> str:
    return (files("data.presets") / folder / f"{preset_id}.toml").read_text(encoding="utf-8")
