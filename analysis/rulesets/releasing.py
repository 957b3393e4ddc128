"""Releases a draft together with the day from which it is in force.

A draft is made from the version before it, and says the same `valid_from`. Released
like that, it would be taken as the agreed version of a past in which nobody knew it. So
the day is put into the draft's text, and the text is released, under one lock.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from analysis.rulesets.fields import RulesetError
from analysis.rulesets.library import list_rulesets, load_ruleset, release_lock, release_locked, require_examples
from analysis.rulesets.lines import key_lines
from analysis.rulesets.model import Ruleset
from analysis.rulesets.parse import parse_ruleset
from data.workspace import Workspace, replace_text

_DAY: Final = re.compile(r"(valid_from[\"']?\s*=\s*)\d{4}-\d{2}-\d{2}")


def dated_text(text: str, day: date) -> str:
    """Return the text of a ruleset with another `valid_from`, and nothing else changed.

    Raises
    ------
    RulesetError
        If the text is no valid ruleset, or its day cannot be exchanged.
    """
    before = parse_ruleset(text, "the draft")
    lines, at = text.split("\n"), key_lines(text)
    if before.valid_from is None:
        number = at[("version",)]
        lines.insert(number, f"valid_from = {day.isoformat()}")
    else:
        number = at[("valid_from",)] - 1
        lines[number] = _DAY.sub(rf"\g<1>{day.isoformat()}", lines[number])
    written = "\n".join(lines)
    after = parse_ruleset(written, "the draft")
    if _without_place(after) != replace(_without_place(before), valid_from=day):
        raise RulesetError(
            f"valid_from cannot be exchanged in the draft; write valid_from = {day} on a line of its own"
        )
    return written


def release_draft(workspace: Workspace, name: str, version: int, valid_from: date) -> Ruleset:
    """Release a draft of the workspace, in force from a day on. A release of it that holds by then is returned as it is.

    Raises
    ------
    RulesetError
        If there is no such version, it fails one of its own examples, or it was released
        with a later day.
    """
    with release_lock(workspace, name):
        file = next((f for f in list_rulesets(workspace) if (f.name, f.version) == (name, version)), None)
        if file is None:
            raise RulesetError(f"{workspace.rulesets}: there is no {name}@{version}; save the draft first")
        if file.is_released or file.is_shipped:
            return _released(file.path, valid_from)
        text = dated_text(_text(file.path), valid_from)
        ruleset = parse_ruleset(text, str(file.path))
        require_examples(ruleset)
        # A draft may be changed; if we die before its hash is written it still is one.
        replace_text(file.path, text)
        return release_locked(workspace, ruleset, text)


def _released(path: Path, valid_from: date) -> Ruleset:
    ruleset = load_ruleset(path)
    if ruleset.valid_from is not None and ruleset.valid_from > valid_from:
        raise RulesetError(
            f"{path}: was released to hold from {ruleset.valid_from}, not from {valid_from}; "
            "decide on that day, or put the points into the next version"
        )
    return ruleset


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RulesetError(f"{path}: cannot be read ({error}); restore the file and try again") from error


def _without_place(ruleset: Ruleset) -> Ruleset:
    """Return a ruleset without what a line more or less moves: the lines of its parts and the hash of its text."""
    parts = {
        name: _unplaced(getattr(ruleset, name))
        for name in ("rules", "gates", "groups", "axis_limits", "bands", "tests")
    }
    return replace(ruleset, **parts, content_hash="")  # type: ignore[arg-type]


def _unplaced(items: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(replace(item, line=0) if hasattr(item, "line") else item for item in items)  # type: ignore[type-var]
