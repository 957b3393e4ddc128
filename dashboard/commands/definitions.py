"""`leadcal definitions`: do marketing and sales mean the same?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import pandas as pd

from analysis.definitions import FILE_NAME, Definition, load_definitions, preset_definitions
from analysis.definitions.compare import agreement, matrix, venn
from analysis.definitions.parts import resolved
from analysis.definitions.replayed import replayed
from analysis.definitions.settle import settlement, tried
from analysis.rulesets import Ruleset, find_ruleset
from analysis.rulesets.fields import suggestion
from analysis.selection import Selection
from dashboard.commands import language
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from dashboard.defining.sentences import agreement_sentence, settlement_sentences, venn_sentences
from dashboard.defining.words import definition_name, definition_text, part_text
from dashboard.texts import Speaker
from data.errors import InputError
from data.store import Reader, open_reader
from data.workspace import Workspace

PARTS: Final = ("differ", "words", "together")

_USUAL: Final = (("mql.marketing", "mql_owned"), ("mql.sales", "mql_interest"))


@click.command(name="definitions")
@click.option("--part", type=click.Choice(PARTS), default="differ", show_default=True, help="What to look at.")
@click.option("--first", help="Code of a definition, such as mql.marketing or mql_bant [default: marketing's MQL].")
@click.option("--second", help="Code of the definition to hold it against [default: sales' MQL].")
@click.option("--ruleset", "reference", default="today", show_default=True, help="Whose points make the score.")
@selection_options
@format_option
@click.pass_obj
def definitions_command(
    workspace: Workspace,
    part: str,
    first: str | None,
    second: str | None,
    reference: str,
    output_format: str,
    **options: Any,
) -> None:
    """Hold two definitions of a term against each other: on which leads they differ, and what would settle it.

    \b
    leadcal definitions --part words                    what there is, with its codes
    leadcal definitions --first mql.marketing --second mql.sales
    leadcal definitions --part together --format csv    every pair
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset, say = find_ruleset(workspace, reference), language.say()
    known = _known(workspace, chosen)
    if part == "words":
        result = _words(known, say)
    elif part == "together":
        result = _together(reader, ruleset, chosen, known, say)
    else:
        pair = tuple(_code(each, usual, known) for each, usual in zip((first, second), _USUAL, strict=True))
        result = _differ(reader, ruleset, chosen, known, (pair[0], pair[1]), say)
    facts = {
        "snapshot": reader.snapshot,
        "as_of": chosen.as_of,
        "horizon_days": chosen.horizon_days,
        "ruleset": {"id": ruleset.id, "version": ruleset.version},
        "part": part,
    }
    print_result(output_format, **{**result, "facts": {**facts, **result["facts"]}})


def _known(workspace: Workspace, chosen: Selection) -> dict[str, Definition]:
    today = max(datetime.now(UTC).date(), chosen.as_of.date())
    own = load_definitions(Path(workspace.root) / FILE_NAME).current(today)
    return {each.code: each for each in (*own, *preset_definitions())}


def _code(given: str | None, usual: tuple[str, ...], known: dict[str, Definition]) -> str:
    code = given or next(each for each in usual if each in known and known[each].part is not None)
    if code not in known:
        raise InputError(f'there is no definition "{code}"; {suggestion(code, known)}')
    if known[code].part is None:
        raise InputError(f'the definition "{code}" has no condition yet, so no lead can be looked up; add one')
    return code


def _words(known: dict[str, Definition], say: Speaker) -> dict[str, Any]:
    rows = [
        (
            code,
            each.valid_from,
            definition_text(each, say),
            "" if each.part is None else part_text(each.part, say),
            ", ".join(each.agreed_by),
        )
        for code, each in known.items()
    ]
    table = pd.DataFrame(rows, columns=["code", "valid_from", "text", "condition", "agreed_by"])
    return _result([say("definitions.heading")], {"definitions": table}, "definitions")


def _together(
    reader: Reader, ruleset: Ruleset, chosen: Selection, known: dict[str, Definition], say: Speaker
) -> dict[str, Any]:
    parts = {code: resolved(each.part, ruleset) for code, each in known.items() if each.part is not None}
    pairs = matrix(replayed(reader, ruleset, chosen, list(parts.values())), list(parts.items()))
    pairs = pairs.rename(columns={"kappa_low": "kappa_from", "kappa_high": "kappa_to"})
    return _result([say("definitions.together.caption")], {"pairs": pairs}, "pairs")


def _differ(
    reader: Reader,
    ruleset: Ruleset,
    chosen: Selection,
    known: dict[str, Definition],
    pair: tuple[str, str],
    say: Speaker,
) -> dict[str, Any]:
    a, b = (resolved(known[code].part, ruleset) for code in pair)  # type: ignore[arg-type]
    names = [definition_name(known[code], say) for code in pair]
    found = replayed(reader, ruleset, chosen, [a, b])
    cells = venn(found, a, b)
    held = agreement(found, a, b)
    lines = [*venn_sentences(cells, names[0], names[1], say), agreement_sentence(held, say)]
    settled = []
    for first, second, name in ((a, b, names[0]), (b, a, names[1])):
        looked, options = tried(reader, ruleset, chosen, first, second)
        settled += settlement_sentences(settlement(looked, first, second, options), name, say)
    facts = {"first": pair[0], "second": pair[1], "kappa": held.kappa, "kappa_low": held.low, "kappa_high": held.high}
    result = _result(
        [*filter(None, lines), *settled], {"cells": cells.drop(columns=["is_answered_enough", "is_enough"])}, "cells"
    )
    return {**result, "facts": {**facts, "sentences": [*lines, *settled]}}


def _result(headline: list[str], tables: dict[str, pd.DataFrame], main_table: str) -> dict[str, Any]:
    return {"headline": headline, "facts": {}, "tables": tables, "main_table": main_table}
