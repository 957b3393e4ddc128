"""The next version of a ruleset as a draft: its own text with other points, and nothing else changed.

A company's file holds more than points: comments, an order, the wording that was
agreed on. So a draft is never written anew; the numbers are put into the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from analysis.rulesets.fields import RulesetError
from analysis.rulesets.library import list_rulesets
from analysis.rulesets.lines import Path as KeyPath
from analysis.rulesets.lines import key_lines
from analysis.rulesets.model import Ruleset
from analysis.rulesets.parse import parse_ruleset
from data.workspace import Workspace, create_text

_ATTEMPTS: Final = 20
_NUMBER: Final = r"[+-]?[0-9_]+(?![\w.])"


def draft_text(text: str, points: Mapping[str, int], version: int) -> str:
    """Return the text of a ruleset with other points and another version number.

    Parameters
    ----------
    text : str
        A valid ruleset.
    points : mapping of str to int
        New points by rule or tier, as for `Ruleset.with_points`; what is not
        named keeps its points, and its text.
    version : int
        Number of the draft.

    Raises
    ------
    RulesetError
        If the text is no valid ruleset, or is written in a way in which its
        numbers cannot be exchanged one by one.
    KeyError
        If there is no rule or tier of that name.
    """
    ruleset = parse_ruleset(text, "the ruleset to draft from")
    wanted = ruleset.with_points(points)
    places = _places(ruleset)
    changes = {places[name]: value for name, value in points.items() if ruleset.adjustable[name] != value}
    written = _exchange(text, {**changes, ("version",): version})
    _check(written, wanted, version)
    return written


def save_draft(workspace: Workspace, base: Ruleset, points: Mapping[str, int]) -> Path:
    """Write the next version of a ruleset, as a draft that may still be changed.

    Parameters
    ----------
    workspace : Workspace
        Gets `rulesets/<id>/<next version>.toml`, without a hash.
    base : Ruleset
        Where to start from; its file is read again.
    points : mapping of str to int
        New points by rule or tier.

    Returns
    -------
    Path
        The new file; it did not exist before.

    Raises
    ------
    RulesetError
        If the file of `base` cannot be read, or changed since `base` was read.
    """
    text = _text_of(base)
    version = next_version(workspace, base.id)
    for number in range(version, version + _ATTEMPTS):  # somebody else may save at the same moment
        path = workspace.rulesets / base.id / f"{number}.toml"
        if create_text(path, draft_text(text, points, number)):
            return path
    raise RulesetError(f"{workspace.rulesets / base.id}: no free version number was found; try again")


def next_version(workspace: Workspace, name: str) -> int:
    """Return the number after the highest version of a ruleset, shipped versions included."""
    return 1 + max((file.version for file in list_rulesets(workspace) if file.name == name), default=0)


def _text_of(base: Ruleset) -> str:
    path = Path(base.path)
    try:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RulesetError(f"{path}: cannot be read ({error}); restore the file and try again") from error
    if parse_ruleset(text, str(path)).content_hash != base.content_hash:
        raise RulesetError(f"{path}: was changed in the meantime; reload, look at it again, and save then")
    return text


def _places(ruleset: Ruleset) -> dict[str, KeyPath]:
    """Return where in the file the points of each rule and tier stand."""
    found: dict[str, KeyPath] = {}
    for number, rule in enumerate(ruleset.rules):
        if rule.tiers:
            for tier_no, tier in enumerate(rule.tiers):
                found[f"{rule.id}[{tier.start}]"] = ("rule", number, "tiers", tier_no, "points")
        else:
            found[rule.id] = ("rule", number, "points")
    return found


def _exchange(text: str, changes: Mapping[KeyPath, int]) -> str:
    """Put numbers in the place of others, each on the line of its key."""
    lines, line_of = text.split("\n"), key_lines(text)
    for path, value in changes.items():
        key, line = str(path[-1]), line_of[path]
        # Tiers may stand on one line: count the keys of this name before ours.
        same = [other for other, number in line_of.items() if number == line and other[-1] == key]
        lines[line - 1] = _nth_number(lines[line - 1], key, same.index(path), value)
    return "\n".join(lines)


def _nth_number(line: str, key: str, position: int, value: int) -> str:
    found = list(re.finditer(rf"(?<![\w\"'-])[\"']?{key}[\"']?\s*=\s*({_NUMBER})", line))
    if position >= len(found):
        raise RulesetError(f'the line "{line.strip()}" holds no plain number for {key}; write it as {key} = {value}')
    start, end = found[position].span(1)
    return f"{line[:start]}{value}{line[end:]}"


def _check(written: str, wanted: Ruleset, version: int) -> None:
    """Refuse a text that does not say exactly what was wanted."""
    found = parse_ruleset(written, "the draft")
    if _content(found) != _content(wanted) or found.version != version:
        raise RulesetError("the points cannot be exchanged in this file; write each rule's points on a line of its own")


def _content(ruleset: Ruleset) -> Ruleset:
    """Return a ruleset without what differs between a draft and its origin by nature."""
    # The lowest band begins where the lowest possible score is, which follows from the points.
    lowest = replace(ruleset.bands[0], threshold=0)
    bands = (lowest, *ruleset.bands[1:])
    return replace(ruleset, version=0, bands=bands, content_hash="", path="", is_released=False)
