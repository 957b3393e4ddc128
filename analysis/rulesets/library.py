"""Where rulesets live: the workspace's own, and the presets shipped with the program.

A release is a pair of files, `2.toml` and `2.sha256`. The hash is a line that
`sha256sum --check` understands. A file without its hash is a draft: it may be
changed freely. A file that no longer matches its hash was changed after its
release, and is refused. A release that is no longer used has a third file,
`2.retired`: the day from which it is not in force, and why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from filelock import BaseFileLock, FileLock

from analysis.rulesets.fields import RulesetError, suggestion
from analysis.rulesets.model import Ruleset
from analysis.rulesets.parse import hash_text, parse_ruleset
from analysis.rulesets.score_tests import run_score_tests
from data.workspace import Workspace, create_text

_PRESETS: Final = Path(__file__).parent / "presets"
_REFERENCE: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*)(?:@([0-9]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesetFile:
    """One version of a ruleset, unread.

    Attributes
    ----------
    name, version : str, int
        What it is called: `name@version`.
    is_released, is_shipped : bool
        It has a hash; it came with the program.
    path : Path
        The TOML file.
    retired_on : date or None
        Day from which it is no longer in force.
    """

    name: str
    version: int
    is_released: bool
    is_shipped: bool
    path: Path
    retired_on: date | None = None

    @property
    def state(self) -> Literal["draft", "released", "retired"]:
        """Where the version stands in its life."""
        if self.retired_on is not None:
            return "retired"
        return "released" if self.is_released else "draft"


def load_ruleset(path: Path) -> Ruleset:
    """Read one ruleset file.

    Raises
    ------
    RulesetError
        If the file cannot be read, is no valid ruleset, or was changed after its release.
    """
    text = _read(path)
    released = _released_hash(path)
    if released is not None and released != hash_text(text):
        raise RulesetError(
            f"{path}: was changed after its release (its text no longer matches {path.stem}.sha256); "
            "restore it, and put the change into the next version"
        )
    return parse_ruleset(text, str(path), is_released=released is not None)


def list_rulesets(workspace: Workspace) -> tuple[RulesetFile, ...]:
    """Return every version of every ruleset, the workspace's own before the shipped ones."""
    own = _files(workspace.rulesets, is_shipped=False)
    return (*own, *_files(_PRESETS, is_shipped=True))


def find_ruleset(workspace: Workspace, reference: str) -> Ruleset:
    """Read the ruleset that `reference` names.

    Parameters
    ----------
    workspace : Workspace
        Where to look first; shipped presets come second.
    reference : str
        `today` (the newest released version that was not retired; without one
        the newest draft), `today@2`, or the path of a file that ends in `.toml`.

    Raises
    ------
    RulesetError
        If there is no such ruleset, or it cannot be used.
    """
    if reference.endswith(".toml"):
        return load_ruleset(Path(reference))
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise RulesetError(
            f'"{reference}" names no ruleset; write a name (today), a version (today@2) or a path ending in .toml'
        )
    name, version = match.group(1), match.group(2)
    files = [file for file in list_rulesets(workspace) if file.name == name]
    if not files:
        names = {file.name for file in list_rulesets(workspace)}
        raise RulesetError(f'{workspace.rulesets}: there is no ruleset called "{name}"; {suggestion(name, names)}')
    return _checked(_choose(files, version, workspace))


def release(workspace: Workspace, text: str) -> Ruleset:
    """Make a text the released version that it says it is; from now on it never changes.

    Parameters
    ----------
    workspace : Workspace
        Gets `rulesets/<id>/<version>.toml` and `.sha256`. A draft that lies
        there already is released if it is the same text.
    text : str
        The ruleset.

    Raises
    ------
    RulesetError
        If the text is no valid ruleset, fails one of its own examples, or the
        version exists already.
    """
    ruleset = parse_ruleset(text, "the ruleset to release")
    require_examples(ruleset)
    with release_lock(workspace, ruleset.id):
        return release_locked(workspace, ruleset, text)


def release_lock(workspace: Workspace, name: str) -> BaseFileLock:
    """Return the lock under which a version is released: one at a time, so that no text changes under its hash."""
    folder = workspace.rulesets / name
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / ".lock", thread_local=False)


