"""A spec, compiled once: the oracle's loops unrolled into one Python function.

What the oracle asks of every payload anew (which rows there are, which stand at the same
place, what they depend on) is settled here while the source is written; what is left is a
straight run of tests over the members that are there. :func:`source` shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from . import pointer
from .checks import ITSELF, Members, View, sides
from .expressions import condition, fits, holds
from .finding import Finding
from .pointer import ANY, MISSING, Path
from .spec import ModelSpec, Rule

Engine = Callable[[Any], list[Finding]]


def compile_spec(spec: ModelSpec) -> Engine:
    """A function from an unwrapped payload to all findings of *spec* in it.

    It finds what :func:`.oracle.findings` finds, place by place instead of row by row.
    """
    writer = _Writer(spec)
    code = compile(writer.source, f"<rules of {spec.id}>", "exec")
    exec(code, writer.names)  # noqa: S102  (our own source, made from our own tables)
    engine: Engine = writer.names["engine"]
    return engine


def source(spec: ModelSpec) -> str:
    """The Python source that :func:`compile_spec` runs, to be read by a person."""
    return _Writer(spec).source


@dataclass
class _Place:
    """A node of the tree of paths: the rows that stand there, and the places below."""

    path: Path = ()
    rules: list[Rule] = field(default_factory=list)
    below: dict[str | int, _Place] = field(default_factory=dict)

    @classmethod
    def tree(cls, spec: ModelSpec) -> _Place:
        root = cls()
        for rule in spec.rules:
            place = root
            for part in rule.path:
                place = place.below.setdefault(part, cls((*place.path, part)))
            place.rules.append(rule)
        return root


class _Writer:
    """Writes the function line by line; *names* are the globals that it runs in."""

    def __init__(self, spec: ModelSpec) -> None:
        self.names: dict[str, Any] = {
            "MISSING": MISSING,
            "Finding": Finding,
            "make": tuple.__new__,
            "sides": sides,
            "strangers": _strangers,
        }
        self._closed = {rule.path: rule for rule in spec.closed}
        self._number = count()
        self._lines: list[str] = []
        self._flags: dict[Path, str] = {}
        self._line(0, "def engine(payload):")
        self._line(1, "found = []")
        self._line(1, "add = found.append")
        self._read_flags(spec)
        self._value(1, _Place.tree(spec), "payload", "")
        self._line(1, "return found")
        self.source = "\n".join(self._lines) + "\n"

    def _line(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text)

    def _fresh(self, stem: str) -> str:
        return f"{stem}{next(self._number)}"

    def _named(self, stem: str, thing: object) -> str:
        """The global name of *thing*, made on first sight."""
        for name, known in self.names.items():
            if known is thing:
                return name
        name = self._fresh(stem)
        self.names[name] = thing
        return name

    def _read_flags(self, spec: ModelSpec) -> None:
        for path in dict.fromkeys(rule.when.path for rule in spec.rules if rule.when):
            flag = self._flags[path] = self._fresh("flag")
            self._line(1, f"{flag} = payload")
            for part in path:
                get = f"{flag}.get({part!r}, MISSING)"
                self._line(1, f"{flag} = {get} if type({flag}) is dict else MISSING")

    def _value(self, depth: int, place: _Place, value: str, at: str) -> None:
        """Tests of the *value* at *place*, which is there; *at* is the inside of an f-string.

        The first row says of what kind the value must be: if it is, the other rows and the
        places below are asked; if not, only rows about another kind still have a say.
        """
        if any(rule.nullable for rule in place.rules):
            self._line(depth, f"if {value} is not None:")
            depth += 1
        first, *others = place.rules
        kind = self._fits(first, value, value)
        self._line(depth, f"if {kind}:")
        self._rows(depth + 1, place.rules, kind, value, at)
        self._below(depth + 1, place, value, at)
        self._line(depth, "else:")
        self._add(depth + 1, first, at, value)
        strange = [rule for rule in others if self._fits(rule, value, value) != kind]
        self._rows(depth + 1, strange, None, value, at)

    def _below(self, depth: int, place: _Place, value: str, at: str) -> None:
        members = {part: p for part, p in place.below.items() if type(part) is str and part != ANY}
        if members:
            self._members(depth, place, members, value, at)
        for part, item_place in place.below.items():
            item = self._fresh("item")
            if part == ANY:
                index = self._fresh("i")
                self._line(depth, f"for {index}, {item} in enumerate({value}):")
                self._value(depth + 1, item_place, item, f"{at}/{{{index}}}")
            elif type(part) is int:
                self._line(depth, f"if len({value}) > {part}:")
                self._line(depth + 1, f"{item} = {value}[{part}]")
                self._value(depth + 1, item_place, item, f"{at}/{part}")

    def _members(
        self, depth: int, place: _Place, members: dict[str | int, _Place], value: str, at: str
    ) -> None:
        known = self._fresh("known")
        self._line(depth, f"{known} = 0")
        for name, member_place in members.items():
            member = self._fresh("member")
            inside = at + "/" + pointer.escape(name).replace("{", "{{").replace("}", "}}")
            self._line(depth, f"{member} = {value}.get({name!r}, MISSING)")
            self._line(depth, f"if {member} is not MISSING:")
            self._line(depth + 1, f"{known} += 1")
            self._value(depth + 1, member_place, member, inside)
            required = [rule for rule in member_place.rules if rule.required]
            if required:
                self._line(depth, "else:")
            for rule in required:
                self._add(self._when(depth + 1, rule), rule, inside, "MISSING")
        rule = self._named("rule", self._closed[place.path])
        self._line(depth, f"if {known} != len({value}):")
        self._line(depth + 1, f"strangers({value}, {rule}, f{at!r}, add)")

    def _rows(
        self, depth: int, rules: list[Rule], kind: str | None, value: str, at: str
    ) -> None:
        """Tests of *value* by *rules*; *kind* is what is known to fit, None if nothing does.

        A row that asks for more than *kind* reports a value that does not fit it only while
        no row before it has reported anything.
        """
        tracked = kind is not None and any(
            self._fits(rule, value, value) not in (kind, "True") for rule in rules
        )
        if tracked:
            self._line(depth, "clean = True")
        view: View | None = None
        seen, inside = value, depth
        for rule in rules:
            if rule.check.view is not view:
                view = rule.check.view
                seen, inside = self._see(depth, view, value)
            at_row = self._when(inside, rule)
            fit, hold = self._fits(rule, seen, value), holds(rule.check, seen, self._check(rule))
            if fit in (kind, "True"):
                self._broken(at_row, f"not ({hold})", rule, at, value, tracked)
                continue
            self._line(at_row, f"if {fit}:")
            self._broken(at_row + 1, f"not ({hold})", rule, at, value, tracked)
            if tracked:
                self._broken(at_row, "clean", rule, at, value, tracked, word="elif")

    def _see(self, depth: int, view: View, value: str) -> tuple[str, int]:
        """Looks through *view*; returns the name of what is seen and the depth to go on at."""
        if view is ITSELF:
            return value, depth
        seen = self._fresh("seen")
        self._line(depth, f"{seen} = {self._named('see', view.see)}({value})")
        if view.fine is NotImplemented:
            return seen, depth
        self._line(depth, f"if {seen} is not {self._named('fine', view.fine)}:")
        return seen, depth + 1

    def _check(self, rule: Rule) -> str:
        return self._named("check", rule.check)

    def _fits(self, rule: Rule, seen: str, value: str) -> str:
        kind = rule.check.view.kind
        if kind is not None:
            return f"type({value}) is {kind.__name__}"
        return fits(rule.check, seen, self._check(rule))

    def _when(self, depth: int, rule: Rule) -> int:
        """Opens the test of the condition of *rule*; returns the depth inside it."""
        if rule.when is None:
            return depth
        self._line(depth, f"if {condition(rule.when, self._flags[rule.when.path])}:")
        return depth + 1

    def _broken(
        self,
        depth: int,
        test: str,
        rule: Rule,
        at: str,
        value: str,
        tracked: bool,
        word: str = "if",
    ) -> None:
        if test == "not (True)":
            self._line(depth, "pass")
            return
        self._line(depth, f"{word} {test}:")
        self._add(depth + 1, rule, at, value)
        if tracked:
            self._line(depth + 1, "clean = False")

    def _add(self, depth: int, rule: Rule, at: str, value: str) -> None:
        # tuple.__new__ makes a Finding at half the cost of calling the class.
        name = self._named("rule", rule)
        self._line(depth, f"add(make(Finding, ({name}, f{at!r}, {value}, None, None)))")


def _strangers(
    members: dict[Any, Any], rule: Rule, at: str, add: Callable[[Finding], None]
) -> None:
    assert isinstance(rule.check, Members)
    for name in members:
        if name not in rule.check.known:
            add(Finding(rule, f"{at}/{pointer.escape(name)}", members[name]))
