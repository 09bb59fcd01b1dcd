"""Writes the source that both engines share: rules, conditions, findings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from itertools import count, islice
from typing import Any, Final

from ..constraints.basic import IDENTITY_VIEW, KnownMembers, View
from ..constraints.relations import Relation
from ..constraints.size import parse_sides
from ..finding import Finding
from ..finding_limit import DEFAULT_MAX_FINDINGS, count_omitted, limit_findings
from ..source import json_pointer
from ..source.json_pointer import MISSING, Path
from ..spec import ModelSpec, Rule
from .expressions import format_applies_to, format_condition, format_is_satisfied
from .rule_tree import Place, flag_paths

__all__ = ["ORIGIN", "PARAMETERS", "Writer", "format_member_pointer"]

PARAMETERS: Final = f"payload, limit={DEFAULT_MAX_FINDINGS}"
"""The parameters of both functions: the payload, and the findings that will be listed of it."""

ORIGIN: Final = "(SPEC, payload, find_all)"
"""The source of a finding's origin: hints need the spec, the payload and the engine."""


class Writer(ABC):
    """Writes one function line by line; *names* are its globals.

    In all methods, *value* is the name of a variable. *at* is the pointer of its value as
    the inside of an f-string.
    """

    def __init__(self, spec: ModelSpec) -> None:
        self.names: dict[str, Any] = {
            "MISSING": MISSING,
            "SPEC": spec,
            "Finding": Finding,
            "make": tuple.__new__,
            "sides": parse_sides,
            "add_unknown_members": _add_unknown_members,
            "add_related": _add_related,
            "limit_findings": limit_findings,
        }
        self._global_names: dict[int, str] = {}
        self._closed = {rule.path: rule for rule in spec.unknown_member_rules}
        self._relations = [rule for rule in spec.rules if isinstance(rule.constraint, Relation)]
        self._number = count()
        self._lines: list[str] = []
        self._flags: dict[Path, str] = {path: self.new_name("flag") for path in flag_paths(spec)}

    @abstractmethod
    def write(self, root: Place) -> None:
        """Writes the function for the places below *root*."""

    @property
    def source(self) -> str:
        return "\n".join(self._lines) + "\n"

    def emit(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text)

    def new_name(self, stem: str) -> str:
        """Returns an unused name."""
        return f"{stem}{next(self._number)}"

    def name_global(self, stem: str, thing: object) -> str:
        """Returns the global name of *thing*, and adds one if needed."""
        name = self._global_names.get(id(thing))
        if name is None:
            name = self._global_names[id(thing)] = self.new_name(stem)
            self.names[name] = thing
        return name

    def name_constraint(self, rule: Rule) -> str:
        return self.name_global("check", rule.constraint)

    def format_applies_to(self, rule: Rule, seen: str, value: str) -> str:
        """Returns source that is true if the constraint of *rule* applies to *value*."""
        kind = rule.constraint.view.kind
        if kind is not None:
            return f"type({value}) is {kind.__name__}"
        return format_applies_to(rule.constraint, seen, self.name_constraint(rule))

    def format_is_satisfied(self, rule: Rule, seen: str) -> str:
        """Returns source that is true if *seen* satisfies the constraint of *rule*."""
        return format_is_satisfied(rule.constraint, seen, self.name_constraint(rule))

    def format_condition(self, rule: Rule) -> str:
        assert rule.when is not None
        return format_condition(rule.when, self._flags[rule.when.path])

    def open_nullable(self, depth: int, place: Place, value: str) -> int:
        """Opens the test for null if it is allowed, and returns the depth inside it."""
        if any(rule.nullable for rule in place.rules):
            self.emit(depth, f"if {value} is not None:")
            return depth + 1
        return depth

    def open_condition(self, depth: int, rule: Rule) -> int:
        """Opens the test of the condition of *rule*, and returns the depth inside it."""
        if rule.when is None:
            return depth
        self.emit(depth, f"if {self.format_condition(rule)}:")
        return depth + 1

    def write_finding(self, depth: int, rule: Rule, at: str, value: str) -> None:
        # tuple.__new__ creates a Finding in half the time of calling the class.
        name = self.name_global("rule", rule)
        self.emit(
            depth, f"found.append(make(Finding, ({name}, f{at!r}, {value}, None, None, {ORIGIN})))"
        )

    def write_absent(self, depth: int, place: Place, at: str) -> None:
        """Writes the ``else`` that reports missing required values at *place*."""
        required = [rule for rule in place.rules if rule.required]
        if required:
            self.emit(depth, "else:")
        for rule in required:
            self.write_finding(self.open_condition(depth + 1, rule), rule, at, "MISSING")

    def write_unknown_members(
        self, depth: int, place: Place, names: tuple[str, str, str], at: str
    ) -> None:
        """Writes the report of unknown members, if not all members are known.

        *names* are the variables of the value, its size, and the number of known members.
        """
        value, size, known = names
        rule = self.name_global("rule", self._closed[place.path])
        self.emit(depth, f"if {known} != {size}:")
        self.emit(
            depth + 1,
            f"found = add_unknown_members(found, limit, {value}, ({rule}, f{at!r}, {ORIGIN}))",
        )

    def write_relations(self, depth: int) -> None:
        """Writes the tests of members that depend on an array elsewhere."""
        for rule in self._relations:
            name = self.name_global("rule", rule)
            self.emit(depth, f"add_related(found, {name}, payload, {ORIGIN})")

    def write_rules(
        self, depth: int, rules: Iterable[Rule], kind: str | None, value: str, at: str
    ) -> None:
        """Writes the tests of *value* by *rules*.

        *kind* is the known type test of the value, or None. A rule that requires more than
        *kind* reports a value that it does not apply to only if no rule before it reported.
        """
        tracked = kind is not None and any(
            self.format_applies_to(rule, value, value) not in (kind, "True") for rule in rules
        )
        if tracked:
            self.emit(depth, "clean = True")
        view: View | None = None
        seen, inside = value, depth
        for rule in rules:
            if rule.constraint.view is not view:
                view = rule.constraint.view
                seen, inside = self._write_extract(depth, view, value)
            self._write_rule(
                self.open_condition(inside, rule), rule, kind, (seen, value, at), tracked=tracked
            )

    def _write_rule(
        self,
        depth: int,
        rule: Rule,
        kind: str | None,
        names: tuple[str, str, str],
        *,
        tracked: bool,
    ) -> None:
        seen, value, at = names
        applies = self.format_applies_to(rule, seen, value)
        satisfied = self.format_is_satisfied(rule, seen)
        failed = f"if not ({satisfied}):"
        if applies not in (kind, "True"):
            self.emit(depth, f"if {applies}:")
            self._write_broken(depth + 1, failed, rule, (value, at), tracked=tracked)
            if tracked:
                self._write_broken(depth, "elif clean:", rule, (value, at), tracked=True)
        elif satisfied == "True":
            self.emit(depth, "pass")
        else:
            self._write_broken(depth, failed, rule, (value, at), tracked=tracked)

    def _write_broken(
        self, depth: int, test: str, rule: Rule, names: tuple[str, str], *, tracked: bool
    ) -> None:
        value, at = names
        self.emit(depth, test)
        self.write_finding(depth + 1, rule, at, value)
        if tracked:
            self.emit(depth + 1, "clean = False")

    def _write_extract(self, depth: int, view: View, value: str) -> tuple[str, int]:
        """Writes the extraction; returns the variable of its result and the next depth."""
        if view is IDENTITY_VIEW:
            return value, depth
        seen = self.new_name("seen")
        self.emit(depth, f"{seen} = {self.name_global('extract', view.extract)}({value})")
        if view.known_good is NotImplemented:
            return seen, depth
        self.emit(depth, f"if {seen} is not {self.name_global('known_good', view.known_good)}:")
        return seen, depth + 1


