"""Lists, for each kind of constraint, accepted values and values just outside the limit.

The three functions below are tables keyed on the class of the constraint. Sizes are registered
in :mod:`.size_values`, images and audio in :mod:`.media_values`, all others here. They depend
on no model, rule or vendor.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Final

from wan_validators.constraints.basic import (
    Absent,
    Anything,
    Between,
    BetweenIf,
    Constraint,
    Items,
    Json,
    JsonType,
    KnownMembers,
    MutuallyExclusive,
    NotBlank,
    ObjectCount,
    OneOf,
    Text,
)
from wan_validators.constraints.relations import Relation
from wan_validators.constraints.text import Filled, TextConstraint, Undamaged
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.source.json_pointer import MISSING

with explain_missing_extra():
    from hypothesis import strategies as st

__all__ = [
    "AWKWARD_TEXTS",
    "FILE_URL",
    "JUNK_VALUES",
    "MIXED_TEXT",
    "JsonValues",
    "ValueStrategy",
    "invalid_values",
    "lookalike_values",
    "valid_value_strategy",
    "valid_values",
]

ValueStrategy = st.SearchStrategy[Any]
JsonValues = tuple[Json, ...]

JUNK_VALUES: Final[JsonValues] = (
    *(None, True, False, 0, 1, -1, 7, 1.0, 0.5, 1e300, 2**63, 10**30),
    *("", " ", "1", "true", "junk", "null", [], {}),
)
"""Values of every JSON type, to be put where they are not allowed."""

AWKWARD_TEXTS: Final = (
    "e\u0301\u00e9\ufb01",
    " \u00a0a\t\n",
    "a\r\nb\rc",
    "\u201ca\u2019s\u201d \u2014 \u2026",
    '"\\/',
    "\u2028\u200d",
    "<&%20'>",
    "\U0001f3d4\ufe0f",
)
"""Texts that clients may wrongly normalise, strip, decode, or escape twice."""

MIXED_TEXT: Final = (
    " \u00a0Cafe\u0301 caf\u00e9 \u201cA1\u201d it\u2019s\r\n\t字 \U0001f3d4\ufe0f c > d & "
    "a < b 100% + \"q\" 'x' \\ \u2014\u2026\u2028 \n"
)
"""A text with most of what is in :data:`AWKWARD_TEXTS`, but without any finding."""

FILE_URL: Final = "https://example.com/1"

UNKNOWN_NAMES: Final = ("extra", "Prompt", "a/b~c", "{0}", "0", "*", "", "字")
"""Undocumented member names; some need escaping in a pointer or in generated source."""

CHARACTERS: Final = st.characters(exclude_categories=["Cs"])
"""All characters except surrogates, which UTF-8 cannot encode.

