"""Frozen values behave as frozen dataclasses do, also for the functions of that module."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any, ClassVar

import pytest

from wan_validators.frozen import Frozen, field, replace


class Point(Frozen):
    kind: ClassVar[str] = "point"
    x: int
    y: int = 0
    names: list[str] = field(default_factory=list)


class Named(Point, kw_only=True):
    title: str
    total: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", self.x + self.y)


class Identity(Frozen, eq=False):
    x: int


def test_values_have_their_fields() -> None:
    named = Named(1, y=2, title="a")

    assert (named.x, named.y, named.names, named.title, named.total) == (1, 2, [], "a", 3)
    assert Point(1).names is not Point(1).names
    assert repr(named) == "Named(x=1, y=2, names=[], title='a')"
    assert Point.kind == named.kind == "point"


def test_values_are_equal_if_their_fields_are() -> None:
    assert Point(1) == Point(1, 0)
    assert Point(1) != Point(2)
    assert Point(1) != Named(1, title="a")
    assert Identity(1) != Identity(1)
    assert {Identity(1): 1}
    assert hash(replace(Point(1), names=())) == hash(Point(1, 0, ()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "Point needs a value for x"),
        ((1, 2, [], 4), {}, "Point takes 3 values, not 4"),
        ((1,), {"x": 2}, "no such field, or a value for it: x"),
        ((1,), {"z": 2}, "no such field, or a value for it: z"),
    ],
)
def test_wrong_arguments_are_named(args: Any, kwargs: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Point(*args, **kwargs)
    with pytest.raises(TypeError, match="no such field, or a value for it: total"):
        Named(1, title="a", total=3)  # type: ignore[call-arg]


def test_values_cannot_be_changed() -> None:
    point: Any = Point(1)
    with pytest.raises(AttributeError, match="cannot assign to x: Point is frozen"):
        point.x = 2
    with pytest.raises(AttributeError, match="cannot delete x: Point is frozen"):
        del point.x


def test_values_can_be_copied() -> None:
    named = Named(1, title="a")

    assert pickle.loads(pickle.dumps(named)) == copy.deepcopy(named) == named
    assert replace(named, x=5).total == 5


def test_the_functions_of_dataclasses_know_them() -> None:
    named: Any = Named(1, title="a")

    assert dataclasses.is_dataclass(Point)
    assert [each.name for each in dataclasses.fields(named)] == [
        "x",
        "y",
        "names",
        "title",
        "total",
    ]
    assert dataclasses.replace(named, y=4) == Named(1, 4, title="a")
    assert dataclasses.asdict(named) == {"x": 1, "y": 0, "names": [], "title": "a", "total": 1}


def test_a_dataclass_can_extend_them() -> None:
    @dataclasses.dataclass(frozen=True)
    class Weighted(Point):
        weight: int = 1

    assert (Weighted(1, 2).x, Weighted(1, weight=3).weight) == (1, 3)
