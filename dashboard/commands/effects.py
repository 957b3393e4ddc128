"""What a change of points would bring, as commands print it."""

from __future__ import annotations

from typing import Any

from analysis.swap_effect import SwapEffect


def effect_lines(found: SwapEffect) -> list[str]:
    """Say how many wins a change would bring, and how much of that nobody knows."""
    if not found.is_enough:
        return ["Effect on wins: too few wins or losses to say."]
    lines = [
        (
            f"Wins per quarter: {found.wins:+,.1f} ({found.wins_from:+,.1f} to {found.wins_to:+,.1f}); "
            f"worst case {found.wins_worst:+,.1f}, best case {found.wins_best:+,.1f}; handoffs {found.handoffs:+,.0f}."
        )
    ]
    if found.n_in:
        lines.append(f"Of {found.n_in:,} leads that come in, {found.n_untried:,} were never worked.")
    return lines


def effect_facts(found: SwapEffect) -> dict[str, Any]:
    """Return the numbers of a change for programs; unknown ones while there is too little to say."""
    names = ("wins", "wins_from", "wins_to", "wins_worst", "wins_best")
    numbers = {f"{name}_per_quarter": getattr(found, name) if found.is_enough else None for name in names}
    return {
        **numbers,
        "handoffs_per_quarter": found.handoffs,
        "n_in": found.n_in,
        "n_untried": found.n_untried,
        "is_enough": found.is_enough,
    }
