"""What is known about files under import, in words."""

from __future__ import annotations

import pandas as pd

from dashboard.importing.drafts import is_used
from dashboard.importing.peek import Peek
from dashboard.importing.ways import Way
from dashboard.notices import plain
from dashboard.texts import Speaker
from data.contract import TABLES
from data.presets import ColumnSuggestion, Preset, PresetFile, Recognition
from data.presets.catalogue import NOT_IN_CONTRACT

_N_NAMED = 4
"""Columns named as the reason for a recognition."""


def encoding(one: Peek, say: Speaker) -> str:
    """Say in which encoding a file is, why, and how many columns it has."""
    n_columns = say.count(len([name for name in one.header.columns if name]))
    if one.encoding is None:
        return say("import.columns", n=n_columns)
    name = one.encoding if say.knows(f"encoding.{one.encoding}") else "other"
    text = say(f"encoding.{name}", name=one.encoding)
    doubt = say("import.encoding_doubt", name=plain(one.doubt)) if one.doubt else ""
    return say("format.sentences", first=f"{say('import.columns', n=n_columns)} {text}", second=doubt)


def way(way: Way, say: Speaker) -> str:
    """Return the name of a way to read the files."""
    if way.recognised is not None:
        return say("way.preset", name=plain(label(way.recognised.preset, say)))
    return say(f"way.{way.kind}", name=plain(way.name))


def reason(way: Way, say: Speaker) -> str:
    """Say why the files are taken for what they are."""
    if way.recognised is None:
        return say(f"reason.{way.kind}", name=plain(way.name))
    lines = []
    for candidate in way.recognised.candidates:
        named = say("format.comma").join(plain(name) for name in candidate.matched[:_N_NAMED])
        lines.append(
            say(
                "reason.preset",
                file=plain(candidate.header.name),
                system=plain(label(way.recognised.preset, say)),
                label=plain(label(candidate.file, say)),
                columns=named,
                n=len(candidate.matched),
                confidence=say.percent(candidate.confidence, 0),
            )
        )
    return "  \n".join(lines)


def unrecognised(recognition: Recognition, say: Speaker) -> str:
    """Say why no known system was recognised."""
    lines = []
    for found in recognition.unrecognised:
        first = found.nearest[0] if found.nearest else None
        lines.append(
            say(
                f"unrecognised.{found.reason}",
                file=plain(found.header.name),
                nearest=plain(label(first.preset, say)) if first else "",
                other=plain(label(found.nearest[-1].preset, say)) if first else "",
                missing=plain(say("format.comma").join(first.missing)) if first else "",
            )
        )
    return "  \n".join(lines)


def label(thing: Preset | PresetFile, say: Speaker) -> str:
    """Return the name of a preset or one of its files."""
    return thing.label_ja if say.language == "ja" else thing.label_en


def why(suggestion: ColumnSuggestion, say: Speaker) -> str:
    """Say why a column is taken for what it is."""
    if suggestion.taken is None:
        return say("why.doubt") if suggestion.note and len(suggestion.suggestions) > 1 else ""
    score = suggestion.taken.score
    key = "why.same" if score == 100 else "why.like"
    return say(key, word=suggestion.taken.word, score=round(score))


def target(code: str, say: Speaker) -> str:
    """Return what a column may become."""
    return say.word("target", code) if is_used(code) else say("target_none")


def unused_reason(reason: str, say: Speaker) -> str:
    """Return why a column is left alone; presets write it in both languages with a stroke between."""
    if reason == NOT_IN_CONTRACT:
        return say("import.not_in_contract")
    ja, stroke, en = reason.partition(" / ")
    return (ja if say.language == "ja" else en) if stroke else reason


def failure(row: pd.Series, say: Speaker) -> tuple[str, str]:
    """Return what is wrong with a row and what to do, in the reader's language.

    Parameters
    ----------
    row : Series
        A row of `ImportReport.failures`.
    """
    key = f"failure.{_failure_code(row)}"
    if not say.knows(f"{key}.problem"):
        return str(row["problem"]), str(row["fix"])
    target = row["target"] if isinstance(row["target"], str) else ""
    values = {"expected": row["expected"] or "", "target": _target_in_words(target, say)}
    return say(f"{key}.problem", **values), say(f"{key}.fix", **values)


def _failure_code(row: pd.Series) -> str:
    """Return the code of a failure; of what cannot be read, with the kind of value that was wanted."""
    table, _, column = str(row["target"] or "").partition(".")
    if row["code"] != "unparsable" or table not in TABLES:
        return str(row["code"])
    return f"unparsable_{TABLES[table].column(column).kind.name.lower()}"


def _target_in_words(target: str, say: Speaker) -> str:
    table, _, column = target.partition(".")
    return say("import.place", table=say.word("tables", table), column=say.word("column", column))
