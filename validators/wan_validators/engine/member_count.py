"""Writes the function that counts the members of a payload in which a model finds no fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..source.json_pointer import ANY
from ..spec import ModelSpec
from .rule_tree import Place, build_tree

__all__ = ["CountMembers", "compile_member_count"]

CountMembers = Callable[[Any], int]


def compile_member_count(spec: ModelSpec) -> CountMembers:
    """Returns a function that counts the members of all objects that *spec* has rules for.

    The payload must have no findings: then each of these objects is one. The function returns
    fewer members than there are if a value without limits, such as ``metadata``, has some.
    """
    terms = " + ".join(_list_terms(build_tree(spec), "payload"))
    count: CountMembers = eval(f"lambda payload: {terms}")  # nosec B307  # noqa: S307  (our own source)
    return count


def _list_terms(place: Place, value: str) -> Iterator[str]:
    """Yields the source of each number of members at and below *place*."""
    if place.members:
        yield f"len({value})"
    for part, below in place.below.items():
        if part == ANY:
            if below.members:
                yield f"sum(map(len, {value}))"
        elif below.below:
            is_present = isinstance(part, int) or any(rule.is_mandatory for rule in below.rules)
            inner = f"{value}[{part!r}]" if is_present else f"({value}.get({part!r}) or {{}})"
            yield from _list_terms(below, inner)