def release_locked(workspace: Workspace, ruleset: Ruleset, text: str) -> Ruleset:
    """Do what `release` does, for those who hold the lock and have run the examples."""
    path = workspace.rulesets / ruleset.id / f"{ruleset.version}.toml"
    if not create_text(path, text) and _released_hash(path) is None and _read(path) != text:
        raise RulesetError(f"{path}: exists already with other content; release that file, or raise the version")
    # The text first: if we die in between it is a draft, and releasing it again completes the pair.
    if not create_text(path.with_suffix(".sha256"), f"{ruleset.content_hash}  {path.name}\n"):
        raise RulesetError(
            f"{path}: was released already and never changes; raise the version to {ruleset.version + 1}"
        )
    return load_ruleset(path)


def retire(workspace: Workspace, name: str, version: int, on: date, reason: str = "") -> None:
    """Take a released version out of force from a day on; what it scored stays explained.

    Raises
    ------
    RulesetError
        If there is no such release in the workspace, or it was retired already.
    """
    path = workspace.rulesets / name / f"{version}.toml"
    if not path.is_file() or _released_hash(path) is None:
        raise RulesetError(f"{path}: is no release of this workspace; only released versions are retired")
    if not create_text(path.with_suffix(".retired"), f"{on.isoformat()} {reason}".strip() + "\n"):
        raise RulesetError(f"{path}: was retired already; remove {version}.retired to take that back")


def require_examples(ruleset: Ruleset) -> None:
    """Refuse a ruleset that fails one of its own examples.

    Raises
    ------
    RulesetError
        Names the first that fails.
    """
    for result in run_score_tests(ruleset):
        if not result.is_passed:
            raise RulesetError(
                f"{ruleset.path}, line {result.test.line}: test {result.test.id} fails: {result.failures[0]}; "
                "change the points, or the example"
            )


def _retired_on(path: Path) -> date | None:
    beside = path.with_suffix(".retired")
    if not beside.is_file():
        return None
    word = (_read(beside).split() or [""])[0]
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise RulesetError(f'{beside}, line 1: "{word}" is no date; write for example 2026-04-01') from error


def _choose(files: list[RulesetFile], version: str | None, workspace: Workspace) -> RulesetFile:
    # A workspace's own version hides the shipped one of that number, and no other: a draft
    # made from a shipped ruleset leaves the release it came from to be found.
    taken = {file.version for file in files if not file.is_shipped}
    own = [file for file in files if not file.is_shipped or file.version not in taken]
    if version is None:
        return max(own, key=lambda file: (file.state == "released", file.state == "draft", file.version))
    for file in own:
        if file.version == int(version):
            return file
    known = ", ".join(f"{file.name}@{file.version}" for file in own)
    raise RulesetError(f'{workspace.rulesets}: "{own[0].name}" has no version {version}; choose from {known}')


def _checked(file: RulesetFile) -> Ruleset:
    ruleset = load_ruleset(file.path)
    if (ruleset.id, ruleset.version) != (file.name, file.version):
        raise RulesetError(
            f'{file.path}: calls itself "{ruleset.id}" version {ruleset.version}; '
            f'its place says "{file.name}" version {file.version}: correct id and version, or move the file'
        )
    return ruleset


def _files(folder: Path, *, is_shipped: bool) -> tuple[RulesetFile, ...]:
    found = [
        RulesetFile(
            name=path.parent.name,
            version=int(path.stem),
            is_released=path.with_suffix(".sha256").is_file(),
            is_shipped=is_shipped,
            path=path,
            retired_on=_retired_on(path),
        )
        for path in folder.glob("*/*.toml")
        if re.fullmatch(r"[1-9][0-9]*", path.stem)
    ]
    return tuple(sorted(found, key=lambda file: (file.name, file.version)))


def _released_hash(path: Path) -> str | None:
    beside = path.with_suffix(".sha256")
    # An empty file is no hash of anything, so it makes the check fail, as it should.
    return (_read(beside).split() or [""])[0] if beside.is_file() else None


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise RulesetError(f"{path}: there is no such file; check the path") from error
    except UnicodeDecodeError as error:
        raise RulesetError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise RulesetError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
