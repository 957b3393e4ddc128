"""The cached definitions of the workspace, and what holding them against each other gives; as `loading`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import streamlit as st

from analysis.definitions import (
    FILE_NAME,
    Definition,
    Definitions,
    Part,
    add_version,
    load_definitions,
    preset_definitions,
)
from analysis.definitions.compare import cell_masks
from analysis.definitions.listed import pattern_leads
from analysis.definitions.parts import resolved
from analysis.definitions.replayed import Replayed, replayed
from analysis.definitions.settle import Settlement, settlement, tried
from analysis.lead_list import LeadList
from analysis.meeting.alignment import Alignment
from analysis.meeting.alignment import alignment as _alignment
from analysis.patterns import GROUPS
from analysis.selection import Selection
from dashboard import loading_losses
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, reader, ruleset, workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All definitions with a condition, looked up for every lead.

    Attributes
    ----------
    found : Replayed
        What they ask.
    parts : dict
        Code of each and its condition, with numbers in place of threshold and bands.
    """

    found: Replayed
    parts: dict[str, Part]


def stamp() -> int:
    """Return when the workspace's definitions were last written; 0 without any."""
    path = definitions_path()
    return path.stat().st_mtime_ns if path.is_file() else 0


def definitions_path() -> Path:
    """Return where the definitions of the workspace lie."""
    return Path(workspace().root) / FILE_NAME


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def definitions(root: str, stamp: int) -> Definitions:  # noqa: ARG001 - parts of the cache's key
    """Return the definitions of the workspace."""
    return load_definitions(definitions_path())


def own() -> Definitions:
    """Return the definitions of the workspace as they are now."""
    return definitions(str(workspace().root), stamp())


def save(definition: Definition) -> Definitions:
    """Write one more definition; DefinitionsError when it cannot be."""
    return add_version(workspace(), definition)


def today(selection: Selection) -> date:
    """Return the day on which a definition must be in force to be shown: today, or the end of the history."""
    return max(datetime.now(UTC).date(), selection.as_of.date())


def choices(selection: Selection) -> dict[str, Definition]:
    """Return every definition with a condition, by code: those in force, the published ones, earlier versions."""
    everything = own()
    current = everything.current(today(selection))
    found = {each.code: each for each in (*current, *preset_definitions()) if each.part is not None}
    older = [each for each in everything.all if each not in current and each.part is not None]
    return found | {f"{each.code}@{each.valid_from}": each for each in older}


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def held(snapshot: Snapshot, selection: Selection, path: str, stamp: int, definition_stamp: int) -> Held:  # noqa: ARG001
    """Look all definitions up; kept as they are, for a copy per run would be dear. Not to be changed."""
    points = ruleset(path, stamp)
    parts = {code: resolved(each.part, points) for code, each in choices(selection).items() if each.part is not None}
    return Held(found=replayed(reader(snapshot), points, selection, list(parts.values())), parts=parts)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def settled(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, definition_stamp: int, a: str, b: str
) -> Settlement:
    """Try every small change of the first of two definitions; see `analysis.definitions.settle`."""
    points = ruleset(path, stamp)
    parts = held(snapshot, selection, path, stamp, definition_stamp).parts
    found, options = tried(reader(snapshot), points, selection, parts[a], parts[b])
    return settlement(found, parts[a], parts[b], options)


def cell_leads(
    snapshot: Snapshot, selection: Selection, every: Held, pair: tuple[str, str], cell: str, n_rows: int
) -> LeadList:
    """Return the leads of one part of the Venn diagram of two definitions."""
    a, b = (every.parts[code] for code in pair)
    return pattern_leads(reader(snapshot), selection, every.found, cell_masks(every.found, a, b)[cell], n_rows)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def alignment(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Alignment:
    """Read every rule three times; see `analysis.meeting.alignment`."""
    return _alignment(loading_losses.cases(snapshot, selection, path, stamp))


def fate_counts(every: Held, pair: tuple[str, str]) -> dict[str, dict[str, int]]:
    """Return for each part of the Venn diagram how many leads had which fate."""
    a, b = (every.parts[code] for code in pair)
    masks = cell_masks(every.found, a, b)
    by_group = every.found.counts.sum(axis=2)
    return {
        cell: dict(zip(GROUPS, np.asarray(by_group[mask].sum(axis=0)).tolist(), strict=True))
        for cell, mask in masks.items()
    }
