"""What is planted in the synthetic company, read from `planted.toml` and `today.toml`.

Both are resources of the package. The ruleset is read here only as far as the
rules in it go: `data` does not know the language of rulesets.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from itertools import chain
from typing import Any, Final

import pandas as pd

N_SLOTS: Final = 1000
"""Shares are whole permille: a draw is a look-up among as many slots."""

TOKYO: Final = timedelta(hours=9)
"""Japan has no daylight saving time."""

_EPOCH = datetime(1970, 1, 1)
_NO_LIMIT: Final = 2**62
_MAXIMUM_INTEGER: Final = 2**62


@cache
def planted() -> dict[str, Any]:
    """Return the content of `planted.toml`."""
    return tomllib.loads(_text("planted.toml"))


@cache
def ruleset_text() -> str:
    """Return today's ruleset as it is released into the workspace."""
    return _text("today.toml")


@cache
def rules() -> list[dict[str, Any]]:
    """Return the rules of today's ruleset, each with what is planted for it.

    Added to the keys of the ruleset: `true_points`, `belief_points`, `category`.
    """
    effects = {effect["rule"]: effect for effect in planted()["effect"]}
    return [{**effects[rule["id"]], **rule} for rule in tomllib.loads(ruleset_text())["rule"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Fixed times of the company, naive UTC."""

    start_at: datetime
    as_of: datetime
    drift_start_at: datetime
    drift_end_at: datetime


@cache
def calendar() -> Calendar:
    """Return the fixed times; a month begins at midnight in Tokyo."""
    times = planted()["calendar"]
    drift = datetime.fromisoformat(planted()["drift"]["month"] + "-01")
    return Calendar(
        start_at=datetime.fromisoformat(times["start_at"]),
        as_of=datetime.fromisoformat(times["as_of"]),
        drift_start_at=drift - TOKYO,
        drift_end_at=(drift + timedelta(days=31)).replace(day=1) - TOKYO,
    )


def seconds(moment: datetime) -> int:
    """Return the whole seconds from 1970 to `moment` (UTC)."""
    return int((moment - _EPOCH).total_seconds())


def parameters() -> dict[str, Any]:
    """Return the values that the SQL steps name with `$`."""
    values = planted()
    flat = {
        **_flat(values, "journey", mean_touches="mean_touches", log_sd="touches_log_sd", maximum="maximum_touches"),
        **_flat(values, "win", prefix="win_"),
        **_flat(values, "lost", prefix="lost_"),
        **_flat(values, "accept", opportunity_share="opportunity_share", qualified_share="qualified_share"),
        "accept_scale": values["accept"]["scale"],
        "accept_intercept": values["accept"]["intercept"],
    }
    for section in ("attributes", "selection", "handling", "routes", "opt_out", "vendor", "journey", "recycling"):
        flat |= values[section]
    wait_first, wait_last = values["recycling"]["wait_days"]
    fewest, most = values["recycling"]["touches"]
    times = calendar()
    return flat | {
        "growth": values["calendar"]["growth"],
        "employees_log_shift": values["drift"]["employees_log_shift"],
        "early_within_seconds": values["handling"]["early_within_hours"] * 3600,
        "wait_first_day": wait_first,
        "wait_last_day": wait_last,
        "again_fewest": fewest,
        "again_most": most,
        "start_second": seconds(times.start_at),
        "as_of_second": seconds(times.as_of),
        "drift_start": seconds(times.drift_start_at),
        "drift_end": seconds(times.drift_end_at),
        "n_days": (times.as_of + TOKYO).date().toordinal() - (times.start_at + TOKYO).date().toordinal() + 1,
    }


def tables() -> dict[str, pd.DataFrame]:
    """Return the small tables that the SQL steps join, by name."""
    values = planted()
    industries = [(industry["code"], industry["tails"]) for industry in values["industry"]]
    campaigns = [(source["code"], source["campaigns"]) for source in values["source"]]
    return {
        "choice": _choices(values),
        "touch_slot": _touch_slots(values["touch"]),
        "touch_type": _touch_types(values["touch"]),
        "source": _sources(values["source"], values["touch"]),
        "title": pd.DataFrame(values["title"])[["code", "seniority"]],
        "campaign": _items(campaigns).assign(campaign_no=lambda items: range(len(items))),
        "owner": _items((region["code"], region["owners"]) for region in values["region"]),
        "name_tail": _items(industries),
        "name_stem": _items([("", values["names"]["stems"])]),
        "name_place": _items([("", values["names"]["places"])]),
        "review_plan": _reviews(values["reviews"]),
        "rule": _rules(),
        "type_rule": _type_rules(values["touch"]),
        "attribute_rule": _attribute_rules(),
    }


def _text(name: str) -> str:
    return resources.files("data.synthetic").joinpath(name).read_text(encoding="utf-8")


def _flat(values: Mapping[str, Any], section: str, prefix: str = "", **names: str) -> dict[str, Any]:
    return {names.get(key, prefix + key): value for key, value in values[section].items() if not names or key in names}


def _slots(shares: Sequence[tuple[object, int]]) -> list[object]:
    """Return `N_SLOTS` values, each as often as its share in permille says."""
    slots = list(chain.from_iterable([value] * share for value, share in shares))
    if len(slots) != N_SLOTS:
        raise ValueError(f"shares add up to {len(slots)}, not to {N_SLOTS} permille")
    return slots


def _choices(values: Mapping[str, Any]) -> pd.DataFrame:
    frames = []
    for subject in ("source", "industry", "department", "title", "region"):
        for is_drift in (False, True):
            shares = [
                (item["code"], item.get("drift_share", item["share"]) if is_drift else item["share"])
                for item in values[subject]
            ]
            frame = pd.DataFrame({"slot": range(N_SLOTS), "code": _slots(shares)})
            frames.append(frame.assign(subject=subject, is_drift=is_drift))
    return pd.concat(frames, ignore_index=True)


def _touch_slots(touches: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    frames = []
    for phase in ("journey", "follow_up", "again"):
        slots = _slots([(type_no, touch[phase]) for type_no, touch in enumerate(touches)])
        frames.append(pd.DataFrame({"phase": phase, "slot": range(N_SLOTS), "type_no": slots}))
    return pd.concat(frames, ignore_index=True)


def _touch_types(touches: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    columns = ["kind", "channel", "content", "direction"]
    frame = pd.DataFrame([{column: touch[column] or None for column in columns} for touch in touches])
    return frame.assign(type_no=range(len(touches)))


def _sources(sources: Sequence[Mapping[str, Any]], touches: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    kinds = [touch["kind"] for touch in touches]
    frame = pd.DataFrame(sources)[["code", "is_inbound", "is_online", "effect", "cost", "first_kind"]]
    return frame.assign(first_type_no=[kinds.index(kind) for kind in frame["first_kind"]])


def _items(groups: Iterable[tuple[str, Sequence[str]]]) -> pd.DataFrame:
    """Return the items of each group, numbered, with their number in the group."""
    return pd.DataFrame(
        [(subject, item_no, len(names), name) for subject, names in groups for item_no, name in enumerate(names)],
        columns=["subject", "item_no", "n_items", "name"],
    )


def _reviews(values: Mapping[str, Sequence[int]]) -> pd.DataFrame:
    days = [values["first_days"], values["second_days"], values["third_days"]]
    return pd.DataFrame(days, columns=["first_day", "last_day"]).assign(review_no=range(1, len(days) + 1))


def _rules() -> pd.DataFrame:
    frame = pd.DataFrame(rules())[["id", "axis", "points", "true_points", "belief_points"]]
    return frame.rename(columns={"id": "rule_id"}).assign(rule_no=range(len(frame)))


def _type_rules(touches: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return which rule counts which type of touch, how often, and how far back."""
    return pd.DataFrame(
        [
            (type_no, rule_no, rule.get("cap", 1 if rule["repeat"] == "once" else _NO_LIMIT), rule["within_days"] * 86400)
            for rule_no, rule in enumerate(rules())
            if rule["kind"] == "touch"
            for type_no, touch in enumerate(touches)
            if touch["kind"] == rule["touch"] and rule.get("content", touch["content"]) == touch["content"]
        ],
        columns=["type_no", "rule_no", "cap", "window_seconds"],
    )


def _attribute_rules() -> pd.DataFrame:
    """Return one row per value, or per range, in which an attribute rule holds."""
    rows = [
        (rule_no, rule["field"], value, rule.get("min", -_MAXIMUM_INTEGER), rule.get("max", _MAXIMUM_INTEGER))
        for rule_no, rule in enumerate(rules())
        if rule["kind"] == "attribute"
        for value in rule.get("in", [None])
    ]
    return pd.DataFrame(rows, columns=["rule_no", "field", "value", "minimum", "maximum"])