They are those of `st.text()`. Its default asks the codec about each of them, which takes a
second in every process that has no cache of Hypothesis (measured with Hypothesis 6.170).
"""


@singledispatch
def valid_values(check: Constraint) -> JsonValues:
    """Returns values that *check* accepts, the simplest first, including those at its limits."""
    raise TypeError(f"no valid values for {check!r}: register them with valid_values.register")


@singledispatch
def invalid_values(check: Constraint, value: Json) -> JsonValues:
    """Returns values of the right type that *check* rejects, some derived from *value*.

    *value* is a value that *check* accepts.
    """
    raise TypeError(f"no invalid values for {check!r}: register them with invalid_values.register")


@singledispatch
def valid_value_strategy(check: Constraint) -> ValueStrategy:
    """Draws any accepted value, for constraints that accept more than a few values."""
    return st.nothing()


def lookalike_values(value: Json) -> JsonValues:
    """Returns values of other types that resemble *value*; none if it is MISSING."""
    if value is MISSING:
        return ()
    if isinstance(value, bool):
        return (int(value), float(value), str(value).lower())
    if isinstance(value, int):
        return (float(value % 2**53), str(value), value == 1, [value])
    if isinstance(value, list):
        return (*value[:1], {str(i): item for i, item in enumerate(value)})
    return ([value],)


@valid_values.register
def _(check: JsonType) -> JsonValues:
    kinds: dict[type, JsonValues] = {
        bool: (False, True),
        str: ("", "a", "字"),
        dict: ({},),
        list: ([],),
    }
    return kinds[check.type]


@valid_values.register
def _(check: Anything) -> JsonValues:
    return (0, "a")


@invalid_values.register(JsonType)
@invalid_values.register(Anything)
def _(check: Constraint, value: Json) -> JsonValues:
    return ()


@valid_values.register(Absent)
@valid_values.register(Relation)
def _(check: Constraint) -> JsonValues:
    return ()


@invalid_values.register
def _(check: Relation, value: Json) -> JsonValues:
    """Returns nothing: no value is wrong without the rest of its payload."""
    return ()


@invalid_values.register
def _(check: Absent, value: Json) -> JsonValues:
    return (value,)


@valid_values.register
def _(check: OneOf) -> JsonValues:
    return check.values


@invalid_values.register
def _(check: OneOf, value: Json) -> JsonValues:
    near: list[Json] = []
    for known in check.values:
        if isinstance(known, int):
            near += [known - 1, known + 1, -known, known * 10]
        else:
            near += [known.swapcase(), f" {known}", f"{known}x", known[:-1], ""]
    return tuple(each for each in near if each not in check.values)


@valid_values.register
def _(check: Between) -> JsonValues:
    low, high = check.low, check.high
    return tuple(sorted({low, min(low + 1, high), max(high - 1, low), high}))


@invalid_values.register
def _(check: Between, value: Json) -> JsonValues:
    return (check.low - 1, check.high + 1, -(2**63), 2**64, 10**40)


@valid_value_strategy.register
def _(check: Between) -> ValueStrategy:
    return st.integers(check.low, check.high)


@valid_values.register
def _(check: BetweenIf) -> JsonValues:
    return valid_values(check.inner)


@invalid_values.register
def _(check: BetweenIf, value: Json) -> JsonValues:
    near = (check.inner.high + 1, check.inner.low - 1, check.outer.low, check.outer.high)
    return tuple(v for v in near if check.outer.is_satisfied(v) and not check.inner.is_satisfied(v))


@valid_values.register
def _(check: Text) -> JsonValues:
    lengths = (check.low, check.low + 1, check.high)
    texts = (*(sign * n for n in lengths for sign in "a字😀"), *AWKWARD_TEXTS, MIXED_TEXT)
    return tuple(text for text in texts if check.low <= len(text) <= check.high)


@invalid_values.register
def _(check: Text, value: Json) -> JsonValues:
    return tuple(sign * n for n in (check.low - 1, check.high + 1) if n >= 0 for sign in "a字😀")


@valid_value_strategy.register
def _(check: Text) -> ValueStrategy:
    return st.text(CHARACTERS, min_size=check.low, max_size=min(check.high, check.low + 20))


@valid_values.register
def _(check: NotBlank) -> JsonValues:
    return ("a", " 字\n", "\ufeff")


@invalid_values.register
def _(check: NotBlank, value: Json) -> JsonValues:
    return (" ", "\t\n", "\u3000\u00a0", *([] if check.empty else [""]))


@valid_values.register
def _(check: TextConstraint) -> JsonValues:
    return ("a", "Make it night, with rain", "字 \u00e9", MIXED_TEXT)


@invalid_values.register
def _(check: Filled, value: Json) -> JsonValues:
    return ("None", "{{prompt}}", "A photo of ${subject}", "[object Object]", '{"prompt": "a"}')


@invalid_values.register
def _(check: Undamaged, value: Json) -> JsonValues:
    return ("a\ufffdb", "a\u200bb", "caf\u00c3\u00a9", "a &amp; b", "a%20b%20c")


@valid_values.register
def _(check: Items) -> JsonValues:
    """Returns arrays whose items no rule limits."""
    return tuple([[]] * count for count in sorted({check.low, check.high}))


@invalid_values.register
def _(check: Items, value: Json) -> JsonValues:
    longer = (value or [[]]) * (check.high + 1)
    return (value[: max(check.low - 1, 0)], longer[: check.high + 1], longer * 20)


@invalid_values.register
def _(check: ObjectCount, value: Json) -> JsonValues:
    parts = [part for part in value if type(part) is dict and check.key in part]
    others = [part for part in value if part not in parts]
    more = parts * (check.high + 1)
    return (
        others + parts[: max(check.low - 1, 0)],
        others + more[: check.high + 1],
        more[: check.high + 1] + others,
    )


@invalid_values.register
def _(check: MutuallyExclusive, value: Json) -> JsonValues:
    return ({}, value)


@invalid_values.register
def _(check: KnownMembers, value: Json) -> JsonValues:
    names = [*UNKNOWN_NAMES, *(name[:-1] for name in sorted(check.known))]
    return tuple({**value, name: None} for name in names if name not in check.known)
