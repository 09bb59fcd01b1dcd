"""The context of a finding: its whole payload and spec, and changes to the payload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from ..frozen import Frozen
from ..omitted import LimitedFindings
from ..source.json_pointer import MISSING
from ..spec import ModelSpec, Severity
from ..vendor import UnwrappedPayload

__all__ = ["Change", "Context", "Hint", "apply_changes"]

_MAX_INDEX = 20
_MAX_MEMBERS = 100
"""Deeper in long containers hints are not checked, so that their time stays linear."""


class Change(Frozen):
    """One change of a payload: *pointer* gets *value*; MISSING removes it.

    If *source* is given, the value at *source* moves to *pointer*.
    """

    pointer: str
    value: Any = MISSING
    source: str | None = None


class Hint(Frozen):
    """An imperative sentence, and the same as *changes*; advice in words alone has none."""

    text: str
    changes: tuple[Change, ...] = ()


class Context:
    """A linted payload without its *wrappers* (the outermost is first), and its spec.

    *check* returns the findings in a payload. Contexts do not distinguish findings.
    """

    def __init__(
        self,
        spec: ModelSpec,
        payload: Any,
        check: Callable[[Any], Sequence[Any]],
        wrappers: tuple[UnwrappedPayload, ...] = (),
    ) -> None:
        self.spec = spec
        self.payload = payload
        self.check = check
        self.wrappers = wrappers

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Context)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Context({self.spec.id!r})"

    @cached_property
    def findings(self) -> Sequence[Any]:
        """All findings in the payload before any change."""
        return self.check(self.payload)

    def value(self, pointer: str) -> Any:
        return _get(self.payload, pointer)

    def to_inner(self, pointer: str) -> str:
        """Converts a pointer into the original payload to one into the unwrapped payload."""
        for wrapper in self.wrappers:
            if pointer.startswith(f"{wrapper.prefix}/") or pointer == wrapper.prefix:
                pointer = pointer[len(wrapper.prefix) :]
        return pointer

    def to_outer(self, pointer: str) -> str:
        for wrapper in reversed(self.wrappers):
            pointer = wrapper.to_outer_pointer(pointer)
        return pointer

    def is_correction(self, rule: str, pointer: str, changes: Sequence[Change]) -> bool:
        """Returns True if *changes* remove the finding at *pointer* and add no error."""
        if isinstance(self.findings, LimitedFindings):
            return False  # each check would take as long as the payload is, for many hints
        try:
            found = self.check(apply_changes(self.payload, changes))
        except (LookupError, TypeError, ValueError):
            return False  # a container on the way is of another type
        before, after = _count_errors(self.findings), _count_errors(found)
        return after <= before and not any(
            each.row.id == rule and each.pointer == pointer for each in found
        )

    def is_near(self, pointer: str) -> bool:
        """Returns True unless *pointer* is deep in a long container."""
        place = self.payload
        for part in pointer.split("/")[1:]:
            if type(place) is list and int(part) >= _MAX_INDEX:
                return False
            if type(place) is dict and len(place) > _MAX_MEMBERS:
                return False
            place = _child(place, part)
        return True


def apply_changes(payload: Any, changes: Sequence[Change]) -> Any:
    """Returns a copy of *payload* with all *changes* in order.

    Raises TypeError, LookupError or ValueError if a container on the way has another type.
    """
    for change in changes:
        value = change.value
        if change.source is not None:
            value = _get(payload, change.source)
            payload = _put(payload, _split(change.source), MISSING)
        payload = _put(payload, _split(change.pointer), value)
    return payload


def _split(pointer: str) -> tuple[str, ...]:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def _get(document: Any, pointer: str) -> Any:
    for part in _split(pointer):
        document = _child(document, part)
    return document


def _child(document: Any, part: str) -> Any:
    if type(document) is dict:
        return document.get(part, MISSING)
    if type(document) is list and part.isdecimal() and int(part) < len(document):
        return document[int(part)]
    return MISSING


def _put(document: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if type(document) is list:
        items = list(document)
        items[int(head)] = _put(items[int(head)], rest, value)
        return [item for item in items if item is not MISSING]
    if document is MISSING:
        document = {}
    if type(document) is not dict:
        raise TypeError(f"no member {head} in a {type(document).__name__}")
    members = dict(document)
    if value is MISSING and head not in members:
        return document
    members[head] = _put(members.get(head, MISSING), rest, value)
    return {name: member for name, member in members.items() if member is not MISSING}


def _count_errors(findings: Sequence[Any]) -> Counter[str]:
    return Counter(each.row.id for each in findings if each.row.severity is Severity.ERROR)
