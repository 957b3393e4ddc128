"""Presets: what the exports of known systems are, recognised from their header rows."""

from data.presets.catalogue import Preset, PresetFile, preset, presets
from data.presets.fitting import Fitted, LeftOut, UnusedColumn, fit
from data.presets.headers import FileHeader, read_headers
from data.presets.mapping_text import mapping_toml
from data.presets.recognise import Candidate, Recognised, Recognition, Unrecognised, recognise
from data.presets.suggest import ColumnSuggestion, Suggestion, mapping_of, suggest, suggested_mapping_toml
from data.presets.synonyms import Likeness, Target, targets

__all__ = [
    "Candidate",
    "ColumnSuggestion",
    "FileHeader",
    "Fitted",
    "LeftOut",
    "Likeness",
    "Preset",
    "PresetFile",
    "Recognised",
    "Recognition",
    "Suggestion",
    "Target",
    "Unrecognised",
    "UnusedColumn",
    "fit",
    "mapping_of",
    "mapping_toml",
    "preset",
    "presets",
    "read_headers",
    "recognise",
    "suggest",
    "suggested_mapping_toml",
    "targets",
]
