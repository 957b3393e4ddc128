"""From the text of a ruleset to a `Ruleset`, or one line that says what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from analysis.rulesets.fields import Fields, RulesetError, Source, show
from analysis.rulesets.files import parsed
from analysis.rulesets.model import Ruleset
from analysis.rulesets.parse_bands import read_axis_limits, read_bands, read_grid, read_group
from analysis.rulesets.parse_rules import read_gate, read_rule
from analysis.rulesets.parse_tests import read_test
from analysis.rulesets.predicates import OutsideScore
from analysis.rulesets.rules import Band, Limit, Rule


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def line(self) -> int: ...


_Item = TypeVar("_Item", bound=_Named)


def parse_ruleset(text: str, name: str = "ruleset", *, is_released: bool = False) -> Ruleset:
    """Read a ruleset.

    Parameters
    ----------
    text : str
        TOML, as described in `docs/rulesets.md`.
    name : str
        File name for errors.
    is_released : bool
        Whether the text is known to be what was released.

    Raises
    ------
    RulesetError
        If the text is no TOML, has unknown or missing keys or wrong values, or
        a rule, band or threshold that can never be reached.
    """
    source = parsed(text, name, RulesetError, "see docs/rulesets.md")
    kind = "score" if source.data.get("kind") == "score" else "points"
    top = Fields(source, (), source.data, "the ruleset", kind)
    top.get("kind")
    label_ja, label_en = top.both_languages("label", default=str(source.data.get("id", "")))
    scored = _outside(top) if kind == "score" else _rules(top)
    ruleset = Ruleset(
        id=top.get("id"),
        version=top.get("version"),
        label_ja=label_ja,
        label_en=label_en,
        valid_from=top.get("valid_from"),
        outcome=top.get("outcome", "won"),
        threshold=0,
        gates=_read_all(top, "gate", read_gate),
        bands=(),
        is_released=is_released,
        content_hash=hash_text(text),
        path=name,
        **scored,
    )
    bands = read_bands(top, ruleset.min_score)
    bands = bands if kind == "points" else _with_unscored(source, bands, ruleset)
    ruleset = replace(ruleset, bands=bands, threshold=_threshold(top, bands))
    top.finish()
    _check_reach(source, ruleset)
    return ruleset


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text, the same whatever its line ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def _rules(top: Fields) -> dict[str, Any]:
    groups = _read_all(top, "group", read_group)
    by_id = {group.id: group for group in groups}
    rules = _read_all(top, "rule", lambda fields, line: read_rule(fields, line, by_id))
    _check_groups(top.source, groups, rules)
    return {
        "rules": rules,
        "groups": groups,
        "axis_limits": read_axis_limits(top),
        "grid": read_grid(top),
        "tests": _read_all(top, "test", read_test),
    }


def _check_groups(source: Source, groups: Sequence[Limit], rules: Sequence[Rule]) -> None:
    for number, group in enumerate(groups):
        axes = {rule.axis for rule in rules if rule.group == group.id}
        if not axes:
            source.fail(
                ("group", number), f'no rule belongs to group {group.id}; add group = "{group.id}" to its rules'
            )
        if len(axes) > 1:
            source.fail(("group", number), f"the rules of group {group.id} lie on two axes; make a group for each axis")


def _outside(top: Fields) -> dict[str, Any]:
    """Read where the score of another tool lies; it becomes the only rule."""
    low, high = top.get("low"), top.get("high")
    if low >= high:
        top.fail("low", f"low = {low} must be below high = {high}; swap them")
    axes = top.get("axis", "total") or ("total",)
    axes = (axes,) if isinstance(axes, str) else axes
    if len(set(axes)) < len(axes):
        top.fail("axis", f"axis = {show(list(axes))} names an axis twice; name each once")
    predicate = OutsideScore(scorer=top.get("scorer"), axes=axes, scale=top.get("scale", 1), low=low, high=high)
    rule = Rule(
        id="score",
        label_ja=f"{predicate.scorer}のスコア",
        label_en=f"Score by {predicate.scorer}",
        axis="fit" if axes == ("fit",) else "engagement",
        points=1,
        predicate=predicate,
        cap=high - low,
        is_locked=True,
        line=top.source.line(("scorer",)),
    )
    return {"rules": (rule,)}


def _with_unscored(source: Source, bands: tuple[Band, ...], ruleset: Ruleset) -> tuple[Band, ...]:
    """Give leads that nobody scored a band of their own, below all others."""
    lowest = max(bands[0].threshold, ruleset.min_score + 1)
    if bands[0].threshold < ruleset.min_score:
        source.fail(
            ("band",), f"a band begins at {bands[0].threshold}, below low = {lowest}; raise it, or leave it out"
        )
    unscored = Band(
        name_ja="スコアなし", name_en="Not scored", threshold=ruleset.min_score, owner="-", action_ja="-", action_en="-"
    )
    return (unscored, replace(bands[0], threshold=lowest), *bands[1:])


def _read_all(top: Fields, key: str, read: Callable[[Fields, int], _Item]) -> tuple[_Item, ...]:
    items: dict[str, _Item] = {}
    for number, data in enumerate(top.tables(key)):
        fields = Fields(top.source, (key, number), data, f"{key} {number + 1}", key)
        item = read(fields, top.source.line((key, number)))
        if item.id in items:
            fields.fail(
                "id", f"id = {show(item.id)} is taken by line {items[item.id].line}; give each {key} an id of its own"
            )
        fields.finish()
        items[item.id] = item
    if key == "rule" and not items:
        top.source.fail((), "the ruleset has no rules; add a [[rule]] with id, kind and points")
    return tuple(items.values())


def _threshold(top: Fields, bands: Sequence[Band]) -> int:
    # One band says nothing about whom to hand over; otherwise it is the highest.
    threshold = top.integer("threshold", example="10", default=bands[-1].threshold if len(bands) > 1 else None)
    if threshold is None:
        top.source.fail(
            (),
            "the ruleset has no threshold; add for example threshold = 10, the score from which leads are handed over",
        )
    return threshold


def _check_reach(source: Source, ruleset: Ruleset) -> None:
    """Refuse thresholds that no lead can reach: usually a digit too many."""
    best = ruleset.max_score
    if ruleset.threshold > best:
        source.fail(
            ("threshold",),
            f"threshold = {ruleset.threshold} can never be reached: all rules together give at most {best} points; lower it",
        )
    for number, data in enumerate(source.data.get("band", [])):
        threshold = data.get("threshold")
        if threshold is not None and threshold > best:
            source.fail(
                ("band", number, "threshold"),
                f"threshold = {threshold} can never be reached: all rules together give at most {best} points; lower it",
            )
