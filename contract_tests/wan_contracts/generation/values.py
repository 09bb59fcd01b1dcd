"""For each kind of check: values it accepts, and values just past its limit.

The three functions below are tables keyed on the class of the check: sizes are registered in
:mod:`.size_values`, images and audio in :mod:`.media_values`, all else here. Nothing in them
knows of a model, a rule or a vendor.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Final

from wan_validators.constraints.basic import (
    Absent,
    Alone,
    Between,
    Check,
    Given,
    Items,
    Json,
    Kind,
    Members,
    NotBlank,
    OneOf,
    Parts,
    Text,
    Within,
)
from wan_validators.extras import naming_extra
from wan_validators.source.json_pointer import MISSING

with naming_extra():
    from hypothesis import strategies as st

Values = st.SearchStrategy[Any]
Several = tuple[Json, ...]

JUNK_VALUES: Final[Several] = (
    *(None, True, False, 0, 1, -1, 7, 1.0, 0.5, 1e300, 2**63, 10**30),
    *("", " ", "1", "true", "junk", "null", [], {}),
)
"""Values of every kind of JSON, to stand where they do not belong."""

UNKNOWN_NAMES: Final = ("extra", "Prompt", "a/b~c", "{0}", "0", "*", "", "字")
"""Names that no document has; some are awkward in a pointer or in generated source."""


@singledispatch
def valid_values(check: Check) -> Several:
    """Values that *check* accepts, the simplest first and those at its edges among them."""
    raise TypeError(f"wan_contracts has no values for {check!r}: register some")


@singledispatch
def invalid_values(check: Check, value: Json) -> Several:
    """Values of the right kind that *check* refuses, some made from the accepted *value*."""
    raise TypeError(f"wan_contracts has no values past {check!r}: register some")


@singledispatch
def valid_value_strategy(check: Check) -> Values:
    """Values anywhere within the limit, for checks that accept more than a few."""
    return st.nothing()


def lookalike_values(value: Json) -> Several:
    """Values of other kinds that are easily taken for *value*; none for what is missing."""
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
def _(check: Kind) -> Several:
    kinds: dict[type, Several] = {
        bool: (False, True),
        str: ("", "a", "字"),
        dict: ({},),
        list: ([],),
    }
    return kinds[check.type]


@valid_values.register
def _(check: Given) -> Several:
    return (0, "a")


@invalid_values.register(Kind)
@invalid_values.register(Given)
def _(check: Check, value: Json) -> Several:
    return ()


@valid_values.register
def _(check: Absent) -> Several:
    return ()


@invalid_values.register
def _(check: Absent, value: Json) -> Several:
    return (value,)


@valid_values.register
def _(check: OneOf) -> Several:
    return check.values


@invalid_values.register
def _(check: OneOf, value: Json) -> Several:
    near: list[Json] = []
    for known in check.values:
        if isinstance(known, int):
            near += [known - 1, known + 1, -known, known * 10]
        else:
            near += [known.swapcase(), f" {known}", f"{known}x", known[:-1], ""]
    return tuple(each for each in near if each not in check.values)


@valid_values.register
def _(check: Between) -> Several:
    low, high = check.low, check.high
    return tuple(sorted({low, min(low + 1, high), max(high - 1, low), high}))


@invalid_values.register
def _(check: Between, value: Json) -> Several:
    return (check.low - 1, check.high + 1, -(2**63), 2**64, 10**40)


@valid_value_strategy.register
def _(check: Between) -> Values:
    return st.integers(check.low, check.high)


@valid_values.register
def _(check: Within) -> Several:
    return valid_values(check.inner)


@invalid_values.register
def _(check: Within, value: Json) -> Several:
    near = (check.inner.high + 1, check.inner.low - 1, check.outer.low, check.outer.high)
    return tuple(v for v in near if check.outer.holds(v) and not check.inner.holds(v))


@valid_values.register
def _(check: Text) -> Several:
    return tuple(sign * n for n in (check.low, check.low + 1, check.high) for sign in "a字😀")


@invalid_values.register
def _(check: Text, value: Json) -> Several:
    return tuple(sign * n for n in (check.low - 1, check.high + 1) if n >= 0 for sign in "a字😀")


@valid_value_strategy.register
def _(check: Text) -> Values:
    return st.text(min_size=check.low, max_size=min(check.high, check.low + 20))


@valid_values.register
def _(check: NotBlank) -> Several:
    return ("a", " 字\n", "\ufeff")


@invalid_values.register
def _(check: NotBlank, value: Json) -> Several:
    return (" ", "\t\n", "\u3000\u00a0", *([] if check.empty else [""]))


@invalid_values.register
def _(check: Items, value: Json) -> Several:
    longer = value * (check.high + 1)
    return (value[: max(check.low - 1, 0)], longer[: check.high + 1], longer * 20)


@invalid_values.register
def _(check: Parts, value: Json) -> Several:
    parts = [part for part in value if type(part) is dict and check.key in part]
    others = [part for part in value if part not in parts]
    more = parts * (check.high + 1)
    return (
        others + parts[: max(check.low - 1, 0)],
        others + more[: check.high + 1],
        more[: check.high + 1] + others,
    )


@invalid_values.register
def _(check: Alone, value: Json) -> Several:
    return ({}, value)


@invalid_values.register
def _(check: Members, value: Json) -> Several:
    names = [*UNKNOWN_NAMES, *(name[:-1] for name in sorted(check.known))]
    return tuple({**value, name: None} for name in names if name not in check.known)
