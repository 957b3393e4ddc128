"""Alerts and key numbers of the overview in words. What stands out is decided in `analysis`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from analysis.alerts import Alert
from analysis.intervals import MIN_N
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.texts.numbers import is_unknown

ICONS: Final = {"critical": ":material/error:", "warning": ":material/warning:", "info": ":material/info:"}

MOST: Final = 3
"""More than this at once and nothing stands out."""

_RATES: Final = ("coverage", "top_share", "top_capture", "win_low", "win_high")


def draw(found: Sequence[Alert], say: Speaker) -> None:
    """Draw the alerts that matter most, and the rest on demand."""
    if not found:
        st.markdown(say("overview.no_alerts"))
    for alert in found[:MOST]:
        _draw(alert, say)
    if found[MOST:]:
        with st.expander(say("overview.more_alerts", n=len(found[MOST:]))):
            for alert in found[MOST:]:
                _draw(alert, say)


def _draw(alert: Alert, say: Speaker) -> None:
    st.markdown(f"{ICONS[alert.severity]} {sentence(alert, say)}")


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


def kpi_previous(row: pd.Series, say: Speaker) -> str:
    """Return what a key number was in the period before, or that it rested on too few; empty without one."""
    if is_unknown(row["previous_value"]):
        return ""
    value = kpi_value(row["unit"], row["previous_value"], say) if _was_enough(row) else say("overview.too_few")
    return say("overview.previous", value=value)


def _was_enough(row: pd.Series) -> bool:
    return row["unit"] == "count" or row["previous_n"] >= MIN_N


def kpi_delta(row: pd.Series, say: Speaker) -> str | None:
    """Return the change to the period before; None without one, or where it says nothing."""
    if is_unknown(row["previous_value"]) or is_unknown(row["value"]) or not (row["is_enough"] and _was_enough(row)):
        return None
    return _difference(row["unit"], row["value"], row["previous_value"], say)


def _difference(unit: str, value: float, previous: float, say: Speaker) -> str | None:
    """Return a change with its sign; None where rounding leaves nothing of it."""
    if unit == "rate":
        points = say.points(value - previous)
        return None if float(points) == 0 else say("overview.points", points=points)
    if unit == "days":
        return None if round(value - previous, 1) == 0 else say("overview.days", days=f"{value - previous:+.1f}")
    return f"{(value / previous - 1) * 100:+.0f}%" if previous else None


def _value(name: str, value: Any, values: Mapping[str, Any], say: Speaker) -> str:
    if name in ("value", "previous_value"):
        return kpi_value(values["unit"], value, say)
    words = {"kpi": "kpi", "from_stage": "stages", "to_stage": "stages"}
    if name in words:
        return say.word(words[name], value)
    if name == "source":
        return plain(say.source(value))
    if name == "region":
        return plain(say.word("regions", value) if value else say("sources.unknown"))
    return _number(name, value, say)


def _number(name: str, value: Any, say: Speaker) -> str:
    if name.endswith(("_rate", "_coverage")) or name in _RATES:
        return say.percent(value, 0 if name == "top_share" else 1)
    if name.endswith("_days") or name in ("low", "high"):
        return say.days(value)
    return plain(value) if isinstance(value, str) else say.count(value)
