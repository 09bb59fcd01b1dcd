"""The engine for payloads of the right shape, which nearly all are.

It takes for granted that what is required is there and that arrays and objects stand where
they should, so that a place costs one cheap test if nothing is wrong with it. A broken
limit is reported on the way. Where the shape is not as expected it gives up, and the careful
engine starts anew; so it does for a whole array as soon as one item has a fault.
"""

from __future__ import annotations

from typing import Final

from ..constraints.basic import BOOLEAN, IDENTITY_VIEW, JsonType, ObjectCount, OneOf
from ..finding import Finding
from ..source.json_pointer import ANY, Path
from ..spec import Rule, Severity
from .codegen import format_member_pointer
from .expressions import format_between
from .full import FullWriter
from .rule_tree import Place

FALLBACK_STATEMENT = "return careful(payload)"
MAX_CACHED_VERDICTS: Final = 256
"""Verdicts on recurring values that are kept for a place."""

MAX_CACHED_CHARACTERS: Final = 32
"""Characters of a value whose verdict is kept."""


class FastPathWriter(FullWriter):
    """Writes ``swift(payload)``: what ``careful(payload)`` finds, perhaps by calling it."""

    _tallies: dict[Path, str]
    _loops = 0

    def write(self, root: Place) -> None:
        self._tallies = {}
        self.names["remember"] = _remember
        self.line(0, "def swift(payload):")
        self.line(1, "try:")
        self.line(2, "found = []")
        for flag in self._flags.values():
            self.line(2, f"{flag} = MISSING")
        self._write_fast(2, root, "payload", "")
        self.line(2, "return found")
        self.line(1, "except (LookupError, TypeError, AttributeError):")
        self.line(2, FALLBACK_STATEMENT)

    def _write_fast(self, depth: int, place: Place, value: str, at: str) -> None:
        if place.path in self._flags:
            self.line(depth, f"{self._flags[place.path]} = {value}")
        depth = self.nullable(depth, place, value)
        if place.members:
            self._object(depth, place, value, at)
        elif place.below:
            self._array(depth, place, value, at)
        else:
            self._leaf(depth, place, value, at)

    def _object(self, depth: int, place: Place, value: str, at: str) -> None:
        expected = {
            name: any(rule.required and rule.severity is Severity.ERROR for rule in below.rules)
            for name, below in place.members.items()
        }
        kind, *terms = self._terms(place.rules, value)
        size = self.fresh("size")
        # Asking for a member by name fails for whatever is no object.
        self._unless(depth, [] if any(expected.values()) else [kind])
        self.line(depth, f"{size} = len({value})")
        self._unless(depth, [term.replace(f"len({value})", size) for term in terms])
        known = self.fresh("known")
        self.line(depth, f"{known} = {sum(expected.values())}")
        for name, below in place.members.items():
            member, pointer = self.fresh("member"), format_member_pointer(at, name)
            if expected[name]:
                self.line(depth, f"{member} = {value}[{name!r}]")
                self._write_fast(depth, below, member, pointer)
            else:
                self.line(depth, f"if {name!r} in {value}:")
                self._present(depth + 1, below, f"{known} += 1")
                self.line(depth + 1, f"{member} = {value}[{name!r}]")
                self._write_fast(depth + 1, below, member, pointer)
                self.absent(depth, below, pointer)
        if self._loops:
            self._unless(depth, [f"{known} == {size}"])
        else:
            self.write_unknown_members(depth, place, (value, size, known), at)

    def _present(self, depth: int, place: Place, count: str) -> None:
        self.line(depth, count)
        if place.path in self._tallies:
            self.line(depth, f"{self._tallies[place.path]} += 1")

    def _array(self, depth: int, place: Place, value: str, at: str) -> None:
        if ANY in place.below:
            self._items(depth, place, value, at)
            return
        self._unless(depth, self._terms(place.rules, value))
        for index, below in place.below.items():
            item = self.fresh("item")
            self.line(depth, f"{item} = {value}[{index}]")
            self._write_fast(depth, below, item, f"{at}/{index}")

    def _items(self, depth: int, place: Place, value: str, at: str) -> None:
        """Tests of all items; at the first fault, the array is looked at anew with care."""
        counted = [rule for rule in place.rules if isinstance(rule.constraint, ObjectCount)]
        others = [rule for rule in place.rules if rule not in counted]
        fine, item = self.fresh("fine"), self.fresh("item")
        self.line(depth, f"{fine} = False")
        self.line(depth, f"if {' and '.join(self._terms(others, value))}:")
        tests = [self._tally(depth + 1, rule) for rule in counted]
        self.line(depth + 1, f"for {item} in {value}:")
        self._loops += 1
        self._write_fast(depth + 2, place.below[ANY], item, at)
        self._loops -= 1
        self.line(depth + 1, "else:")
        self.line(depth + 2, f"{fine} = {' and '.join(tests) or 'True'}")
        self.line(depth, f"if not {fine}:")
        self.value(depth + 1, place, value, at)

    def _tally(self, depth: int, rule: Rule) -> str:
        """The test of a variable that counts the items with the member *rule* asks about."""
        assert isinstance(rule.constraint, ObjectCount)
        member = (*rule.path, ANY, rule.constraint.key)
        if member not in self._tallies:
            self._tallies[member] = self.fresh("tally")
            self.line(depth, f"{self._tallies[member]} = 0")
        test = format_between(self._tallies[member], rule.constraint.low, rule.constraint.high)
        return f"(not {self.condition(rule)} or {test})" if rule.when else test

    def _leaf(self, depth: int, place: Place, value: str, at: str) -> None:
        if any(rule.constraint.view.cacheable for rule in place.rules):
            self._write_cached(depth, place, value, at)
            return
        terms = self._terms(place.rules, value)
        if self._loops:
            self._unless(depth, terms)
            return
        self.line(depth, f"if not ({' and '.join(terms)}):")
        if len(place.rules) == 1:
            self.add(depth + 1, place.rules[0], at, value)
        else:
            self.value(depth + 1, place, value, at)

    def _write_cached(self, depth: int, place: Place, value: str, at: str) -> None:
        """Tests of a value whose verdict is kept; all rows ask for nothing but the value."""
        assert not any(rule.when for rule in place.rules)
        verdicts, broken, before = (
            self.name_global("verdicts", {}),
            self.fresh("broken"),
            self.fresh("n"),
        )
        self.line(depth, f"{broken} = {verdicts}.get({value})")
        self.line(depth, f"if {broken} is None:")
        self.line(depth + 1, f"{before} = len(found)")
        self.value(depth + 1, place, value, at)
        self.line(depth + 1, f"remember({value}, {verdicts}, found[{before}:])")
        self.line(depth, "else:")
        self.line(depth + 1, f"for rule in {broken}:")
        self.line(depth + 2, f"found.append(make(Finding, (rule, f{at!r}, {value}, None, None)))")

    def _unless(self, depth: int, terms: list[str]) -> None:
        """Gives up, on the array if in one, else altogether, unless all *terms* are true."""
        if terms:
            self.line(depth, f"if not ({' and '.join(terms)}):")
            self.line(depth + 1, "break" if self._loops == 1 else FALLBACK_STATEMENT)

    def _terms(self, rules: list[Rule], value: str) -> list[str]:
        """Tests that are all true only if *rules* find nothing wrong with *value*."""
        terms: list[str] = []
        if any(rule.constraint.view.fast_accept for rule in rules):
            # What is quickly seen to be flawless is of the right kind as well.
            rules = [rule for rule in rules if not isinstance(rule.constraint, JsonType)]
        for rule in rules:
            new = [term for term in self._tests(rule, value) if term not in (*terms, "True")]
            if rule.when and new:
                new = [f"(not {self.condition(rule)} or {' and '.join(new)})"]
            terms += new
        return terms

    def _tests(self, rule: Rule, value: str) -> list[str]:
        check, view = rule.constraint, rule.constraint.view
        if view.fast_accept is not None:
            see, fine = (
                self.name_global("see", view.extract),
                self.name_global("fine", view.known_good),
            )
            return [
                f"({self.name_global('quick', view.fast_accept)}({value}) or {see}({value}) is {fine})"
            ]
        if check == BOOLEAN:
            return [f"({value} is True or {value} is False)"]
        if isinstance(check, OneOf) and isinstance(check.values[0], str):
            return [self.format_is_satisfied(rule, value)]
        assert view is IDENTITY_VIEW
        return [self.format_applies_to(rule, value, value), self.format_is_satisfied(rule, value)]


def _remember(value: object, verdicts: dict[str, tuple[Rule, ...]], found: list[Finding]) -> None:
    """Keeps the rows that a short string breaks, for as many strings as are worth it."""
    has_room = len(verdicts) < MAX_CACHED_VERDICTS
    if type(value) is str and len(value) <= MAX_CACHED_CHARACTERS and has_room:
        verdicts[value] = tuple(finding.row for finding in found)
