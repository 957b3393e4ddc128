"""Verdicts of both departments on lost cases: one file per case and department.

```toml
handoff_id = "H0000017-1"
department = "sales"
verdict = "handling"     # score, handling, data, market or chance
first = "chance"         # what was said before the other department's verdict was seen
by = "Suzuki"
given_at = 2026-04-17T05:30:00
note = "First call after nine days."
```

Each department writes its own files, so two browsers never overwrite each other. A file is
created exclusively; whoever changes a verdict must have seen the one that it replaces.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import quote

from analysis.losses.suspects import FAULTS, Fault
from analysis.rulesets.fields import Fields, show
from analysis.rulesets.files import file_source, toml_value
from data.errors import LeadcalError
from data.workspace import Workspace, create_text, replace_text

Department = Literal["marketing", "sales"]
DEPARTMENTS: Final[tuple[Department, ...]] = get_args(Department)

LONGEST_NAME: Final = 120


class VerdictError(LeadcalError):
    """A verdict cannot be read or written. `str()` is one line that says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one department says of one lost case.

    Attributes
    ----------
    handoff_id : str
        The case.
    department : str
        One of `DEPARTMENTS`.
    verdict : str
        One of `FAULTS`: as the department sees it now.
    first : str
        As it saw it before it knew what the other one said.
    by : str
        Who said so.
    given_at : datetime
        When (UTC).
    note : str
        Why.
    """

    handoff_id: str
    department: Department
    verdict: Fault
    by: str
    given_at: datetime
    first: Fault | Literal[""] = ""
    note: str = ""


def give_verdict(workspace: Workspace, given: Verdict, *, replaces: Verdict | None = None) -> Verdict:
    """Write a verdict and return it as it stands.

    Parameters
    ----------
    workspace : Workspace
        Holds the files.
    given : Verdict
        What is said; `first` is filled in here.
    replaces : Verdict, optional
        The verdict that is changed, as it was seen; None: there was none.

    Raises
    ------
    VerdictError
        If something is missing, or the department has said something else in the meantime.
    """
    _check(given)
    path = _path(workspace, given.handoff_id, given.department)
    if replaces is None:
        new = replace(given, first=given.verdict)
        if create_text(path, _text(new)):
            return new
        _refuse(path, given)
    standing = _read(path)
    if standing != replaces:
        _refuse(path, given)
    # As long as the other department has said nothing, nothing was seen: the first may still change.
    is_open = not _path(workspace, given.handoff_id, _other(given.department)).exists()
    new = replace(given, first=given.verdict if is_open else standing.first)
    replace_text(path, _text(new))
    return new


def read_verdicts(workspace: Workspace) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
    """Return all verdicts by case, and one line for each file that cannot be read.

    A damaged file never hides the others.
    """
    found, problems = [], []
    for path in sorted(folder(workspace).glob("*.toml")):
        if path.name.startswith("."):
            continue
        try:
            found.append(_read(path))
        except VerdictError as error:
            problems.append(str(error))
    return tuple(sorted(found, key=lambda each: (each.handoff_id, each.department))), tuple(problems)


def read_case(workspace: Workspace, handoff_id: str) -> dict[Department, Verdict]:
    """Return the verdicts on one case, by department.

    Raises
    ------
    VerdictError
        If a file cannot be read.
    """
    paths = {department: _path(workspace, handoff_id, department) for department in DEPARTMENTS}
    return {department: _read(path) for department, path in paths.items() if path.exists()}


def folder(workspace: Workspace) -> Path:
    """Return where the verdicts lie."""
    return workspace.root / "verdicts"


def _other(department: Department) -> Department:
    return "sales" if department == "marketing" else "marketing"


def _path(workspace: Workspace, handoff_id: str, department: Department) -> Path:
    """Return the file of a verdict. Ids come from other tools, so what a file system may not like is written out."""
    name = quote(handoff_id, safe="")
    name = f"%2E{name[1:]}" if name.startswith(".") else name
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME]}-{hashlib.sha256(handoff_id.encode()).hexdigest()[:16]}"
    return folder(workspace) / f"{name}.{department}.toml"


def _refuse(path: Path, given: Verdict) -> None:
    standing = _read(path)
    if standing.handoff_id != given.handoff_id:
        raise VerdictError(f"{path}: is about {show(standing.handoff_id)}, not {show(given.handoff_id)}; move it away")
    raise VerdictError(
        f"{path}: {standing.by} said {show(standing.verdict)} for {standing.department} in the meantime; look at it, then change it"
    )


def _check(given: Verdict) -> None:
    if not given.by.strip():
        raise VerdictError("a verdict has no name; write who gives it")
    if not given.handoff_id:
        raise VerdictError("a verdict names no handoff; choose a case")
    if given.verdict not in FAULTS or given.department not in DEPARTMENTS:
        raise VerdictError(
            f"{show(given.verdict)} by {show(given.department)} is no verdict; choose from {', '.join(FAULTS)}"
        )
    if given.given_at.tzinfo is not None:
        raise VerdictError(f"the time {given.given_at} has a zone; give it in UTC without one")


def _read(path: Path) -> Verdict:
    source = file_source(path, VerdictError)
    top = Fields(source, (), source.data, "the verdict")
    verdict = top.choice("verdict", FAULTS)
    found = Verdict(
        handoff_id=top.text("handoff_id", example='"H0000017-1"'),
        department=top.choice("department", DEPARTMENTS),  # type: ignore[arg-type]  # one of the choices
        verdict=verdict,  # type: ignore[arg-type]  # one of the choices
        first=top.choice("first", FAULTS, default=verdict),  # type: ignore[arg-type]  # one of the choices
        by=top.text("by", example='"Suzuki"'),
        given_at=_moment(top),
        note=top.text("note", default=""),
    )
    top.finish()
    if not path.name.endswith(f".{found.department}.toml"):
        top.fail("department", f"department = {show(found.department)} is not that of the file's name; correct one")
    return found


def _moment(top: Fields) -> datetime:
    value = top.required("given_at", "2026-04-17T05:30:00")
    if not isinstance(value, datetime) or value.tzinfo is not None:
        top.fail("given_at", f"given_at = {show(value)} must be a time in UTC without a zone, as 2026-04-17T05:30:00")
    return value


def _text(given: Verdict) -> str:
    return "\n".join(_lines(given)) + "\n"


def _lines(given: Verdict) -> Iterator[str]:
    for field in fields(given):
        value = getattr(given, field.name)
        if value:
            yield f"{field.name} = {toml_value(value)}"
