"""What thresholds and changes are worth, as sentences for a meeting."""

from __future__ import annotations

from analysis.staircase import Staircase
from analysis.swap_effect import SwapEffect
from analysis.value import ThresholdValue
from dashboard.figures.value import axis_labels
from dashboard.tables_value import money_range, wins
from dashboard.texts import Speaker


def best(found: ThresholdValue, say: Speaker) -> str:
    """Say which threshold brings most."""
    if found.best == len(found.curve) - 1:
        return say("value.none_pays")
    row = found.row(found.best)
    return say(
        "value.best",
        threshold=int(row["threshold"]),
        value=say.money(row["value"]),
        between=money_range(row["value_from"], row["value_to"], say),
    )


def against_today(found: ThresholdValue, say: Speaker) -> str:
    """Say whether today's threshold is as good."""
    low, high = found.flat
    today = int(found.row(found.today)["threshold"])
    if found.today == found.best:
        return say("value.today_best", today=today)
    if low <= today <= high:
        return say("value.today_as_good", today=today, low=low, high=high)
    return say(
        "value.today_worse",
        today=today,
        gain=say.money(found.gain),
        between=money_range(found.gain_from, found.gain_to, say),
    )


def flat(found: ThresholdValue, say: Speaker) -> str:
    """Say how far the threshold may move without a difference beyond chance."""
    low, high = found.flat
    return say("value.flat_one") if low == high else say("value.flat", low=low, high=high)


def capacity(found: ThresholdValue, say: Speaker) -> str:
    """Say which threshold sales can just keep up with."""
    said = say(f"value.capacity_{'given' if found.terms.is_capacity_given else 'measured'}")
    if found.filling == len(found.curve) - 1:
        return say("value.never_enough", capacity=say.count(found.terms.capacity), said=said)
    row = found.row(found.filling)
    return say(
        "value.filling",
        capacity=say.count(found.terms.capacity),
        said=said,
        threshold=int(row["threshold"]),
        n=say.count(row["n_leads"]),
    )


def unknown(found: ThresholdValue, say: Speaker) -> str:
    """Say how much of the best threshold's value rests on leads nobody tried."""
    row = found.row(found.best)
    n = row["n_mature"] + row["n_immature"] + row["n_unknown"]
    return say(
        "value.unknown",
        n=say.count(row["n_unknown"]),
        total=say.count(n),
        worst=say.money(row["value_worst"]),
        best=say.money(row["value_best"]),
    )


def terms(found: ThresholdValue, say: Speaker) -> str:
    """Say what a win and a handoff were reckoned at."""
    return say("value.terms", margin=say.money(found.terms.margin), cost=say.money(found.terms.cost))


def curve(found: ThresholdValue, say: Speaker) -> str:
    """Describe the picture of the curve to those who cannot see it."""
    lines = (best(found, say), flat(found, say), capacity(found, say))
    return say("value.alt", text=" ".join(lines))


def stairs(found: Staircase, say: Speaker) -> list[str]:
    """Say what the staircase hands over, grade by grade."""
    labels = axis_labels(found.cells, say)
    names = {axis: [label.replace("<br>", " ") for label in labels[axis]] for axis in labels}
    lines = []
    for fit in range(len(found.cuts) - 1, -1, -1):
        cut = found.cuts[fit]
        key = "nobody" if cut == len(names["engagement"]) else "everybody" if cut == 0 else "from"
        start = names["engagement"][min(cut, len(names["engagement"]) - 1)]
        lines.append(say(f"value.stairs.{key}", fit=names["fit"][fit], engagement=start))
    return lines


def stairs_gain(found: Staircase, say: Speaker) -> str:
    """Say whether the staircase is worth more than today's threshold."""
    values = {
        "n": say.count(found.n_leads),
        "n_today": say.count(found.n_leads_today),
        "between": money_range(found.gain_from, found.gain_to, say),
    }
    kind = "better" if found.gain_from > 0 else "worse" if found.gain_to < 0 else "alike"
    return say(f"value.stairs.{kind}", **values)


def effect(found: SwapEffect, say: Speaker) -> list[str]:
    """Say what a change would bring, and how much of that nobody knows."""
    if not found.is_enough:
        return [say("value.effect_few")]
    values = {"low": _signed(found.wins_from), "high": _signed(found.wins_to), "wins": _signed(found.wins)}
    kind = "fewer" if found.handoffs < 0 else "more"
    lines = [say("value.effect", **values), say(f"value.effect_{kind}", n=say.count(abs(found.handoffs)))]
    if found.n_in:
        lines.append(say("value.effect_untried", n=say.count(found.n_untried), n_in=say.count(found.n_in)))
    lines.append(say("value.effect_bounds", worst=_signed(found.wins_worst), best=_signed(found.wins_best)))
    return lines


def _signed(n: float) -> str:
    return f"{'+' if n >= 0 else '-'}{wins(abs(n))}"
