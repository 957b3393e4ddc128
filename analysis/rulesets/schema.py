"""The JSON Schema of ruleset files, made from the keys the parser reads: `docs/ruleset.schema.json`.

Editors complete and check rulesets with it while they are written. What one key
says about another (a threshold no points can reach, tiers out of order) only the
parser can tell.
"""

from __future__ import annotations

import json
from typing import Any, Final

from analysis.rulesets.definitions import ID_PATTERN, SHAPES, Key, Shape

_TEXT: Final = {"type": "string", "minLength": 1}
_TEXTS: Final = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_BOTH: Final = {
    "anyOf": [
        _TEXT,
        {
            "type": "object",
            "properties": {"ja": _TEXT, "en": _TEXT},
            "required": ["ja", "en"],
            "additionalProperties": False,
        },
    ]
}
_SCALAR: Final = {"type": ["string", "number", "boolean"]}
_PLAIN: Final[dict[str, dict[str, Any]]] = {
    "id": {"type": "string", "pattern": f"^{ID_PATTERN}$"},
    "text": _TEXT,
    "both": _BOTH,
    "flag": {"type": "boolean"},
    # TOML dates reach a schema as texts, or as a type of their own.
    "day": {"format": "date"},
    "texts": _TEXTS,
    "values": {"type": "array", "items": _SCALAR, "minItems": 1},
    "scalar": _SCALAR,
}


def ruleset_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a ruleset file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "leadcal ruleset",
        "if": {"properties": {"kind": {"const": "score"}}, "required": ["kind"]},
        "then": {"$ref": "#/$defs/score"},
        "else": {"$ref": "#/$defs/points"},
        "$defs": {name: _shape(shape) for name, shape in SHAPES.items()} | {"any": {"type": "object"}},
    }


def schema_text() -> str:
    """Return the schema as it lies in `docs/ruleset.schema.json`."""
    return json.dumps(ruleset_schema(), indent=1, ensure_ascii=False) + "\n"


def _shape(shape: Shape) -> dict[str, Any]:
    properties = {key.name: _key(key) for key in shape.keys}
    if shape.kind:
        properties["kind"] = {"const": shape.kind, "description": "What this is about"}
    required = [key.name for key in shape.keys if key.is_required]
    if shape.kind and not shape.kind_is_default and "kind" not in required:
        required.append("kind")
    found: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        found["required"] = sorted(required)
    demands = [_exactly_one(group) for group in shape.one_of]
    if shape.any_of:
        demands.append({"anyOf": [{"required": [name]} for name in shape.any_of]})
    return found | ({"allOf": demands} if demands else {})


def _exactly_one(group: tuple[str, ...]) -> dict[str, Any]:
    """Ask for exactly one of several keys; keys joined by | count as one."""
    return {
        "oneOf": [
            {"anyOf": [{"required": [name]} for name in names.split("|")]} if "|" in names else {"required": [names]}
            for names in group
        ]
    }


def _key(key: Key) -> dict[str, Any]:
    return {**_type(key), "description": key.about}


def _type(key: Key) -> dict[str, Any]:
    if key.kind in _PLAIN:
        return dict(_PLAIN[key.kind])
    if key.kind == "choice":
        return {"enum": list(key.choices)}
    if key.kind == "choices":
        choice = {"enum": list(key.choices)}
        return {"anyOf": [choice, {"type": "array", "items": choice, "minItems": 1}]}
    if key.kind == "need":
        return {"anyOf": [{"enum": ["all", "any"]}, {"type": "integer", "minimum": key.low}]}
    if key.kind in ("table", "tables"):
        return _tables(key)
    bounds = {"minimum": key.low, "maximum": key.high}
    return {"type": key.kind, **{name: value for name, value in bounds.items() if value is not None}}


def _tables(key: Key) -> dict[str, Any]:
    references = [{"$ref": f"#/$defs/{name}"} for name in key.shapes]
    table = references[0] if len(references) == 1 else {"anyOf": references}
    if key.kind == "table":
        return dict(table)
    return {"type": "array", "items": table, **({"minItems": 1} if key.is_required else {})}
