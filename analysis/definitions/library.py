"""Where definitions lie: the workspace's own file, and those that were published."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from analysis.definitions.model import Definition, Definitions, DefinitionsError
from analysis.definitions.parse import parse_definitions
from analysis.definitions.write import write_definition
from data.workspace import Workspace, create_text, replace_text

FILE_NAME: Final = "definitions.toml"

_PUBLISHED: Final = Path(__file__).with_name("published.toml")
_HEAD: Final = "# What each department means by the terms of the funnel; see docs/definitions.md\n"


def load_definitions(path: Path) -> Definitions:
    """Read the file of definitions; a file that does not exist has none.

    Raises
    ------
    DefinitionsError
        If the file cannot be read or something in it is wrong; names file and line.
    """
    return parse_definitions(_text(path), str(path))


@cache
def preset_definitions() -> tuple[Definition, ...]:
    """Return the definitions that were published, to hold against one's own."""
    text = _PUBLISHED.read_text(encoding="utf-8")
    return parse_definitions(text, _PUBLISHED.name, is_published=True).all


def add_version(workspace: Workspace, definition: Definition) -> Definitions:
    """Write one more definition below those that are there, and return them all.

    Nothing that stands in the file is changed: what was meant before stays to be
    seen. Two people who save at once cannot lose each other's words: the second
    is told to save again.

    Raises
    ------
    DefinitionsError
        If the file as it stands is wrong, if there is a definition of that term by
        that department from that day already, or if somebody is saving right now.
    """
    path = Path(workspace.root) / FILE_NAME
    claim = path.with_name(f".{FILE_NAME}.saving")
    if not create_text(claim, ""):
        raise DefinitionsError(
            f"{path}: somebody is saving right now; save again, or delete {claim.name} if nobody is (left by a crash)"
        )
    try:
        before = _text(path)
        text = (before.rstrip("\n") + "\n\n" if before.strip() else _HEAD + "\n") + write_definition(definition)
        parse_definitions(before, str(path))
        found = parse_definitions(text, str(path))
        replace_text(path, text)
    finally:
        claim.unlink(missing_ok=True)
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionsError(f"{path}: cannot be read as a UTF-8 text ({error}); save it as UTF-8") from error