def format_member_pointer(at: str, name: str) -> str:
    """Returns the pointer of member *name* below *at*, as the inside of an f-string."""
    return at + "/" + json_pointer.escape(name).replace("{", "{{").replace("}", "}}")


def _add_related(found: list[Finding], rule: Rule, payload: Any, origin: Any) -> None:
    """Adds a finding to *found* if the member of *rule* does not suit the rest of *payload*."""
    assert isinstance(rule.constraint, Relation)
    value = json_pointer.value(payload, rule.path)
    if value is MISSING or rule.constraint.is_satisfied_in(payload, value):
        return
    if rule.when is None or rule.when.is_satisfied_by(json_pointer.value(payload, rule.when.path)):
        found.append(Finding(rule, rule.pointer, value, None, None, origin))


def _add_unknown_members(
    found: list[Finding], limit: int, members: dict[Any, Any], facts: tuple[Rule, str, Any]
) -> list[Finding]:
    """Returns *found* with a finding for each of the first *limit* unknown *members*.

    *facts* are the rule, the pointer of the object, and the origin of the findings.
    """
    rule, at, origin = facts
    assert isinstance(rule.constraint, KnownMembers)
    known = rule.constraint.known
    names = [name for name in islice(members, limit + len(known)) if name not in known][:limit]
    found += [
        Finding(rule, f"{at}/{json_pointer.escape(name)}", members[name], origin=origin)
        for name in names
    ]
    if len(members) <= limit:  # the usual case: all are looked at
        return found
    more = len(members) - sum(name in members for name in known) - len(names)
    return count_omitted(found, rule, more) if more else found
