"""Which entries of the prepared dictionaries each rule counts.

Predicates are decided here, once per distinct touch type or attribute value,
never per touch: the engine only joins numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.rulesets.predicates import (
    AttributePredicate,
    BantPredicate,
    OptOutPredicate,
    TouchPredicate,
    ValuePredicate,
    field_of,
    glob,
)
from data.engine import Engine

Mask: TypeAlias = NDArray[np.bool_]

_TOUCH_TYPES: Final = """
SELECT
    type_no AS type_no,
    kind AS kind,
    channel AS channel,
    content AS content,
    direction AS direction,
    n_most AS n_most
FROM prep.touch_types
"""
_ATTRIBUTE_VALUES: Final = """
SELECT
    prep.attribute_values.value_no AS value_no,
    wanted_fields.field_no AS field_no,
    CASE WHEN wanted_fields.is_text OR prep.attribute_values.value IS NULL THEN prep.attribute_values.value ELSE '' END AS value,
    prep.attribute_values.number AS number
FROM prep.attribute_values
INNER JOIN wanted_fields ON prep.attribute_values.field = wanted_fields.field
"""


def read_touch_types(engine: Engine) -> pd.DataFrame:
    """Return the distinct kinds of touches: `type_no`, `kind`, `channel`, `content`, `direction`, `n_most` (of one lead)."""
    return engine.query(_TOUCH_TYPES)


def read_attribute_values(engine: Engine, fields: Sequence[str], *, without_text: Collection[str] = ()) -> pd.DataFrame:
    """Return the distinct values of some attributes: `value_no`, `field`, `value` (NULL is unknown), `number`.

    Fields in `without_text` have empty texts: a capital has a hundred thousand
    values, of which a range asks for the numbers alone.
    """
    names = sorted(set(fields))
    wanted = pd.DataFrame({"field": pd.Series(names, dtype="str"), "field_no": np.arange(len(names))})
    wanted["is_text"] = ~wanted["field"].isin(list(without_text))
    values = engine.query(_ATTRIBUTE_VALUES, tables={"wanted_fields": wanted})
    field = pd.Categorical.from_codes(values["field_no"].to_numpy(dtype=np.int64), categories=pd.Index(names))
    return values.assign(field=field)[["value_no", "field", "value", "number"]]


def match_touches(types: pd.DataFrame, predicate: TouchPredicate) -> Mask:
    """Return which rows of the dictionary of touches a rule counts.

    Parameters
    ----------
    types : DataFrame
        As from `read_touch_types`.
    predicate : TouchPredicate
        A pattern left out accepts everything, an unknown value included.
    """
    mask = np.ones(len(types), dtype=bool)
    for column, patterns in (
        ("kind", predicate.kinds),
        ("channel", predicate.channels),
        ("content", predicate.contents),
    ):
        if patterns:
            mask &= _like(types[column], patterns)
    if predicate.direction is not None:
        mask &= (types["direction"] == predicate.direction).fillna(False).to_numpy(dtype=bool)
    return mask


def match_values(values: pd.DataFrame, predicate: ValuePredicate) -> Mask:
    """Return which rows of the dictionary of attributes a rule or gate counts.

    Parameters
    ----------
    values : DataFrame
        As from `read_attribute_values`.
    predicate : AttributePredicate, BantPredicate or OptOutPredicate
        A value that is not known never matches, unless that is what is asked for.
        Only answers that say something lie in the dictionary: "unknown" has no
        row there, and never matches.
    """
    of_field = (values["field"] == field_of(predicate)).to_numpy(dtype=bool)
    is_known = values["value"].notna().to_numpy(dtype=bool)
    if isinstance(predicate, OptOutPredicate):
        channels = ["email", "call", "all"] if predicate.channel == "any" else [predicate.channel, "all"]
        return of_field & values["value"].isin(channels).to_numpy(dtype=bool)
    if isinstance(predicate, BantPredicate):
        return of_field & values["value"].isin(list(predicate.answers)).to_numpy(dtype=bool)
    return of_field & _match_attribute(values, is_known, predicate)


def _match_attribute(values: pd.DataFrame, is_known: Mask, predicate: AttributePredicate) -> Mask:
    if predicate.is_unknown:
        return ~is_known
    if predicate.patterns:
        return _like(values["value"], predicate.patterns)
    if predicate.values:
        is_in = _one_of(values, predicate.values)
        return is_known & (~is_in if predicate.is_excluded else is_in)
    number = values["number"].to_numpy(dtype=np.float64, na_value=np.nan)
    low = -np.inf if predicate.low is None else predicate.low
    high = np.inf if predicate.high is None else predicate.high
    mask: Mask = (number >= low) & (number <= high)
    return mask


def _like(column: pd.Series, patterns: Sequence[str]) -> Mask:
    expression = re.compile("|".join(glob(pattern) for pattern in patterns), re.DOTALL)
    # Patterns are tried on distinct texts: one kind may have thousands of contents.
    texts = [text for text in column.dropna().unique() if expression.fullmatch(text)]
    return column.isin(texts).to_numpy(dtype=bool)


def _one_of(values: pd.DataFrame, wanted: Sequence[str | int | float | bool]) -> Mask:
    texts = [str(item).lower() if isinstance(item, bool) else item for item in wanted if isinstance(item, str | bool)]
    numbers = [float(item) for item in wanted if not isinstance(item, str | bool)]
    mask: Mask = values["value"].isin(texts).to_numpy(dtype=bool)
    return mask | values["number"].isin(numbers).to_numpy(dtype=bool) if numbers else mask
