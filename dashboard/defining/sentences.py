"""What the stress test found, in sentences; the page and the command line say the same."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.definitions import GroupPart
from analysis.definitions.compare import Agreement
from analysis.definitions.edits import Edit
from analysis.definitions.settle import MIN_EACH, Settled, Settlement
from analysis.intervals import newcombe_interval
from dashboard.defining.words import part_text
from dashboard.texts import Speaker


def venn_sentences(cells: pd.DataFrame, name_a: str, name_b: str, say: Speaker) -> list[str]:
    """Say on how many leads two definitions differ, what became of those, and who is nearer to what wins.

    `cells` are as from `analysis.definitions.compare.venn`.
    """
    rows = cells.set_index("cell")
    total, n = int(rows["n_leads"].sum()), int(rows.loc[["only_a", "only_b"], "n_leads"].sum())
    if not n:
        return [say("definitions.differ.agree", total=say.count(total))]
    first = say("definitions.differ.summary", n=say.count(n), total=say.count(total), share=say.percent(n / total))
    only = [_only(rows.loc[cell], name, say) for cell, name in (("only_a", name_a), ("only_b", name_b))]
    return [first, *only, _verdict(rows, name_a, name_b, say)]


def agreement_sentence(held: Agreement, say: Speaker) -> str:
    """Say how well two definitions agree; empty when one of them takes all leads or none."""
    if pd.isna(held.kappa):
        return ""
    return say("definitions.differ.agreement", kappa=kappa_text(held.kappa), interval=kappa_span(held.low, held.high))


def kappa_text(kappa: float) -> str:
    """Return an agreement with two digits."""
    return "–" if pd.isna(kappa) else f"{kappa:.2f}"


def kappa_span(low: float, high: float) -> str:
    """Return the interval of an agreement."""
    return "–" if pd.isna(low) else f"{low:.2f}–{high:.2f}"


def settlement_sentences(found: Settlement, name_a: str, say: Speaker) -> list[str]:
    """Say which change would settle a difference, and which would fit what wins."""
    tried = say.count(found.n_edits)
    if not found.n_disputed:
        return []
    if found.settled is None:
        lines = [say("definitions.settle.none", a=name_a, tried=tried)]
    else:
        lines = [_effect(found.settled, found, name_a, say)]
    if min(found.n_won, found.n_not_won) < MIN_EACH:
        few = {"won": say.count(found.n_won), "lost": say.count(found.n_not_won)}
        return [*lines, say("definitions.settle.separating_few", **few)]
    if found.separating is None:
        return [*lines, say("definitions.settle.separating_none", tried=tried, a=name_a)]
    return [
        *lines,
        say(
            "definitions.settle.separating",
            change=edit_text(found.separating.edit, name_a, say),
            a=name_a,
            before=_of_hundred(found.balance),
            after=_of_hundred(found.separating.balance),
            moved=say.count(found.separating.n_moved),
        ),
    ]


def edit_text(edit: Edit, name: str, say: Speaker) -> str:
    """Say a change of a definition as the beginning of a sentence."""
    old, new = edit.old, edit.new
    if isinstance(old, GroupPart) and isinstance(new, GroupPart):
        return say("definitions.settle.need", a=name, old=old.need, new=new.need, n=len(old.parts))
    values: dict[str, Any] = {"a": name}
    values |= {key: part_text(part, say) for key, part in (("old", old), ("new", new)) if part is not None}
    return say(f"definitions.settle.{edit.kind}", **values)


def _effect(best: Settled, found: Settlement, name_a: str, say: Speaker) -> str:
    return say(
        "definitions.settle.effect" if best.n_disputed else "definitions.settle.effect_all",
        change=edit_text(best.edit, name_a, say),
        gone=say.count(found.n_disputed - best.n_disputed),
        n=say.count(found.n_disputed),
        rest=say.count(best.n_disputed),
        moved=say.count(best.n_moved),
    )


def _only(row: Any, name: str, say: Speaker) -> str:
    """Say how many leads one definition alone means, and what became of them."""
    parts = [say("definitions.differ.only", n=say.count(row["n_leads"]), name=name)]
    if not row["n_leads"]:
        return parts[0]
    if row["is_enough"]:
        parts.append(
            say(
                "definitions.differ.won",
                won=say.count(row["n_won"]),
                mature=say.count(row["n_mature"]),
                rate=say.percent(row["win_rate"]),
                interval=say.interval(row["win_low"], row["win_high"]),
            )
        )
    else:
        parts.append(say("definitions.differ.won_few", mature=say.count(row["n_mature"])))
    if row["is_answered_enough"]:
        answers = {"accepted": say.count(row["n_accepted"]), "answered": say.count(row["n_answered"])}
        parts.append(say("definitions.differ.accepted", **answers, rate=say.percent(row["accepted_rate"])))
    waiting = [kind for kind in ("standing", "immature") if row[f"n_{kind}"]]
    parts += [say(f"definitions.differ.{kind}", n=say.count(row[f"n_{kind}"])) for kind in waiting]
    return ("" if say.language == "ja" else " ").join(parts)


def _verdict(rows: pd.DataFrame, name_a: str, name_b: str, say: Speaker) -> str:
    a, b = rows.loc["only_a"], rows.loc["only_b"]
    if not (a["is_enough"] and b["is_enough"]):
        return say("definitions.differ.undecided")
    low, high = newcombe_interval([a["n_won"]], [a["n_mature"]], [b["n_won"]], [b["n_mature"]])
    if low[0] <= 0 <= high[0]:
        return say("definitions.differ.alike")
    ends = sorted((a["win_rate"], b["win_rate"]))
    return say(
        "definitions.differ.better",
        winner=name_a if low[0] > 0 else name_b,
        high=say.percent(ends[1]),
        low=say.percent(ends[0]),
    )


def _of_hundred(balance: float) -> str:
    return f"{100 * balance:.0f}"
