"""The SQL statements of `analysis`, kept as files so that they can be read, shown and linted."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from textwrap import indent

_PART = re.compile(r"^( *)\{(\w+)\}$", re.MULTILINE)


@cache
def sql_text(name: str) -> str:
    """Return the text of the statement in `analysis/sql/<name>.sql`.

    A line that holds nothing but `{other}` stands for the statement in
    `other.sql`, without its introduction: so a count and the list of those who
    were counted share one definition. A name without a file is left as it is,
    for who asks to fill in.

    Parameters
    ----------
    name : str
        File name without its ending.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    text = files("analysis").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return _PART.sub(lambda found: _part(found.group(2), found.group(1)) or found.group(), text)


def _part(name: str, margin: str) -> str:
    """Return a statement as a part of another one; empty when there is no such file."""
    if not files("analysis").joinpath("sql", f"{name}.sql").is_file():
        return ""
    return indent(re.sub(r"\A(--.*\n)+", "", sql_text(name)).rstrip("\n"), margin)
