"""What the two departments agreed on about handing over, as a file both can read.

```toml
# handoff_agreement.toml; every line may be left out
country = "JP"                # whose holidays are days off
contact_hours = 24            # until the first contact; 24 hours are one working day
feedback_hours = 72           # until the answer
facts = ["employees", "industry", "job_title"]     # what must be known at the handoff

[targets]                     # of the scorecards
accepted = 0.7
contacted_in_time = 0.9

[reasons]                     # which fault a reason code is
"予算なし" = "fit"
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from analysis.business_hours import business_hours
from analysis.handoffs.reasons import KINDS
from analysis.rulesets.lines import key_lines
from data.errors import LeadcalError

FILE_NAME: Final = "handoff_agreement.toml"

QUALITY: Final = ("accepted", "facts_known", "at_threshold", "qualified", "won")
"""Lines of the scorecard of what sales received, in order."""

FOLLOW_UP: Final = (
    "contacted_in_time", "contacted", "answered_in_time", "answered", "reasons_given", "second_attempts",
)  # fmt: skip
"""Lines of the scorecard of what sales gave back."""


class AgreementError(LeadcalError):
    """The agreement cannot be used as it stands. `str()` is one line that says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What was agreed about handing over; None: nothing was said here.

    Attributes
    ----------
    country : str
        Whose holidays are days off.
    contact_hours, feedback_hours : float or None
        Deadlines; see `office.office_deadline` for what an hour is.
    facts : tuple of str or None
        Attributes that marketing makes sure of. None: those the ruleset asks for.
    targets : mapping of str to float
        Least share, by line of the scorecards.
    reasons : mapping of str to str
        Kind of fault by reason code.
    """

    country: str = "JP"
    contact_hours: float | None = None
    feedback_hours: float | None = None
    facts: tuple[str, ...] | None = None
    targets: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def load_agreement(root: Path) -> Agreement:
    """Read the agreement of a workspace; without a file nothing was agreed there.

    Parameters
    ----------
    root : Path
        Folder of the workspace.

    Raises
    ------
    AgreementError
        If the file cannot be read or something in it is wrong; names file and line.
    """
    path = root / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Agreement()
    except (OSError, UnicodeDecodeError) as error:
        raise AgreementError(f"{path}: cannot be read as a UTF-8 text ({error}); save it as UTF-8") from error
    return parse_agreement(text, str(path))


def parse_agreement(text: str, name: str = FILE_NAME) -> Agreement:
    """Read the text of an agreement; `name` is used in errors. See `load_agreement`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AgreementError(f"{name}: is not valid TOML ({error}); correct that line") from error
    reader = _Reader(name, key_lines(text), data)
    known = {"country", "contact_hours", "feedback_hours", "facts", "targets", "reasons"}
    for key in set(data) - known:
        reader.fail(key, f"there is no {key!r}; there are {', '.join(sorted(known))}")
    facts = data.get("facts")
    return Agreement(
        country=reader.country(),
        contact_hours=reader.hours("contact_hours"),
        feedback_hours=reader.hours("feedback_hours"),
        facts=None if facts is None else reader.texts("facts"),
        targets=MappingProxyType(reader.targets()),
        reasons=MappingProxyType(reader.reasons()),
    )


class _Reader:
    """Reads the keys of the file, and says on which line one is wrong."""

    def __init__(self, name: str, lines: dict[Any, int], data: dict[str, Any]) -> None:
        self._name, self._lines, self._data = name, lines, data

    def fail(self, key: str, message: str, table: str = "") -> None:
        path = (table, key) if table else (key,)
        line = self._lines.get(path, self._lines.get(path[:1], 1))
        raise AgreementError(f"{self._name}, line {line}: {message}")

    def country(self) -> str:
        code = self._data.get("country", "JP")
        try:
            business_hours("2025-01-01", "2025-01-02", str(code))
        except ValueError:
            self.fail("country", f"no holidays are known for the country {code!r}; write a code such as 'JP'")
        return str(code)

    def hours(self, key: str) -> float | None:
        value = self._data.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value <= 0):
            self.fail(key, f"{key} = {value!r} must be a number of hours above 0, such as 24")
        return None if value is None else float(value)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._data[key]
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            self.fail(key, f'{key} must be a list of attributes, such as ["employees", "industry"]')
        return tuple(dict.fromkeys(values))

    def targets(self) -> dict[str, float]:
        found = self._table("targets")
        lines = (*QUALITY, *FOLLOW_UP)
        for key, value in found.items():
            if key not in lines:
                self.fail(key, f"there is no line {key!r} on the scorecards; there are {', '.join(lines)}", "targets")
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                self.fail(key, f"{key} = {value!r} must be a share between 0 and 1, such as 0.8", "targets")
        return {key: float(value) for key, value in found.items()}

    def reasons(self) -> dict[str, str]:
        found = self._table("reasons")
        for key, value in found.items():
            if value not in KINDS:
                self.fail(key, f"{key!r} = {value!r}: a reason is one of {', '.join(KINDS)}", "reasons")
        return found

    def _table(self, key: str) -> dict[str, Any]:
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            self.fail(key, f"{key} must be a table; write its lines below [{key}]")
        return dict(value)
