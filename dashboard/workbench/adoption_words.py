"""What other points would have changed in the past, as sentences."""

from __future__ import annotations

from analysis.adoption import Adoption
from analysis.intervals import MIN_N
from dashboard.texts import Speaker


def sentences(found: Adoption, threshold: int, say: Speaker) -> list[str]:
    """Say who would have been handed over and held back, what is known of them, and what is not."""
    before, after = found.n_above(is_mine=False), found.n_above(is_mine=True)
    volume = say(
        "adoption.volume",
        since=say.date(found.since),
        until=say.date(found.until),
        threshold=threshold,
        before=say.count(before),
        after=say.count(after),
        before_monthly=say.count(round(before / found.n_months)),
        after_monthly=say.count(round(after / found.n_months)),
    )
    return [volume, _come_in(found, say), _held_back(found, say)]


def _come_in(found: Adoption, say: Speaker) -> str:
    n, n_unknown = found.count("in", "n_leads"), found.count("in", "n_unknown")
    if not n:
        return say("adoption.in_nobody")
    parts = [say("adoption.in", n=say.count(n)), _known(found, "in", say)]
    if n_unknown:
        parts.append(say("adoption.in_unknown", n=say.count(n_unknown)))
    return _sentence(parts, say)


def _held_back(found: Adoption, say: Speaker) -> str:
    n = found.count("out", "n_leads")
    if not n:
        return say("adoption.out_nobody")
    parts = [say("adoption.out", n=say.count(n)), _known(found, "out", say)]
    if n_won := found.count("out", "n_won"):
        parts.append(say("adoption.out_won", n=say.count(n_won)))
    if n_unknown := found.count("out", "n_unknown"):
        parts.append(say("adoption.out_unknown", n=say.count(n_unknown)))
    return _sentence(parts, say)


def _known(found: Adoption, move: str, say: Speaker) -> str:
    row = found.moves.set_index("move").loc[move]
    n, n_young = int(row["n_mature"]), int(row["n_immature"])
    key = "adoption.known" if n >= MIN_N else "adoption.known_few"
    known = say(
        key,
        n=say.count(n),
        won=say.count(row["n_won"]),
        rate=say.percent(row["win_rate"]),
        low_high=say.interval(row["win_low"], row["win_high"]),
    )
    return _sentence([known, say("adoption.young", n=say.count(n_young))], say) if n_young else known


def _sentence(parts: list[str], say: Speaker) -> str:
    text = parts[0]
    for part in parts[1:]:
        text = say("format.sentences", first=text, second=part) if part else text
    return text
