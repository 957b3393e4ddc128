"""The small tables that the SQL steps of the synthetic company join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import pandas as pd

from data.synthetic.planted import Planted

N_SLOTS: Final = 1000
"""Shares are whole permille: a draw is a look-up among as many slots."""

_NO_LIMIT: Final = 2**62


def frames(planted: Planted) -> dict[str, pd.DataFrame]:
    """Return the tables by the name under which the steps join them."""
    values, rules = planted.values, planted.rules
    return {
        "choice": _choices(values),
        "touch_slot": _touch_slots(values["touch"]),
        "touch_type": _touch_types(values["touch"]),
        "source": _sources(values["source"], values["touch"]),
        "title": pd.DataFrame(values["title"])[["code", "seniority"]],
        "campaign": _items((source["code"], source["campaigns"]) for source in values["source"]).reset_index(
            names="campaign_no"
        ),
        "owner": _items((region["code"], region["owners"]) for region in values["region"]),
        "name_tail": _items((industry["code"], industry["tails"]) for industry in values["industry"]),
        "name_stem": _items([("", values["names"]["stems"])]),
        "name_place": _items([("", values["names"]["places"])]),
        "review_plan": _reviews(values["reviews"]),
        "rule": _rules(rules),
        "type_rule": _type_rules(rules, values["touch"]),
        "attribute_rule": _attribute_rules(rules),
    }


def _slots(shares: Sequence[tuple[object, int]]) -> list[object]:
    """Return `N_SLOTS` values, each as often as its share in permille says."""
    slots = list(chain.from_iterable([value] * share for value, share in shares))
    if len(slots) != N_SLOTS:
        raise ValueError(f"shares add up to {len(slots)}, not to {N_SLOTS} permille")
    return slots


def _choices(values: Mapping[str, Any]) -> pd.DataFrame:
    tables = []
    for subject in ("source", "industry", "department", "title", "region"):
        for is_drift in (False, True):
            shares = [
                (item["code"], item.get("drift_share", item["share"]) if is_drift else item["share"])
                for item in values[subject]
            ]
            table = pd.DataFrame({"slot": range(N_SLOTS), "code": _slots(shares)})
            tables.append(table.assign(subject=subject, is_drift=is_drift))
    return pd.concat(tables, ignore_index=True)


def _touch_slots(touches: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    tables = []
    for phase in ("journey", "follow_up", "again"):
        slots = _slots([(type_no, touch[phase]) for type_no, touch in enumerate(touches)])
        tables.append(pd.DataFrame({"phase": phase, "slot": range(N_SLOTS), "type_no": slots}))
    return pd.concat(tables, ignore_index=True)


def _touch_types(touches: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    columns = ["kind", "channel", "content", "direction"]
    table = pd.DataFrame([{column: touch[column] or None for column in columns} for touch in touches])
    return table.assign(type_no=range(len(touches)))


def _sources(sources: Sequence[Mapping[str, Any]], touches: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    kinds = [touch["kind"] for touch in touches]
    table = pd.DataFrame(sources)[["code", "is_inbound", "is_online", "effect", "cost", "first_kind"]]
    return table.assign(first_type_no=[kinds.index(kind) for kind in table["first_kind"]])


def _items(groups: Iterable[tuple[str, Sequence[str]]]) -> pd.DataFrame:
    """Return the items of each group, numbered, with their number in the group."""
    return pd.DataFrame(
        [(subject, item_no, len(names), name) for subject, names in groups for item_no, name in enumerate(names)],
        columns=["subject", "item_no", "n_items", "name"],
    )


def _reviews(values: Mapping[str, Sequence[int]]) -> pd.DataFrame:
    days = [values["first_days"], values["second_days"], values["third_days"]]
    return pd.DataFrame(days, columns=["first_day", "last_day"]).assign(review_no=range(1, len(days) + 1))


def _rules(rules: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rules)[["id", "axis", "points", "true_points", "belief_points"]]
    return table.rename(columns={"id": "rule_id"}).assign(rule_no=range(len(table)))


def _type_rules(rules: Sequence[Mapping[str, Any]], touches: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return which rule counts which type of touch, how often, and how far back."""
    return pd.DataFrame(
        [
            (type_no, rule_no, rule.get("cap", 1), rule["within_days"] * 86400)
            for rule_no, rule in enumerate(rules)
            if rule["kind"] == "touch"
            for type_no, touch in enumerate(touches)
            if touch["kind"] == rule["touch"] and rule.get("content", touch["content"]) == touch["content"]
        ],
        columns=["type_no", "rule_no", "cap", "window_seconds"],
    )


def _attribute_rules(rules: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row per value, or per range, in which an attribute rule holds."""
    rows = [
        (rule_no, rule["field"], value, rule.get("min", -_NO_LIMIT), rule.get("max", _NO_LIMIT))
        for rule_no, rule in enumerate(rules)
        if rule["kind"] == "attribute"
        for value in rule.get("in", [None])
    ]
    return pd.DataFrame(rows, columns=["rule_no", "field", "value", "minimum", "maximum"])
