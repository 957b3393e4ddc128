"""What each department means by a lead, an MQL, an SQL: as conditions that can be held against each other."""

from analysis.definitions.library import FILE_NAME, add_version, load_definitions, preset_definitions
from analysis.definitions.model import BY, TERMS, Definition, Definitions, DefinitionsError
from analysis.definitions.parse import parse_definitions, parse_part
from analysis.definitions.parts import BandPart, ConditionPart, GroupPart, NotPart, Part, ScorePart, StagePart
from analysis.definitions.write import write_definition, write_part

__all__ = [
    "BY",
    "FILE_NAME",
    "TERMS",
    "BandPart",
    "ConditionPart",
    "Definition",
    "Definitions",
    "DefinitionsError",
    "GroupPart",
    "NotPart",
    "Part",
    "ScorePart",
    "StagePart",
    "add_version",
    "load_definitions",
    "parse_definitions",
    "parse_part",
    "preset_definitions",
    "write_definition",
    "write_part",
]
