"""What a rule asks, and how it counts, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analysis.rulesets import (
    AttributePredicate,
    BantPredicate,
    Condition,
    KOfPredicate,
    Limit,
    OptOutPredicate,
    RisingPredicate,
    Rule,
    TouchPredicate,
)
from analysis.rulesets.predicates import Predicate
from dashboard import wording
from dashboard.texts import Speaker

MAX_VALUES = 5
"""More values than these are counted, not named."""


def label(part: object, say: Speaker) -> str:
    """Return the name of a rule, gate, limit or band in the reader's language."""
    kind = "label" if hasattr(part, "label_ja") else "name"
    return str(getattr(part, f"{kind}_{say.language}"))


def action(part: object, say: Speaker) -> str:
    """Return what is done with a band, cell or routing rule, in the reader's language."""
    return str(getattr(part, f"action_{say.language}"))


def department(name: str, say: Speaker) -> str:
    """Return the name of a department; one of your own speaks for itself."""
    return say.word("lead_department", name)


def field_name(field: str, say: Speaker) -> str:
    """Return the name of an attribute; `@bant_needs` is an answer."""
    if field.startswith("@bant_"):
        return say.word("bant_item", field.removeprefix("@bant_"))
    return say.word("lead_field", field) if say.knows(f"lead_field.{field}") else say.word("attribute", field)


def asked(predicate: Predicate, say: Speaker) -> str:
    """Say what a predicate asks of a lead."""
    if isinstance(predicate, TouchPredicate):
        return _touch(predicate, say)
    if isinstance(predicate, AttributePredicate):
        return _attribute(predicate, say)
    if isinstance(predicate, BantPredicate):
        answers = _joined((say.word("bant_answer", answer) for answer in predicate.answers), say)
        return say("phrase.bant", item=say.word("bant_item", predicate.item), answers=answers)
    if isinstance(predicate, OptOutPredicate):
        return say("phrase.opt_out", channel=say.word("phrase.channel_name", predicate.channel))
    if isinstance(predicate, RisingPredicate):
        return say(
            "phrase.rising",
            what=_touch(predicate.touch, say),
            days=predicate.days,
            baseline=predicate.baseline_days,
            times=f"{float(predicate.times):g}",
            n=predicate.at_least,
        )
    if isinstance(predicate, KOfPredicate):
        return _k_of(predicate, say)
    return say("phrase.score", scorer=predicate.scorer)


def condition(given: Condition, say: Speaker) -> str:
    """Say what a condition asks, how often and how recently."""
    text = asked(given.predicate, say)
    if isinstance(given.predicate, TouchPredicate) and given.at_least > 1:
        text = say("phrase.at_least", what=text, n=given.at_least)
    return text if given.within_days is None else say("phrase.within", what=text, days=given.within_days)


def counting(rule: Rule, say: Speaker) -> str:
    """Say how often a rule counts, and which touches are recent enough."""
    if not isinstance(rule.predicate, TouchPredicate):
        return say("phrase.counting.holds")
    if rule.tiers:
        steps = (say("phrase.counting.tier", n=tier.start, points=say.signed(tier.points)) for tier in rule.tiers)
        parts = [say("phrase.counting.tiers") + ": " + say("phrase.list_comma").join(steps)]
    else:
        parts = [say("phrase.counting.once") if rule.cap == 1 else say("phrase.counting.each", cap=rule.cap)]
    if rule.within_days is not None:
        parts.append(say("phrase.counting.within", days=rule.within_days))
    if rule.half_life_days is not None:
        parts.append(say("phrase.counting.half_life", days=rule.half_life_days))
    return say("phrase.list_comma").join(parts)


def limit(given: Limit, say: Speaker) -> str:
    """Say how many points a group or axis gives at least and at most."""
    if given.low is not None and given.high is not None:
        return say("sheet.limit", low=given.low, high=given.high)
    return say("sheet.limit_high", high=given.high) if given.low is None else say("sheet.limit_low", low=given.low)


def deadline(hours: int | None, say: Speaker) -> str:
    """Say within how many hours something is done; empty when nothing was agreed."""
    return "" if hours is None else say("routing.deadline", hours=hours)


def _touch(predicate: TouchPredicate, say: Speaker) -> str:
    kinds = _joined((say.word("touches", kind) for kind in predicate.kinds), say) or say("phrase.any_touch")
    return say(
        "phrase.touch",
        kinds=kinds,
        channel=say("phrase.channel", names=_joined(_named("channel", predicate.channels, say), say))
        if predicate.channels
        else "",
        content=say("phrase.content", names=_joined(_named("content", predicate.contents, say), say))
        if predicate.contents
        else "",
        direction=say(f"phrase.{predicate.direction}") if predicate.direction else "",
    )


def _attribute(predicate: AttributePredicate, say: Speaker) -> str:
    field = field_name(predicate.field, say)
    if predicate.is_unknown:
        return say("phrase.is_unknown", field=field)
    if predicate.patterns:
        return say("phrase.like", field=field, values=_joined(predicate.patterns, say, _quoted))
    if predicate.values:
        key = "phrase.none_of" if predicate.is_excluded else "phrase.one_of"
        return say(key, field=field, values=_joined((_value(v, predicate.field, say) for v in predicate.values), say))
    low, high = (_number(end, predicate.field, say) for end in (predicate.low, predicate.high))
    if predicate.high is None:
        return say("phrase.from", field=field, low=low)
    return say("phrase.to", field=field, high=high) if predicate.low is None else say(
        "phrase.between", field=field, low=low, high=high
    )  # fmt: skip


def _number(value: float | None, field: str, say: Speaker) -> str:
    if value is None:
        return ""
    if field == "capital_yen":
        return say.money(value).replace(".0", "")
    return say.count(value) if float(value).is_integer() else f"{value:g}"


def _value(value: str | float | bool, field: str, say: Speaker) -> str:
    if isinstance(value, bool) or value in ("true", "false"):
        return say("phrase.yes") if str(value).lower() == "true" else say("phrase.no")
    if not isinstance(value, str):
        return _number(value, field, say)
    if field == "source":
        return say.source(value)
    word = wording.value(field, value, say)
    return _quoted(value, say) if word == value else word


def _named(field: str, codes: Iterable[str], say: Speaker) -> list[str]:
    return [wording.value(field, code, say) for code in codes]


def _quoted(text: str, say: Speaker) -> str:
    return say("phrase.quoted", text=text)


def _k_of(predicate: KOfPredicate, say: Speaker) -> str:
    texts = [condition(each, say) for each in predicate.conditions]
    if predicate.need == len(texts):
        return say("phrase.all_of", conditions=say("phrase.and").join(texts))
    conditions = "; ".join(texts) if say.language == "en" else say("format.separator").join(texts)
    key = "phrase.any_of" if predicate.need == 1 else "phrase.k_of"
    return say(key, **({} if predicate.need == 1 else {"need": predicate.need}), conditions=conditions)


def _joined(texts: Iterable[str], say: Speaker, written: Callable[[str, Speaker], str] | None = None) -> str:
    """Join alternatives with "or"; what is too long to read is counted."""
    found = [text if written is None else written(text, say) for text in texts]
    if len(found) > MAX_VALUES:
        found = [*found[: MAX_VALUES - 1], say("phrase.more", n=len(found) - MAX_VALUES + 1)]
    if len(found) < 2:
        return "".join(found)
    return say("phrase.list_comma").join(found[:-1]) + say("phrase.or") + found[-1]
