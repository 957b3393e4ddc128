"""Salespeople go by a number until somebody asks for their names; a person has one number on all pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from analysis.matching import read_attribute_values
from data.engine import Engine

OWNER: Final = "owner"
"""The attribute of a lead that names a person."""


def numbers(engine: Engine) -> dict[str, int]:
    """Number the people who own leads, in the order of their names."""
    names = read_attribute_values(engine, [OWNER])["value"].dropna().unique()
    return {name: number for number, name in enumerate(sorted(names), start=1)}


def hidden(dimension: str, group: str, known: Mapping[str, int]) -> str:
    """Return `#` and the number of a person; any other group as it is. `wording.group_name` makes words of both."""
    return f"#{known[group]}" if dimension == OWNER and group in known else group


def for_files(table: pd.DataFrame, column: str, engine: Engine) -> pd.DataFrame:
    """Return a table with "person 3" instead of the names in `column`."""
    known = numbers(engine)
    return table.assign(**{column: [f"person {known[name]}" if name in known else name for name in table[column]]})
