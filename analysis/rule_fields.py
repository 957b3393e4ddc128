"""When rules last applied, and whether the fields they ask for are known at all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.intervals import MIN_N
from analysis.matching import match_touches, match_values, read_attribute_values, read_touch_types
from analysis.rulesets.columns import needs_of
from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import OptOutPredicate, SimplePredicate, TouchPredicate, field_of
from analysis.rulesets.rules import Rule
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine


def predicates_of(rule: Rule) -> Iterator[SimplePredicate]:
    """Give what a rule asks, one by one; nothing for the score of another tool."""
    for need in needs_of(rule):
        yield need.predicate


def fields_of(rule: Rule) -> tuple[str, ...]:
    """Return the attributes a rule must know, each once; `@bant_needs` stands for an answer."""
    asked = [predicate for predicate in predicates_of(rule) if not isinstance(predicate, TouchPredicate)]
    # Opting out needs no field: who said nothing did not opt out.
    return tuple(dict.fromkeys(field_of(each) for each in asked if not isinstance(each, OptOutPredicate)))


def last_fired(engine: Engine, ruleset: Ruleset, selection: Selection) -> pd.DataFrame:
    """Return when each rule last came to apply to any lead, whatever the period and sources.

    Returns
    -------
    DataFrame
        One row per rule: `rule_id`, `last_fired_at` (UTC; NaT when it never did):
        the latest touch it counts, or the latest lead that came with, or was
        learned to have, a value it asks for. A rule with several conditions
        fires when any of them does.
    """
    types = read_touch_types(engine)
    asked = [predicate for rule in ruleset.rules for predicate in predicates_of(rule)]
    of_values = [predicate for predicate in asked if not isinstance(predicate, TouchPredicate)]
    values = read_attribute_values(engine, [field_of(predicate) for predicate in of_values])
    type_rows, value_rows = [_numbers("type_no")], [_numbers("value_no")]
    for number, rule in enumerate(ruleset.rules):
        for predicate in predicates_of(rule):
            if isinstance(predicate, TouchPredicate):
                type_rows.append(types.loc[match_touches(types, predicate), ["type_no"]].assign(rule_no=number))
            else:
                value_rows.append(values.loc[match_values(values, predicate), ["value_no"]].assign(rule_no=number))
    tables = {
        "fired_types": pd.concat(type_rows).drop_duplicates().astype("int64"),
        "fired_values": pd.concat(value_rows).drop_duplicates().astype("int64"),
    }
    found = engine.query(sql_text("last_fired"), selection.params("as_of"), tables).set_index("rule_no")
    fired_at = found["last_fired_at"].reindex(range(len(ruleset.rules)))
    return pd.DataFrame({"rule_id": [rule.id for rule in ruleset.rules], "last_fired_at": fired_at.to_numpy()})


def _numbers(column: str) -> pd.DataFrame:
    return pd.DataFrame({name: np.empty(0, dtype=np.int64) for name in ("rule_no", column)})


def fields_by_source(engine: Engine, ruleset: Ruleset, selection: Selection) -> pd.DataFrame:
    """Return of which sources the fields that each rule needs are known at all.

    Returns
    -------
    DataFrame
        One row per rule, field and source, sources with most leads first:
        `rule_id`, `field` (`@bant_needs` is an answer), `source` (empty text when
        unknown), `n_leads`, `n_known`, `known_rate`, `is_blind` (at least 20
        leads, and the field known of none: the rule says something about the
        source, not about the lead). As known at `selection.as_of`.
    """
    pairs = [{"rule_id": rule.id, "field": field} for rule in ruleset.rules for field in fields_of(rule)]
    wanted = pd.DataFrame(pairs, columns=["rule_id", "field"])
    values = read_attribute_values(engine, list(wanted["field"]))
    tables = {
        "known_values": values.loc[values["value"].notna(), ["field", "value_no"]],
        "wanted_fields": wanted[["field"]].drop_duplicates().astype("str"),
    }
    counts = engine.query(sql_text("fields_by_source"), selection.params("as_of"), tables)
    counts = counts.astype({"n_leads": "int64", "n_known": "int64"})
    if selection.sources:
        counts = counts[counts["source"].isin(selection.sources)]
    table = wanted.merge(counts, on="field", how="inner") if len(wanted) else wanted.assign(**_no_counts())
    is_blind = (table["n_leads"] >= MIN_N) & (table["n_known"] == 0)
    return table.assign(known_rate=table["n_known"] / table["n_leads"], is_blind=is_blind)[
        ["rule_id", "field", "source", "n_leads", "n_known", "known_rate", "is_blind"]
    ]


def unknown_everywhere(fields: pd.DataFrame) -> dict[str, str]:
    """Return the rules that ask for a field nobody ever filled in, with the field.

    Parameters
    ----------
    fields : DataFrame
        As from `fields_by_source`.
    """
    known = fields.groupby(["rule_id", "field"], as_index=False)["n_known"].sum()
    empty = known[known["n_known"] == 0]
    return dict(zip(empty["rule_id"], empty["field"], strict=True))


def _no_counts() -> dict[str, pd.Series]:
    return {
        "source": pd.Series(dtype="str"),
        "n_leads": pd.Series(dtype="int64"),
        "n_known": pd.Series(dtype="int64"),
    }
