"""Reading the examples that a version must get right, with the leads they describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from analysis.rulesets.definitions import ATTRIBUTES
from analysis.rulesets.fields import Fields
from analysis.rulesets.model import ScoreTest
from analysis.rulesets.parse_rules import named

_EXPECTED: Final = ("score", "band", "grade", "is_gated")


def read_test(fields: Fields, line: int) -> ScoreTest:
    """Read one `[[test]]`: two leads in order, or one lead and what it must get."""
    identifier, label_ja, label_en = named(fields, "test")
    is_pair = "higher" in fields or "lower" in fields
    if is_pair == ("lead" in fields):
        fields.source.fail(
            fields.path, f"{fields.title} needs either higher and lower, or lead; describe them below it"
        )
    leads: dict[str, Any] = {key: _lead(fields, key) for key in (("higher", "lower") if is_pair else ("lead",))}
    expected = {key: fields.get(key) for key in _EXPECTED}
    given = [key for key in _EXPECTED if key in fields]
    if is_pair and given:
        fields.fail(given[0], f"{given[0]} is for one lead; remove it, or describe a lead instead of higher and lower")
    if not is_pair and not given:
        fields.source.fail(fields.path, f"{fields.title} expects nothing; add score, band, grade or is_gated")
    for key in ("higher", "lower", "lead"):
        fields.value(key)
    return ScoreTest(id=identifier, label_ja=label_ja, label_en=label_en, line=line, **leads, **expected)


def _lead(fields: Fields, key: str) -> Mapping[str, Any]:
    data = fields.required(key, "{ employees = 1200 }")
    inner = Fields(fields.source, (*fields.path, key), data, f"{key} of {fields.title}", "lead")
    lead = {name: inner.get(name) for name in ATTRIBUTES if name in inner}
    lead["fact"] = _facts(inner)
    lead["bant"] = _answers(inner)
    lead["opt_out"] = inner.get("opt_out", ())
    lead["touches"] = [_touch(inner, number, item) for number, item in enumerate(inner.tables("touches"))]
    inner.finish()
    return lead


def _facts(lead: Fields) -> dict[str, Any]:
    data = lead.value("fact")
    if data is None:
        return {}
    if not isinstance(data, dict):
        lead.fail("fact", 'fact must be a table; write for example fact = { revenue_class = "A" }')
    return dict(data)


def _answers(lead: Fields) -> dict[str, str]:
    data = lead.value("bant")
    if data is None:
        return {}
    inner = Fields(lead.source, (*lead.path, "bant"), data, f"bant of {lead.title}", "answers")
    answers = {key.name: inner.get(key.name) for key in inner.shape.keys}
    inner.finish()
    return {item: answer for item, answer in answers.items() if answer is not None}


def _touch(lead: Fields, number: int, data: Any) -> dict[str, Any]:
    fields = Fields(
        lead.source, (*lead.path, "touches", number), data, f"touch {number + 1} of {lead.title}", "lead_touch"
    )
    touch = {key.name: fields.get(key.name) for key in fields.shape.keys}
    fields.finish()
    return touch
