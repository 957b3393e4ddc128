"""Alerts and key numbers of the overview in words. What stands out is decided in `analysis`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from analysis.alerts import Alert
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.texts.numbers import is_unknown

ICONS: Final = {"critical": ":material/error:", "warning": ":material/warning:", "info": ":material/info:"}

_RATES: Final = ("coverage", "top_share", "top_capture", "win_low", "win_high")


def sentence(alert: Alert, say: Speaker) -> str:
    """Return an alert as a sentence."""
    values = {name: _value(name, value, alert.values, say) for name, value in alert.values.items()}
    for side in ("", "lower_", "upper_"):
        if f"{side}name_{say.language}" in alert.values:
            values[f"{side}name"] = plain(alert.values[f"{side}name_{say.language}"])
    never = alert.code == "late_first_contact" and is_unknown(alert.values["median_days"])
    return say(f"alert.{alert.code}{'_never' if never else ''}", **values)


def kpi_value(unit: str, value: float, say: Speaker) -> str:
    """Return a key number with its unit."""
    if unit == "rate":
        return say.percent(value)
    if unit == "days":
        return say.days(value)
    return say.count(value)


def kpi_delta(row: pd.Series, say: Speaker) -> str | None:
    """Return the change to the period before; None without one, or where it says nothing."""
    if is_unknown(row["previous_value"]) or is_unknown(row["value"]) or not row["is_enough"]:
        return None
    if row["unit"] == "rate":
        return say("overview.points", points=say.points(row["value"] - row["previous_value"]))
    if row["unit"] == "days":
        return say("overview.days", days=f"{row['value'] - row['previous_value']:+.1f}")
    return f"{(row['value'] / row['previous_value'] - 1) * 100:+.0f}%" if row["previous_value"] else None


def _value(name: str, value: Any, values: Mapping[str, Any], say: Speaker) -> str:
    if name in ("value", "previous_value"):
        return kpi_value(values["unit"], value, say)
    words = {"kpi": "kpi", "from_stage": "stages", "to_stage": "stages"}
    if name in words:
        return say.word(words[name], value)
    if name == "source":
        return plain(say.source(value))
    if name == "region":
        return plain(value or say("sources.unknown"))
    return _number(name, value, say)


def _number(name: str, value: Any, say: Speaker) -> str:
    if name.endswith(("_rate", "_coverage")) or name in _RATES:
        return say.percent(value, 0 if name == "top_share" else 1)
    if name.endswith("_days") or name in ("low", "high"):
        return say.days(value)
    return plain(value) if isinstance(value, str) else say.count(value)
