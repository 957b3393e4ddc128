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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from analysis.business_hours import business_hours
from analysis.handoffs.reasons import KINDS
from analysis.rulesets.fields import Fields, Source, show
from analysis.rulesets.files import file_source, parsed
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
    return _read(file_source(path, AgreementError)) if path.exists() else Agreement()


def parse_agreement(text: str, name: str = FILE_NAME) -> Agreement:
    """Read the text of an agreement; `name` is used in errors. See `load_agreement`."""
    return _read(parsed(text, name, AgreementError))


def _read(source: Source) -> Agreement:
    fields = Fields(source, (), source.data, "the agreement")
    agreement = Agreement(
        country=_country(fields),
        contact_hours=_hours(fields, "contact_hours"),
        feedback_hours=_hours(fields, "feedback_hours"),
        facts=_facts(fields),
        targets=MappingProxyType(_targets(_table(fields, "targets"))),
        reasons=MappingProxyType(_reasons(_table(fields, "reasons"), fields.value("reasons"))),
    )
    fields.finish()
    return agreement


def _country(fields: Fields) -> str:
    code = fields.text("country", default="JP")
    try:
        business_hours("2025-01-01", "2025-01-02", code)
    except ValueError:
        fields.fail("country", f'no holidays are known for the country {show(code)}; write a code such as "JP"')
    return code


def _hours(fields: Fields, key: str) -> float | None:
    value = fields.value(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (is_number and 0 < value < float("inf")):
        fields.fail(key, f"{key} = {show(value)} must be a number of hours above 0, such as 24")
    return None if value is None else float(value)


def _facts(fields: Fields) -> tuple[str, ...] | None:
    # Unlike in a ruleset, an empty list has a meaning: nothing has to be known.
    values = fields.value("facts")
    if values is None:
        return None
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        fields.fail("facts", 'facts must be a list of attributes, such as ["employees", "industry"]')
    return tuple(dict.fromkeys(values))


def _targets(table: Fields) -> dict[str, float]:
    found = {key: value for key in (*QUALITY, *FOLLOW_UP) if (value := table.value(key)) is not None}
    for key, value in found.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            table.fail(key, f"{key} = {show(value)} must be a share between 0 and 1, such as 0.8")
    table.finish()
    return {key: float(value) for key, value in found.items()}


def _reasons(table: Fields, codes: Iterable[str] | None) -> dict[str, str]:
    return {code: table.choice(code, KINDS) for code in codes or ()}


def _table(fields: Fields, key: str) -> Fields:
    value = fields.value(key)
    return Fields(fields.source, (key,), {} if value is None else value, f"[{key}]")
