"""What is planted in the synthetic company, read from `planted.toml` and `today.toml`.

Both are resources of the package. The ruleset is read here only as far as the
rules in it go: `data` does not know the language of rulesets.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Final

TOKYO: Final = timedelta(hours=9)
"""Japan has no daylight saving time."""

Change = str | int | float | bool

_EPOCH: Final = datetime(1970, 1, 1)
_NAME_KEYS: Final = {"effect": "rule", "source": "code", "touch": "kind"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What is true of one company.

    Attributes
    ----------
    values : dict
        Content of `planted.toml`, changed as asked.
    rules : list of dict
        Rules of today's ruleset, with `true_points`, `belief_points` and
        `category` added to the keys of the ruleset.
    start_at, as_of, drift_start_at, drift_end_at : datetime
        Fixed times (UTC); a month begins at midnight in Tokyo.
    """

    values: dict[str, Any]
    rules: list[dict[str, Any]]
    start_at: datetime
    as_of: datetime
    drift_start_at: datetime
    drift_end_at: datetime

    @property
    def n_days(self) -> int:
        """Days over which the leads of the company are created, whatever `as_of`."""
        last = datetime.fromisoformat(self.values["calendar"]["as_of"])
        return ((last + TOKYO).date() - (self.start_at + TOKYO).date()).days + 1

    def parameters(self) -> dict[str, Any]:
        """Return the values that the SQL steps name with `$`: `section_key`."""
        values = {
            f"{section}_{key}": value
            for section, keys in self.values.items()
            if isinstance(keys, dict)
            for key, value in keys.items()
            if not isinstance(value, list)
        }
        for key in ("wait_days", "touches"):
            first, last = self.values["recycling"][key]
            values |= {f"recycling_{key}_first": first, f"recycling_{key}_last": last}
        return values | {
            "start_second": seconds(self.start_at),
            "as_of_second": seconds(self.as_of),
            "drift_start_second": seconds(self.drift_start_at),
            "drift_end_second": seconds(self.drift_end_at),
            "market_start_second": seconds(_month_in_tokyo(self.values["market"]["month"])),
            "n_days": self.n_days,
        }


def read_planted(changes: Mapping[str, Change] | None = None, as_of: datetime | None = None) -> Planted:
    """Read what is planted.

    Parameters
    ----------
    changes : mapping, optional
        Other values by their place, for example `{"handling.late_effect": 0,
        "source.content_site.effect": 0, "effect.white_paper.true_points": 2}`.
    as_of : datetime, optional
        An earlier end of the data (UTC).

    Raises
    ------
    KeyError
        If `changes` names a place that does not exist.
    ValueError
        If `as_of` is not within the calendar.
    """
    values = tomllib.loads(_text("planted.toml"))
    for place, value in (changes or {}).items():
        _change(values, place, value)
    effects = {effect["rule"]: effect for effect in values["effect"]}
    start_at, last = (datetime.fromisoformat(values["calendar"][key]) for key in ("start_at", "as_of"))
    if as_of is not None and not start_at < as_of <= last:
        raise ValueError(f"as_of is {as_of.isoformat()}; choose a time after {start_at} and not after {last} (UTC)")
    drift_start_at = _month_in_tokyo(values["drift"]["month"])
    return Planted(
        values=values,
        rules=[{**effects[rule["id"]], **rule} for rule in tomllib.loads(ruleset_text())["rule"]],
        start_at=start_at,
        as_of=as_of or last,
        drift_start_at=drift_start_at,
        drift_end_at=(drift_start_at + TOKYO + timedelta(days=31)).replace(day=1) - TOKYO,
    )


def ruleset_text() -> str:
    """Return today's ruleset as it is released into the workspace."""
    return _text("today.toml")


def seconds(moment: datetime) -> int:
    """Return the whole seconds from 1970 to `moment` (UTC)."""
    return int((moment - _EPOCH).total_seconds())


def _month_in_tokyo(month: str) -> datetime:
    return datetime.fromisoformat(f"{month}-01") - TOKYO


def _change(values: dict[str, Any], place: str, value: Change) -> None:
    section, *names, key = place.split(".")
    target = values[section]
    if isinstance(target, list):
        named = [item for item in target if item[_NAME_KEYS.get(section, "code")] == names[0]]
        if not named:
            raise KeyError(f"{place}: there is no {section} {names[0]!r}")
        target = named[0]
    if key not in target:
        raise KeyError(f"{place}: there is no {key!r}")
    target[key] = value


def _text(name: str) -> str:
    return resources.files("data.synthetic").joinpath(name).read_text(encoding="utf-8")
