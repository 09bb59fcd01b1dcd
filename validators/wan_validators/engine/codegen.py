"""The source that both forms of the engine have in common: rows, conditions, findings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from itertools import count
from typing import Any

from ..constraints.basic import IDENTITY_VIEW, KnownMembers, View
from ..constraints.size import parse_sides
from ..finding import Finding
from ..source import json_pointer
from ..source.json_pointer import MISSING, Path
from ..spec import ModelSpec, Rule
from .expressions import condition, format_applies_to, format_is_satisfied
from .rule_tree import Place, flag_paths


class Writer(ABC):
    """Writes one function line by line; *names* are the globals that it runs in.

    Wherever a method takes *value* and *at*, these are the name of the variable that holds
    the value and its pointer as the inside of an f-string.
    """

    def __init__(self, spec: ModelSpec) -> None:
        self.names: dict[str, Any] = {
            "MISSING": MISSING,
            "Finding": Finding,
            "make": tuple.__new__,
            "sides": parse_sides,
            "strangers": _add_unknown_members,
        }
        self._closed = {rule.path: rule for rule in spec.unknown_member_rules}
        self._number = count()
        self._lines: list[str] = []
        self._flags: dict[Path, str] = {path: self.fresh("flag") for path in flag_paths(spec)}

    @abstractmethod
    def write(self, root: Place) -> None:
        """Writes the function for the places below *root*."""

    @property
    def source(self) -> str:
        return "\n".join(self._lines) + "\n"

    def line(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text)

    def fresh(self, stem: str) -> str:
        """A name that nothing has yet."""
        return f"{stem}{next(self._number)}"

    def name_global(self, stem: str, thing: object) -> str:
        """The global name of *thing*, made on first sight."""
        for name, known in self.names.items():
            if known is thing:
                return name
        name = self.fresh(stem)
        self.names[name] = thing
        return name

    def check(self, rule: Rule) -> str:
        return self.name_global("check", rule.constraint)

    def format_applies_to(self, rule: Rule, seen: str, value: str) -> str:
        """Source that is true if *value*, of which *seen* is seen, fits the check of *rule*."""
        kind = rule.constraint.view.kind
        if kind is not None:
            return f"type({value}) is {kind.__name__}"
        return format_applies_to(rule.constraint, seen, self.check(rule))

    def format_is_satisfied(self, rule: Rule, seen: str) -> str:
        """Source that is true if the check of *rule* holds for *seen*, which fits."""
        return format_is_satisfied(rule.constraint, seen, self.check(rule))

    def condition(self, rule: Rule) -> str:
        assert rule.when is not None
        return condition(rule.when, self._flags[rule.when.path])

    def nullable(self, depth: int, place: Place, value: str) -> int:
        """Opens the test for null where it is allowed; returns the depth inside it."""
        if any(rule.nullable for rule in place.rules):
            self.line(depth, f"if {value} is not None:")
            return depth + 1
        return depth

    def when(self, depth: int, rule: Rule) -> int:
        """Opens the test of the condition of *rule*; returns the depth inside it."""
        if rule.when is None:
            return depth
        self.line(depth, f"if {self.condition(rule)}:")
        return depth + 1

    def add(self, depth: int, rule: Rule, at: str, value: str) -> None:
        # tuple.__new__ makes a Finding at half the cost of calling the class.
        name = self.name_global("rule", rule)
        self.line(depth, f"found.append(make(Finding, ({name}, f{at!r}, {value}, None, None)))")

    def absent(self, depth: int, place: Place, at: str) -> None:
        """What to add where nothing is at *place*; follows an ``if``."""
        required = [rule for rule in place.rules if rule.required]
        if required:
            self.line(depth, "else:")
        for rule in required:
            self.add(self.when(depth + 1, rule), rule, at, "MISSING")

    def write_unknown_members(
        self, depth: int, place: Place, names: tuple[str, str, str], at: str
    ) -> None:
        """What to add where the number of members is not that of the known ones.

        *names* are those of the value and of the two numbers.
        """
        value, size, known = names
        rule = self.name_global("rule", self._closed[place.path])
        self.line(depth, f"if {known} != {size}:")
        self.line(depth + 1, f"strangers({value}, {rule}, f{at!r}, found)")

    def rows(
        self, depth: int, rules: Iterable[Rule], kind: str | None, value: str, at: str
    ) -> None:
        """Tests of *value* by *rules*; *kind* is what is known to fit, None if nothing does.

        A row that asks for more than *kind* reports a value that does not fit it only while
        no row before it has reported anything.
        """
        tracked = kind is not None and any(
            self.format_applies_to(rule, value, value) not in (kind, "True") for rule in rules
        )
        if tracked:
            self.line(depth, "clean = True")
        view: View | None = None
        seen, inside = value, depth
        for rule in rules:
            if rule.constraint.view is not view:
                view = rule.constraint.view
                seen, inside = self._write_extract(depth, view, value)
            self._row(self.when(inside, rule), rule, kind, (seen, value, at), tracked=tracked)

    def _row(
        self,
        depth: int,
        rule: Rule,
        kind: str | None,
        names: tuple[str, str, str],
        *,
        tracked: bool,
    ) -> None:
        seen, value, at = names
        fit, hold = self.format_applies_to(rule, seen, value), self.format_is_satisfied(rule, seen)
        if fit not in (kind, "True"):
            self.line(depth, f"if {fit}:")
            self._write_broken(depth + 1, f"if not ({hold}):", rule, (value, at), tracked=tracked)
            if tracked:
                self._write_broken(depth, "elif clean:", rule, (value, at), tracked=True)
        elif hold == "True":
            self.line(depth, "pass")
        else:
            self._write_broken(depth, f"if not ({hold}):", rule, (value, at), tracked=tracked)

    def _write_broken(
        self, depth: int, test: str, rule: Rule, names: tuple[str, str], *, tracked: bool
    ) -> None:
        value, at = names
        self.line(depth, test)
        self.add(depth + 1, rule, at, value)
        if tracked:
            self.line(depth + 1, "clean = False")

    def _write_extract(self, depth: int, view: View, value: str) -> tuple[str, int]:
        """Looks through *view*; returns the name of what is seen and the depth to go on at."""
        if view is IDENTITY_VIEW:
            return value, depth
        seen = self.fresh("seen")
        self.line(depth, f"{seen} = {self.name_global('see', view.extract)}({value})")
        if view.known_good is NotImplemented:
            return seen, depth
        self.line(depth, f"if {seen} is not {self.name_global('fine', view.known_good)}:")
        return seen, depth + 1


def format_member_pointer(at: str, name: str) -> str:
    """The pointer of member *name* below *at*, as the inside of an f-string."""
    return at + "/" + json_pointer.escape(name).replace("{", "{{").replace("}", "}}")


def _add_unknown_members(
    members: dict[Any, Any], rule: Rule, at: str, found: list[Finding]
) -> None:
    assert isinstance(rule.constraint, KnownMembers)
    known = rule.constraint.known
    found += [
        Finding(rule, f"{at}/{json_pointer.escape(name)}", value)
        for name, value in members.items()
        if name not in known
    ]
