"""TOML files that people agree on: read with the line of what is wrong, written so that they come back."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from analysis.rulesets.fields import Source
from analysis.rulesets.lines import key_lines
from data.errors import LeadcalError


def parsed(text: str, name: str, error: type[LeadcalError], advice: str = "correct that line") -> Source:
    """Read a text whose errors are of one kind.

    Parameters
    ----------
    text : str
        TOML.
    name : str
        File name for errors.
    error : type
        Raised for whatever is wrong with the text, here and later.
    advice : str
        What to do about a text that is no TOML.
    """
    return Source(name, _toml(text, name, error, advice), key_lines(text), error)


def file_source(path: Path, error: type[LeadcalError]) -> Source:
    """Read a file whose errors are of one kind; `error` is raised when it is no UTF-8 text or no TOML."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return Source(str(path), tomllib.loads(text), key_lines(text), error)
    except (OSError, UnicodeDecodeError) as problem:
        raise error(f"{path}: cannot be read as a UTF-8 text ({problem}); save it as UTF-8") from problem
    except tomllib.TOMLDecodeError as problem:
        raise error(f"{path}: is not valid TOML ({problem}); correct that line") from problem


def toml_value(value: Any) -> str:
    """Return a text, number, day, time, or a tuple of them, as TOML writes it."""
    if isinstance(value, tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\u{ord(match.group()):04x}", escaped) + '"'
    return repr(value)


def _toml(text: str, name: str, error: type[LeadcalError], advice: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        line = re.search(r"at line (\d+)", str(problem))
        where = line.group(1) if line else str(text.count("\n") + 1)
        what = re.sub(r"\s*\(at .*\)$", "", str(problem))
        raise error(f"{name}, line {where}: is not valid TOML ({what}); {advice}") from problem
