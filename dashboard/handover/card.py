"""The one-page card: all that two departments agreed on, to print on A4 and pin to a wall.

The page is complete in itself: it asks nothing of the network, and its own policy
forbids it to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from string import Template

from analysis.rulesets import Band, Gate, Limit, Rule, Ruleset
from analysis.rulesets.rules import AXES
from dashboard.handover.phrases import action, asked, condition, counting, department, label, limit
from dashboard.texts import Speaker

_MANY_RULES = 12
"""More rules than these are set closer, so that they still fit on one page."""


def card(ruleset: Ruleset, say: Speaker) -> str:
    """Write a ruleset as one page of HTML.

    Parameters
    ----------
    ruleset : Ruleset
        Released or draft; the card says which.
    say : Speaker
        Language of the card.
    """
    page = Template(files("dashboard.handover").joinpath("card.html").read_text(encoding="utf-8"))
    sections = [_axis(ruleset, axis, say) for axis in AXES]
    sections += [_bands(ruleset, say), _grid(ruleset, say), _gates(ruleset.gates, say)]
    return page.substitute(
        lang=say.language,
        density="dense" if len(ruleset.rules) > _MANY_RULES else "",
        title=escape(say("card.title", label=label(ruleset, say))),
        meta=_meta(ruleset, say),
        threshold_name=escape(say("card.threshold")),
        threshold=escape(say("card.threshold_points", points=ruleset.threshold)),
        body="\n".join(filter(None, sections)),
        footer=_footer(ruleset, say),
    )


def _meta(ruleset: Ruleset, say: Speaker) -> str:
    state = say("card.released") if ruleset.is_released else say("card.draft")
    mark = f"<b>{escape(state)}</b>" if ruleset.is_released else f'<b class="draft">{escape(state)}</b>'
    day = ruleset.valid_from
    valid = say("card.open") if day is None else say("card.valid_from", date=say.date(day))
    parts = [
        f"<b>{escape(say('card.version', version=ruleset.version))}</b>",
        mark,
        escape(valid),
        escape(say("card.outcome", stage=say.word("stages", ruleset.outcome))),
        escape(f"{ruleset.id}@{ruleset.version}"),
    ]
    return " · ".join(parts)


def _footer(ruleset: Ruleset, say: Speaker) -> str:
    return escape(say("card.hash", hash=ruleset.content_hash))


def _axis(ruleset: Ruleset, axis: str, say: Speaker) -> str:
    rules = [rule for rule in ruleset.rules if rule.axis == axis]
    if not rules:
        return ""
    rows = [
        [_named(label(rule, say), _explained(rule, say)), escape(counting(rule, say)), _points(rule, say)]
        for rule in rules
    ]
    heads = [say("card.rule"), say("card.counts"), say("card.points")]
    notes = [
        say("card.group", label=label(group, say), limit=limit(group, say))
        for group in ruleset.groups
        if any(rule.group == group.id for rule in rules)
    ]
    notes += [say("card.at_most", limit=limit(each, say)) for each in _limits(ruleset.axis_limits, axis)]
    table = _table(heads, rows, ("54%", "32%", "14%"), last_is_number=True)
    return f"<h2>{escape(say(f'card.{axis}'))}</h2>\n{table}" + "".join(
        f'\n<p class="note">{escape(note)}</p>' for note in notes
    )


def _limits(limits: Iterable[Limit], axis: str) -> list[Limit]:
    return [each for each in limits if each.id == axis]


def _explained(rule: Rule, say: Speaker) -> str:
    text = asked(rule.predicate, say)
    return f"{text} · {say('card.locked')}" if rule.is_locked else text


def _points(rule: Rule, say: Speaker) -> str:
    text = escape("/".join(say.signed(each) for each in [tier.points for tier in rule.tiers] or [rule.points]))
    return f'<span class="minus">{text}</span>' if rule.points < 0 else text


def _bands(ruleset: Ruleset, say: Speaker) -> str:
    rows = []
    for place in reversed(range(len(ruleset.bands))):
        band = ruleset.bands[place]
        rows.append(
            [f"<b>{escape(label(band, say))}</b>", escape(_range(ruleset.bands, place, say)), *_acted(band, say)]
        )
    return f"<h2>{escape(say('card.bands'))}</h2>\n" + _table(
        [say(f"card.{name}") for name in ("band", "score", "owner", "action", "deadline")],
        rows,
        ("15%", "16%", "20%", "34%", "15%"),
    )


def _range(bands: Sequence[Band], place: int, say: Speaker) -> str:
    if len(bands) == 1:
        return say("card.everyone")
    if place == 0:
        return say("card.below", high=bands[1].threshold)
    if place == len(bands) - 1:
        return say("card.from", low=bands[place].threshold)
    return say("card.range", low=bands[place].threshold, high=bands[place + 1].threshold - 1)


def _acted(part: object, say: Speaker) -> list[str]:
    hours = getattr(part, "deadline_hours", None)
    within = "–" if hours is None else say("card.hours", hours=hours)
    return [escape(text) for text in (department(part.owner, say), action(part, say), within)]  # type: ignore[attr-defined]


def _grid(ruleset: Ruleset, say: Speaker) -> str:
    if ruleset.grid is None:
        return ""
    rows = [
        [f"<b>{escape(label(cell, say))}</b>", escape(say("format.separator").join(cell.grades)), *_acted(cell, say)]
        for cell in ruleset.grid.cells
    ]
    return f"<h2>{escape(say('card.grid'))}</h2>\n" + _table(
        [say(f"card.{name}") for name in ("band", "grade", "owner", "action", "deadline")],
        rows,
        ("15%", "16%", "20%", "34%", "15%"),
    )


def _gates(gates: Sequence[Gate], say: Speaker) -> str:
    if not gates:
        return ""
    items = "".join(f"<li>{_named(label(gate, say), condition(gate.condition, say), '–')}</li>" for gate in gates)
    return f"<h2>{escape(say('card.gates'))}</h2>\n<ul>{items}</ul>"


def _named(name: str, about: str, dash: str = "") -> str:
    if about == name:
        return escape(name)
    return f"{escape(name)} {dash} {escape(about)}" if dash else f"{escape(name)}<small>{escape(about)}</small>"


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[str], last_is_number: bool = False
) -> str:
    """Lay out a table; the cells are HTML already, the heads are not."""

    def kind(place: int) -> str:
        return ' class="number"' if last_is_number and place == len(heads) - 1 else ""

    columns = "".join(f'<col style="width:{width}">' for width in widths)
    head = "".join(f"<th{kind(place)}>{escape(text)}</th>" for place, text in enumerate(heads))
    body = "\n".join(
        "<tr>" + "".join(f"<td{kind(place)}>{cell}</td>" for place, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
