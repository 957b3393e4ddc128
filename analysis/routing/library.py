"""Where handoff rules live: one file in the workspace, and the presets shipped with the program."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from analysis.routing.model import HandoffRules
from analysis.routing.parse import RoutingError, parse_routing
from analysis.rulesets.fields import suggestion
from data.workspace import Workspace

FILE_NAME: Final = "handoff_rules.toml"
DEFAULT_PRESET: Final = "practice-all"

_PRESETS: Final = Path(__file__).parent / "presets"


def load_routing(path: Path, *, is_shipped: bool = False) -> HandoffRules:
    """Read one file of handoff rules.

    Raises
    ------
    RoutingError
        If it cannot be read, or is not valid.
    """
    try:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise RoutingError(f"{path}: there is no such file; check the path") from error
    except UnicodeDecodeError as error:
        raise RoutingError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise RoutingError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    return parse_routing(text, str(path), is_shipped=is_shipped)


def list_routing_presets() -> tuple[str, ...]:
    """Return the names of the presets that come with the program."""
    return tuple(sorted(path.stem for path in _PRESETS.glob("*.toml")))


def find_routing(workspace: Workspace, reference: str = "") -> HandoffRules:
    """Read the handoff rules that `reference` names.

    Parameters
    ----------
    workspace : Workspace
        Whose `handoff_rules.toml` counts.
    reference : str
        Empty: the workspace's own file, or else the rules of practice; the name
        of a preset; or the path of a file that ends in `.toml`.

    Raises
    ------
    RoutingError
        If there is no such file or preset, or it cannot be used.
    """
    own = workspace.root / FILE_NAME
    if not reference and own.is_file():
        return load_routing(own)
    if reference.endswith(".toml"):
        return load_routing(Path(reference))
    name = reference or DEFAULT_PRESET
    if name not in list_routing_presets():
        raise RoutingError(
            f'"{name}" names no handoff rules; {suggestion(name, list_routing_presets())}, or give a path ending in .toml'
        )
    return load_routing(_PRESETS / f"{name}.toml", is_shipped=True)
