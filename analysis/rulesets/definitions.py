"""Every key a ruleset may have: the parser and the JSON Schema both read them here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from analysis.rulesets.predicates import BANT_ANSWERS, BANT_ITEMS, MAX_CAP, MAX_WINDOW_DAYS
from analysis.rulesets.rules import AXES
from data.contract import STAGES, TABLES

ATTRIBUTES: Final = tuple(name for name in TABLES["leads"].column_names if name not in ("lead_id", "created_at"))
"""Columns of `leads` that a rule may ask about."""

ID_PATTERN: Final = "[A-Za-z0-9][A-Za-z0-9_-]*"

KeyKind: TypeAlias = Literal[
    "id", "text", "both", "choice", "choices", "integer", "number", "flag", "day", "texts", "values", "scalar", "need",
    "table", "tables",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table.

    Attributes
    ----------
    about : str
        What it means, for completion in editors.
    low, high : int or None
        Smallest and largest number.
    example : str
        Value shown in errors.
    shapes : tuple of str
        For tables: the shapes any of which they may have.
    """

    name: str
    kind: KeyKind
    about: str
    is_required: bool = False
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    example: str = ""
    shapes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys that one table may have.

    Attributes
    ----------
    kind : str
        Value of its key `kind`, where that decides about the rest.
    one_of : tuple of tuples
        Sets of keys of which exactly one must be there; "min|max" counts as one.
    any_of : tuple of str
        At least one of these.
    """

    keys: tuple[Key, ...]
    kind: str = ""
    kind_is_default: bool = False
    one_of: tuple[tuple[str, ...], ...] = ()
    any_of: tuple[str, ...] = ()

    def key(self, name: str) -> Key:
        """Return the definition of a key."""
        return next(key for key in self.keys if key.name == name)


_LABEL: Final = Key("label", "both", 'What people read: { ja = "…", en = "…" }, or one text for both')
_ID: Final = Key("id", "id", "Name in tables and links", is_required=True, example='"seminar"')
_NAMED: Final = (_ID, _LABEL)
_POINTS: Final = Key("points", "integer", "Points, negative ones included", is_required=True)
_RULE: Final = (
    *_NAMED,
    Key("axis", "choice", "Which axis the points belong to", choices=AXES),
    Key("group", "text", "Group whose limit the points share", example='"web"'),
    Key("locked", "flag", "Agreed not to be tuned"),
)
_TOUCH: Final = (
    Key("touch", "texts", "Kind of touch, or several; * stands for any characters", example='"seminar"'),
    Key("channel", "texts", "Channel, or several; * stands for any characters"),
    Key("content", "texts", "Content such as the page, or several; * stands for any characters"),
    Key("direction", "choice", "Who acted: the lead (inbound) or we (outbound)", choices=("inbound", "outbound")),
)
_TOUCH_ANY: Final = ("touch", "channel", "content")
_WITHIN: Final = Key(
    "within_days", "integer", "Only touches less than so many days before", low=1, high=MAX_WINDOW_DAYS, example="90"
)
_AT_LEAST: Final = Key("at_least", "integer", "How often at least", low=1, high=MAX_CAP, example="2")
_ATTRIBUTE: Final = (
    Key("field", "choice", "Column of leads", choices=ATTRIBUTES, example='"employees"'),
    Key("fact", "text", "Field of your own, from lead_facts", example='"revenue_class"'),
    Key("min", "number", "Smallest number, included"),
    Key("max", "number", "Largest number, included"),
    Key("in", "values", "Values that count"),
    Key("not_in", "values", "Values that do not count"),
    Key("like", "texts", "Texts that count; * stands for any characters"),
    Key("is_unknown", "flag", "Asks for the attribute not being known"),
)
_ATTRIBUTE_ONE_OF: Final = (("field", "fact"), ("min|max", "in", "not_in", "like", "is_unknown"))
_BANT: Final = (
    Key("item", "choice", "Which question", is_required=True, choices=BANT_ITEMS),
    Key("answer", "choices", "Which answer, or several", is_required=True, choices=BANT_ANSWERS, example='"yes"'),
)
_OPT_OUT: Final = (Key("channel", "choice", "Which channel", choices=("any", "email", "call")),)
_ACTION: Final = (
    Key("name", "both", "What people call it", is_required=True, example='{ ja = "…", en = "…" }'),
    Key("owner", "text", "Department that acts", example='"marketing"'),
    Key("action", "both", "What is done"),
    Key("deadline_hours", "integer", "Hours in which it is done", low=1, high=8760, example="24"),
)
_LIMITS: Final = (
    Key("max_points", "integer", "Most points given", example="10"),
    Key("min_points", "integer", "Least points given", example="-10"),
)
_TOP: Final = (
    Key("id", "id", "Name of the ruleset, as its folder is called", is_required=True, example='"today"'),
    Key("version", "integer", "Number of the version, as its file is called", is_required=True, low=1),
    _LABEL,
    Key("valid_from", "day", "Day from which it is in force"),
    Key("outcome", "choice", "Stage that counts as success", choices=tuple(stage.stage for stage in STAGES)),
    Key("threshold", "integer", "Score from which a lead is handed over", example="10"),
    Key("gate", "tables", "Reasons not to hand a lead over", shapes=("gate_opt_out", "gate_attribute", "gate_bant", "gate_touch")),
    Key("band", "tables", "Scores that are treated alike", is_required=True, shapes=("band",)),
)  # fmt: skip
_RULES: Final = ("rule_touch", "rule_tiers", "rule_attribute", "rule_bant", "rule_rising", "rule_k_of")
_REPEAT: Final = Key("repeat", "choice", "How a rule counts repeated touches", choices=("once", "each", "tiers"))

SHAPES: Final[dict[str, Shape]] = {
    "points": Shape(
        (
            *_TOP,
            Key("kind", "choice", "Whose points they are", choices=("points", "score")),
            Key("rule", "tables", "Points for something", is_required=True, shapes=_RULES),
            Key("group", "tables", "Rules whose points are limited together", shapes=("group",)),
            Key("axis", "table", "Limits of the axes", shapes=("axes",)),
            Key("grid", "table", "Grades of fit and engagement", shapes=("grid",)),
            Key("test", "tables", "Examples a version must get right", shapes=("test",)),
        ),
        kind="points",
        kind_is_default=True,
    ),
    "score": Shape(
        (
            *_TOP,
            Key("kind", "choice", "Whose points they are", choices=("points", "score")),
            Key("scorer", "text", "Which tool gave the score", is_required=True, example='"crm"'),
            Key("axis", "texts", "Which of its axes; of several, the sum", example='"total"'),
            Key("scale", "integer", "Points per unit of the score", low=1, high=10**6, example="100"),
            Key("low", "integer", "Lowest points it gives", is_required=True, low=-(10**6), high=10**6, example="0"),
            Key("high", "integer", "Highest points it gives", is_required=True, low=-(10**6), high=10**6, example="100"),
        ),
        kind="score",
    ),
    "rule_touch": Shape(
        (
            *_RULE,
            *_TOUCH,
            _POINTS,
            Key("kind", "choice", "What the rule is about", is_required=True, choices=("touch",)),
            Key("repeat", "choice", "How repeated touches count", choices=("once", "each")),
            Key("cap", "integer", "How often at most", low=1, high=MAX_CAP, example="3"),
            _WITHIN,
            Key("half_life_days", "integer", "Days in which points halve", low=1, high=MAX_WINDOW_DAYS, example="60"),
        ),
        kind="touch",
        any_of=_TOUCH_ANY,
    ),
    "rule_tiers": Shape(
        (
            *_RULE,
            *_TOUCH,
            Key("kind", "choice", "What the rule is about", is_required=True, choices=("touch",)),
            Key("repeat", "choice", "How repeated touches count", is_required=True, choices=("tiers",)),
            Key("tiers", "tables", "Points by how often", is_required=True, shapes=("tier",),
                example="[{ from = 1, points = 1 }]"),
            _WITHIN,
        ),
        kind="touch",
        any_of=_TOUCH_ANY,
    ),
    "tier": Shape(
        (
            Key("from", "integer", "From how many times on", is_required=True, low=1, high=MAX_CAP, example="1"),
            _POINTS,
        )
    ),
    "rule_attribute": Shape((*_RULE, *_ATTRIBUTE, _POINTS), kind="attribute", one_of=_ATTRIBUTE_ONE_OF),
    "rule_bant": Shape((*_RULE, *_BANT, _POINTS), kind="bant"),
    "rule_rising": Shape(
        (
            *_RULE,
            *_TOUCH,
            _POINTS,
            Key("days", "integer", "Days that count as lately", is_required=True, low=1, high=MAX_WINDOW_DAYS, example="30"),
            Key("baseline_days", "integer", "Days before that, to compare with", low=1, high=MAX_WINDOW_DAYS, example="90"),
            Key("times", "number", "How many times as often as before", low=1, example="2"),
            _AT_LEAST,
        ),
        kind="rising",
        any_of=_TOUCH_ANY,
    ),
    "rule_k_of": Shape(
        (
            *(key for key in _RULE if key.name != "axis"),
            Key("axis", "choice", "Which axis the points belong to", is_required=True, choices=AXES),
            _POINTS,
            Key("need", "need", 'How many must hold: "all", "any" or a number', is_required=True, low=1, example="2"),
            Key("of", "tables", "What may hold", is_required=True, example='[{ kind = "opt_out" }]',
                shapes=("of_touch", "of_attribute", "of_bant", "of_opt_out")),
        ),
        kind="k_of",
    ),
    "of_touch": Shape((*_TOUCH, _WITHIN, _AT_LEAST), kind="touch", any_of=_TOUCH_ANY),
    "of_attribute": Shape(_ATTRIBUTE, kind="attribute", one_of=_ATTRIBUTE_ONE_OF),
    "of_bant": Shape(_BANT, kind="bant"),
    "of_opt_out": Shape(_OPT_OUT, kind="opt_out"),
    "gate_opt_out": Shape((*_NAMED, *_OPT_OUT), kind="opt_out"),
    "gate_attribute": Shape((*_NAMED, *_ATTRIBUTE), kind="attribute", one_of=_ATTRIBUTE_ONE_OF),
    "gate_bant": Shape((*_NAMED, *_BANT), kind="bant"),
    "gate_touch": Shape((*_NAMED, *_TOUCH, _WITHIN, _AT_LEAST), kind="touch", any_of=_TOUCH_ANY),
    "group": Shape((*_NAMED, *_LIMITS), any_of=("max_points", "min_points")),
    "axes": Shape(tuple(Key(axis, "table", "Its limits", shapes=("axis",)) for axis in AXES)),
    "axis": Shape((_LABEL, *_LIMITS), any_of=("max_points", "min_points")),
    "band": Shape((*_ACTION, Key("threshold", "integer", "Lowest score", low=-(10**6), high=10**6, example="10"))),
    "grid": Shape(
        (
            *(Key(axis, "tables", "Its grades", is_required=True, shapes=("level",)) for axis in AXES),
            Key("cell", "tables", "What the grades mean", is_required=True, shapes=("cell",)),
        )
    ),
    "level": Shape(
        (
            Key("grade", "id", "Letter or number", is_required=True, example='"A"'),
            Key("threshold", "integer", "Lowest points", example="10"),
        )
    ),
    "cell": Shape((*_ACTION, Key("grades", "texts", "Grades that are treated alike", is_required=True, example='["A1", "A2"]'))),
    "test": Shape(
        (
            *_NAMED,
            Key("higher", "table", "The lead that must outrank the other", shapes=("lead",)),
            Key("lower", "table", "The other lead", shapes=("lead",)),
            Key("lead", "table", "The lead to score", shapes=("lead",)),
            Key("score", "integer", "Its score", example="5"),
            Key("band", "text", "Name of its band", example='"Hot"'),
            Key("grade", "text", "Its grade", example='"A1"'),
            Key("is_gated", "flag", "Whether a gate is shut"),
        )
    ),
    "lead": Shape(
        (
            *(Key(name, "scalar", TABLES["leads"].column(name).about) for name in ATTRIBUTES),
            Key("fact", "table", "Fields of your own", shapes=("any",)),
            Key("bant", "table", "Answers learned", shapes=("answers",)),
            Key("opt_out", "choices", "Channels it opted out of", choices=("email", "call", "all"), example='"email"'),
            Key("touches", "tables", "What it did", shapes=("lead_touch",)),
        )
    ),
    "answers": Shape(tuple(Key(item, "choice", "Its answer", choices=BANT_ANSWERS) for item in BANT_ITEMS)),
    "lead_touch": Shape(
        (
            Key("touch", "text", "Kind of touch", is_required=True, example='"seminar"'),
            Key("channel", "text", "Channel"),
            Key("content", "text", "Content such as the page"),
            Key("direction", "choice", "Who acted", choices=("inbound", "outbound")),
            Key("days_ago", "number", "Days before the moment of scoring", low=0),
            Key("times", "integer", "How often", low=1, high=1000, example="2"),
        )
    ),
}  # fmt: skip
