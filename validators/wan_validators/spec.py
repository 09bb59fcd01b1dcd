"""What a model's documentation says, as data: rules, and when they apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .ambiguity import Ambiguity
from .constraints.basic import Constraint, KnownMembers
from .outputs import Outputs
from .source import json_pointer
from .source.json_pointer import MISSING, Path
from .vendor import Vendor

__all__ = ["UNKNOWN_MEMBER", "Equals", "ModelSpec", "Rule", "Severity"]


class Severity(StrEnum):
    """How bad a finding is: an error is forbidden, a warning costs, an info is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Equals:
    """When a rule applies: the member at *at* is *value*; an absent one counts as *default*."""

    pointer: str
    value: bool | int
    default: bool | int
    path: Path = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", json_pointer.parse(self.pointer))

    def __invert__(self) -> Equals:
        """The other mode of a boolean member."""
        if not isinstance(self.value, bool):
            raise TypeError(f"only a boolean condition has an opposite, not {self!r}")
        return Equals(self.pointer, value=not self.value, default=self.default)

    def is_met(self, value: Any) -> bool:
        given = self.default if value is MISSING else value
        return type(given) is type(self.value) and bool(given == self.value)


@dataclass(frozen=True, slots=True)
class Rule:
    """One documented sentence: what is at *at* must pass *check*, whenever *when* is met.

    *id* names the rule in words, the same at every vendor. *code* is the vendor's code for
    it, if one is documented. A *required* place must be there; null passes a *nullable*
    one, and stands for *default* as absence does. *says* is the message, where the one that
    is derived from the check would not do.
    """

    id: str
    pointer: str
    constraint: Constraint
    code: str | None = None
    severity: Severity = Severity.ERROR
    required: bool = False
    nullable: bool = False
    default: Any = MISSING
    when: Equals | None = None
    message: str | None = None
    path: Path = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", json_pointer.parse(self.pointer))


UNKNOWN_MEMBER = "unknown-member"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelSpec:
    """Everything documented about one model at one vendor.

    *rules* stand in the order in which the vendor would name them. ``unknown_member_rules`` holds the
    rows derived from them: for each object, the members that any row knows.
    """

    id: str
    vendor: Vendor
    title: str
    source: str
    rules: tuple[Rule, ...]
    outputs: Outputs
    ambiguities: tuple[Ambiguity, ...] = ()
    unknown_member_rules: tuple[Rule, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "unknown_member_rules", tuple(self._build_unknown_member_rules()))
        first = {rule.path: rule for rule in reversed(self.rules)}
        for path, rule in first.items():
            if rule.when or (path and path[:-1] not in first):
                raise ValueError(
                    f"{self.id}: {rule.pointer} and the place above it each need a first row that "
                    "says of what kind the value must be, whatever the mode"
                )
        rows = Counter((rule.id, rule.pointer, rule.when) for rule in self.rules)
        twice = [row for row, count in rows.items() if count > 1]
        if twice:
            raise ValueError(f"{self.id}: two rows for {twice[0]}")
        unknown = {name for doubt in self.ambiguities for name in doubt.rules} - {
            rule.id for rule in self.rules
        }
        if unknown:
            raise ValueError(f"{self.id}: doubts about rules it has not: {sorted(unknown)}")

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """The written rows, then the derived ones."""
        return self.rules + self.unknown_member_rules

    def rule(self, id: str) -> Rule:
        """The first row named *id*; raises LookupError."""
        for rule in self.all_rules:
            if rule.id == id:
                return rule
        raise LookupError(f"{self.id} has no rule {id!r}")

    def value(self, payload: Any, at: str) -> Any:
        """What *payload* says at *at*, or the documented default; MISSING if there is neither."""
        given = json_pointer.value(payload, json_pointer.parse(at))
        if given is not MISSING and given is not None:
            return given
        return next(
            (r.default for r in self.rules if r.pointer == at and r.default is not MISSING), MISSING
        )

    def _build_unknown_member_rules(self) -> Iterator[Rule]:
        known: dict[Path, set[str]] = {(): set(self.vendor.tolerated)}
        for rule in self.rules:
            for depth, part in enumerate(rule.path):
                if isinstance(part, str) and part != json_pointer.ANY:
                    known.setdefault(rule.path[:depth], set()).add(part)
        for path, names in known.items():
            check = KnownMembers(frozenset(names))
            yield Rule(UNKNOWN_MEMBER, json_pointer.text(path), check, severity=Severity.WARNING)
