"""Targets: how many leads should come to a stage in a month, as a file people agree on.

```toml
fiscal_year_start_month = 4

[[target]]
stage = "won"
month = 2026-04-01
leads = 12
source = "seminar"   # optional: only leads of this source
```
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis.rulesets.fields import Fields
from analysis.rulesets.files import parsed, toml_value
from data.contract import STAGES
from data.errors import LeadcalError

_STAGE_NAMES = tuple(stage.stage for stage in STAGES)


class TargetsError(LeadcalError):
    """The file of targets cannot be used as it stands. `str()` is one line that says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How many leads should come to a stage in a month.

    Attributes
    ----------
    stage : str
        Stage to be reached, by coming to it or further.
    month : date
        First day of the month.
    n_leads : int
        How many, at least 1.
    source : str or None
        Only leads of this source; None counts all.
    """

    stage: str
    month: date
    n_leads: int
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """All targets of a company.

    Attributes
    ----------
    targets : tuple of Target
        In the order of the file; at most one per stage, month and source.
    fiscal_year_start_month : int
        Month in which the fiscal year begins, 1 to 12.
    """

    targets: tuple[Target, ...] = ()
    fiscal_year_start_month: int = 4


def load_targets(path: Path, stages: Sequence[str] = _STAGE_NAMES) -> Targets:
    """Read a file of targets; a file that does not exist has none.

    Parameters
    ----------
    path : Path
        The file, usually `targets.toml` in the workspace.
    stages : sequence of str
        Stages there are.

    Raises
    ------
    TargetsError
        If the file cannot be read or something in it is wrong; names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Targets()
    except (OSError, UnicodeDecodeError) as error:
        raise TargetsError(f"{path}: cannot be read as a UTF-8 text ({error}); save it as UTF-8") from error
    return parse_targets(text, str(path), stages)


def parse_targets(text: str, name: str, stages: Sequence[str] = _STAGE_NAMES) -> Targets:
    """Read the text of a file of targets; `name` is used in errors. See `load_targets`."""
    source = parsed(text, name, TargetsError)
    top = Fields(source, (), source.data, "the file of targets")
    start_month = top.integer("fiscal_year_start_month", default=4, example="4", low=1, high=12)
    targets: dict[tuple[str, date, str | None], Target] = {}
    for number, table in enumerate(top.tables("target")):
        fields = Fields(source, ("target", number), table, f"target {number + 1}")
        target = _target(fields, stages)
        key = (target.stage, target.month, target.source)
        if key in targets:
            fields.fail(
                "stage", f"there is already a target for {target.stage} in {target.month:%Y-%m}; keep one of them"
            )
        targets[key] = target
    top.finish()
    return Targets(targets=tuple(targets.values()), fiscal_year_start_month=start_month or 4)


def write_targets(targets: Targets) -> str:
    """Return the text of a file with `targets`; `parse_targets` gives them back."""
    lines = [f"fiscal_year_start_month = {targets.fiscal_year_start_month}"]
    for target in targets.targets:
        lines += ["", "[[target]]", f"stage = {toml_value(target.stage)}", f"month = {target.month.isoformat()}"]
        lines += [f"leads = {target.n_leads}"]
        lines += [] if target.source is None else [f"source = {toml_value(target.source)}"]
    return "\n".join(lines) + "\n"


def _target(fields: Fields, stages: Sequence[str]) -> Target:
    stage = fields.choice("stage", stages)
    fields.required("month", "2026-04-01")
    month = fields.day("month")
    if month is None or month.day != 1:
        fields.fail("month", f"month = {month} must be the first day of a month; write for example month = 2026-04-01")
    fields.required("leads", "12")
    n_leads = fields.integer("leads", example="12", low=1)
    source = fields.text("source", example='"seminar"') if "source" in fields else None
    fields.finish()
    return Target(stage=stage, month=month, n_leads=n_leads or 1, source=source)
