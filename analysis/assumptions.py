"""What a handoff costs and brings, as a file that sales and marketing agree on.

```toml
n_reps = 5
handoffs_per_rep_per_week = 12
cost_per_handoff_yen = 20000
margin_share = 0.3
opt_out_cost_yen = 10000
# margin_per_win_yen = 900000   left out: margin_share of the average won amount
# opt_out_rate = 0.02           left out: what the history says
```
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

from analysis.rulesets.fields import Fields
from analysis.rulesets.files import parsed
from data.errors import LeadcalError

WEEKS_PER_MONTH: Final = 365.25 / 7 / 12


class AssumptionsError(LeadcalError):
    """The assumptions cannot be used as they stand. `str()` is one line that says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What a handoff costs and brings, in yen. None: take it from the history.

    Attributes
    ----------
    n_reps : int or None
        People who work handed-over leads, at least 1.
    handoffs_per_rep_per_week : float or None
        Leads that one of them can take on in a week, above 0.
    cost_per_handoff_yen : float
        Work on one lead, won or not.
    margin_per_win_yen : float or None
        What a win leaves. None: `margin_share` of the average won amount.
    margin_share : float
        Share of a won amount that is left, in [0, 1].
    opt_out_cost_yen : float
        What is lost when a lead that was handed over wants no more contact.
    opt_out_rate : float or None
        How often that happens, in [0, 1].
    """

    n_reps: int | None = None
    handoffs_per_rep_per_week: float | None = None
    cost_per_handoff_yen: float = 20_000
    margin_per_win_yen: float | None = None
    margin_share: float = 0.3
    opt_out_cost_yen: float = 10_000
    opt_out_rate: float | None = None

    @property
    def capacity_per_month(self) -> float | None:
        """Leads that sales can take on in a month; None when one of its two parts is left to the history."""
        if self.n_reps is None or self.handoffs_per_rep_per_week is None:
            return None
        return self.n_reps * self.handoffs_per_rep_per_week * WEEKS_PER_MONTH

    def with_values(self, **values: float | None) -> Assumptions:
        """Return the same with other values; None leaves one as it is.

        Raises
        ------
        AssumptionsError
            If a value cannot be; the text names it.
        """
        given = {name: value for name, value in values.items() if value is not None}
        for name, value in given.items():
            problem = _problem(name, value)
            if problem:
                raise AssumptionsError(problem)
        return replace(self, **given)  # type: ignore[arg-type]


_LIMITS: Final[dict[str, tuple[float, float | None]]] = {
    "n_reps": (1, None),
    "handoffs_per_rep_per_week": (0.1, None),
    "cost_per_handoff_yen": (0, None),
    "margin_per_win_yen": (0, None),
    "margin_share": (0, 1),
    "opt_out_cost_yen": (0, None),
    "opt_out_rate": (0, 1),
}


def load_assumptions(path: Path) -> Assumptions:
    """Read a file of assumptions; without one they are those that are usual.

    Raises
    ------
    AssumptionsError
        If the file cannot be read or something in it is wrong; names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Assumptions()
    except (OSError, UnicodeDecodeError) as error:
        raise AssumptionsError(f"{path}: cannot be read as a UTF-8 text ({error}); save it as UTF-8") from error
    return parse_assumptions(text, str(path))


def parse_assumptions(text: str, name: str) -> Assumptions:
    """Read the text of a file of assumptions; `name` is used in errors. See `load_assumptions`."""
    source = parsed(text, name, AssumptionsError)
    top = Fields(source, (), source.data, "the file of assumptions")
    values = {key: _value(top, key) for key in _LIMITS}
    top.finish()
    return Assumptions().with_values(**values)


def write_assumptions(assumptions: Assumptions) -> str:
    """Return the text of a file with `assumptions`; `parse_assumptions` gives them back."""
    values = {field.name: getattr(assumptions, field.name) for field in fields(assumptions)}
    lines = [f"{name} = {_plain(value)}" for name, value in values.items() if value is not None]
    absent = [name for name, value in values.items() if value is None]
    notes = [f"# {name} is left out: taken from the history" for name in absent]
    return "\n".join([*lines, *notes]) + "\n"


def _value(top: Fields, key: str) -> float | None:
    if key == "n_reps":
        value: float | None = top.integer(key, example="5")
    else:
        value = top.number(key)
    if value is not None:
        problem = _problem(key, value)
        if problem:
            top.fail(key, problem)
    return value


def _problem(name: str, value: float) -> str:
    """Say what is wrong with a value; an empty text when nothing is."""
    low, high = _LIMITS[name]
    if value < low:
        return f"{name} = {value:g} is too small; write {low:g} or more"
    if high is not None and value > high:
        return f"{name} = {value:g} is too large; write a share between 0 and {high:g}, such as 0.3"
    return ""


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
