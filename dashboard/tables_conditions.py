"""Table twins of the searches on the page Why lost, and of what differed between twins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from analysis.losses.near_misses import NearMisses
from analysis.losses.subgroups import Subgroups
from dashboard.losing.conditions import decimals
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.texts.numbers import DASH


def conditions_table(found: Subgroups, names: Sequence[str], say: Speaker) -> Twin:
    """Return every condition that was put to the test; `names` are theirs in words."""
    rows = found.table
    table = Builder(say, "condition.table")
    table.column("name", list(names))
    table.column("status", [say(f"condition.status.{status}") for status in rows["status"]])
    table.column("n", rows["n"], say.count)
    table.column("n_won", rows["n_won"], say.count)
    table.column("n_expected", rows["n_expected"], lambda value: decimals(value, say))
    kind = "beyond" if found.is_wins else "stake"
    table.column(kind, rows["n_at_stake"], lambda value: decimals(value, say))
    table.interval(f"{kind}_interval", rows["at_stake_low"], rows["at_stake_high"], _span(say))
    table.column("later", [say("condition.of", won=say.count(won), n=say.count(n)) for won, n in _pairs(rows)])
    table.column("later_expected", rows["later_expected"], lambda value: decimals(value, say))
    table.column("ratio", rows["ratio"], lambda value: DASH if pd.isna(value) else f"{value:.2f}")
    table.column("chance", rows["chance"], lambda value: f"{value:.3f}")
    return table.twin()


def costs_table(found: NearMisses, names: Sequence[str], say: Speaker) -> Twin:
    """Return what a rule for each condition would have brought and cost."""
    rows = found.rules
    table = Builder(say, "near_misses.table")
    table.column("name", list(names))
    table.column("points", rows["points"], say.signed)
    table.column("n_caught", rows["n_caught"], say.count)
    table.column("n_won", rows["n_won"], say.count)
    table.column("caught_rate", rows["caught_rate"], say.percent)
    table.interval("caught_interval", rows["caught_low"], rows["caught_high"])
    table.column("extra", rows["n_extra_per_win"], lambda value: decimals(value, say))
    table.interval("extra_interval", rows["extra_low"], rows["extra_high"], _span(say))
    table.column("all_rate", rows["all_rate"].where(rows["is_all_enough"].astype(bool)), say.percent)
    table.interval("all_interval", rows["all_low"], rows["all_high"])
    return table.twin()


def returned_table(rows: pd.DataFrame, say: Speaker) -> Twin:
    """Return the leads that came back by themselves."""
    table = Builder(say, "returned.table")
    table.column("lead_id", rows["lead_id"])
    table.column("came_back_at", [say.short_date(moment) for moment in rows["came_back_at"]])
    table.column("kind", [say.word("touches", kind) for kind in rows["kind"]])
    table.column("silence_days", rows["silence_days"], lambda days: say.count(round(days)))
    table.column("state", [say(f"returned.state.{state}") for state in rows["state"]])
    table.column("has_reached", [say(f"returned.reached.{'yes' if each else 'no'}") for each in rows["has_reached"]])
    return table.twin()


def aspects_table(
    aspects: pd.DataFrame,
    headings: Sequence[str],
    name: Callable[[Any], str],
    value: Callable[[Any, Any], str],
    say: Speaker,
) -> Twin:
    """Return what differed, one column per lead.

    Parameters
    ----------
    aspects : DataFrame
        As in `analysis.losses.twins.Twins`.
    headings : sequence of str
        One per lead.
    name, value : callables
        Say a row, and a value of a row.
    say : Speaker
        Gives the words.
    """
    rows = list(aspects.itertuples())
    shown: dict[str, list[Any]] = {say("twins.table.aspect"): [name(row) for row in rows]}
    exported: dict[str, list[Any]] = dict(shown)
    for place, heading in enumerate(headings):
        shown[heading] = [value(row, row.values[place]) for row in rows]
        exported[heading] = [row.values[place] for row in rows]
    return Twin(shown=pd.DataFrame(shown), exported=pd.DataFrame(exported))


def _pairs(rows: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(rows["later_won"], rows["later_n"], strict=True))


def _span(say: Speaker) -> Callable[[float, float], str]:
    def text(low: float, high: float) -> str:
        ends = [say("condition.open_end") if end == float("inf") else decimals(end, say) for end in (low, high)]
        return say("condition.between", low=ends[0], high=ends[1])

    return text
