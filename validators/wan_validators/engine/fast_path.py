"""Writes the engine for payloads of the expected structure, which nearly all payloads have.

It assumes that required members are present, and that arrays and objects are in the expected
places. So each valid value costs one cheap test. Broken limits are reported directly. If the
structure differs, the full engine checks the payload again. If an item of an array is not
valid, the full tests check the whole array again. The members of a payload without findings are
counted on the way, as its text must not have more.
"""

from __future__ import annotations

from typing import Final

from ..constraints.basic import BOOLEAN, IDENTITY_VIEW, MutuallyExclusive, ObjectCount, OneOf
from ..constraints.media import MediaConstraint
from ..recent_values import RecentValues
from ..source.json_pointer import ANY, Path
from ..spec import Rule
from .codegen import PARAMETERS, format_member_pointer
from .expressions import format_between
from .full import FullWriter
from .rule_tree import Place

__all__ = ["FastPathWriter"]

_DEPTH: Final = 2
"""The depth of the tests that are not within others."""

MAX_MEDIA_CHARACTERS: Final = 10_000
"""The length from which a reference is left to the full tests.

It is a file then: to hash it, or to extract it twice, is slow.
"""


class FastPathWriter(FullWriter):
    """Writes ``find_fast(payload)``: the findings of ``find_all(payload)``, but faster.

    Without findings, it returns the number of members of all objects that have rules.
    """

    _counters: dict[Path, str]
    _functions: list[str]
    _sizes: list[str]
    _loops = 0
    """The loops around the tests that are written."""
    _is_outside = False
    """Whether they are in a function of their own, where nothing is counted."""

    def write(self, root: Place) -> None:
        self._counters, self._functions, self._sizes = {}, [], []
        self.emit(0, f"def find_fast({PARAMETERS}):")
        self.emit(1, "try:")
        self.emit(2, "found = []")
        self.emit(2, "members = 0")
        for flag in self._flags.values():
            self.emit(2, f"{flag} = MISSING")
        self._write_fast(_DEPTH, root, "payload", "")
        self.write_relations(2)
        self.emit(2, f"return found or {' + '.join(['members', *self._sizes])}")
        self.emit(1, "except (LookupError, TypeError, AttributeError):")
        self.emit(2, "return find_all(payload, limit)")
        self._lines = [*self._functions, *self._lines]

    def _write_fast(self, depth: int, place: Place, value: str, at: str) -> None:
        if place.path in self._flags:
            self.emit(depth, f"{self._flags[place.path]} = {value}")
        depth = self.open_nullable(depth, place, value)
        if place.members:
            self._write_object(depth, place, value, at)
        elif place.below:
            self._write_array(depth, place, value, at)
        else:
            self._write_leaf(depth, place, value, at)

    def _write_object(self, depth: int, place: Place, value: str, at: str) -> None:
        if self._loops and _is_choice(place):
            self._write_choice(depth, place, value, at)
            return
        expected = {
            name: any(rule.is_mandatory for rule in below.rules)
            for name, below in place.members.items()
        }
        kind, *terms = self._build_terms(place.rules, value)
        size = self.new_name("size")
        # Access to a required member fails if the value is not an object: no type test needed.
        self._write_unless(depth, [] if any(expected.values()) else [kind])
        self.emit(depth, f"{size} = len({value})")
        self._write_unless(depth, [term.replace(f"len({value})", size) for term in terms])
        known = str(sum(expected.values()))
        if not all(expected.values()):
            required, known = known, self.new_name("known")
            self.emit(depth, f"{known} = {required}")
        for name, below in place.members.items():
            member, pointer = self.new_name("member"), format_member_pointer(at, name)
            if expected[name]:
                self.emit(depth, f"{member} = {value}[{name!r}]")
                self._write_fast(depth, below, member, pointer)
            else:
                self.emit(depth, f"if {name!r} in {value}:")
                self._write_present(depth + 1, below, f"{known} += 1")
                self.emit(depth + 1, f"{member} = {value}[{name!r}]")
                self._write_fast(depth + 1, below, member, pointer)
                self.write_absent(depth, below, pointer)
        if self._loops:
            self._write_unless(depth, [f"{known} == {size}"])
        else:
            self.write_unknown_members(depth, place, (value, size, known), at)
        if self._is_outside:
            return
        if depth == _DEPTH:  # the object is always there
            self._sizes.append(size)
        else:
            self.emit(depth, f"members += {size}")

    def _write_choice(self, depth: int, place: Place, value: str, at: str) -> None:
        """Writes the tests of an object with one member, which is one of the known ones."""
        others = [
            rule for rule in place.rules if not isinstance(rule.constraint, MutuallyExclusive)
        ]
        self._write_unless(depth, [*self._build_terms(others, value), f"len({value}) == 1"])
        word = "if"
        for name, below in place.members.items():
            member = self.new_name("member")
            self.emit(depth, f"{word} {name!r} in {value}:")
            self._write_present(depth + 1, below, "members += 1")
            self.emit(depth + 1, f"{member} = {value}[{name!r}]")
            self._write_fast(depth + 1, below, member, format_member_pointer(at, name))
            word = "elif"
        self.emit(depth, "else:")
        self._write_unless(depth + 1, ["False"])

    def _write_present(self, depth: int, place: Place, count: str) -> None:
        self.emit(depth, count)
        if place.path in self._counters and not self._is_outside:
            self.emit(depth, f"{self._counters[place.path]} += 1")

    def _write_array(self, depth: int, place: Place, value: str, at: str) -> None:
        if ANY in place.below:
            self._write_items(depth, place, value, at)
            return
        self._write_unless(depth, self._build_terms(place.rules, value))
        for index, below in place.below.items():
            item = self.new_name("item")
            self.emit(depth, f"{item} = {value}[{index}]")
            self._write_fast(depth, below, item, f"{at}/{index}")

    def _write_items(self, depth: int, place: Place, value: str, at: str) -> None:
        """Writes the tests of all items; after the first error, the full tests run."""
        counted = [rule for rule in place.rules if isinstance(rule.constraint, ObjectCount)]
        others = [rule for rule in place.rules if rule not in counted]
        valid, item = self.new_name("valid"), self.new_name("item")
        self.emit(depth, f"{valid} = False")
        self.emit(depth, f"if {' and '.join(self._build_terms(others, value))}:")
        tests = [self._write_counter(depth + 1, rule) for rule in counted]
        self.emit(depth + 1, f"for {item} in {value}:")
        self._loops += 1
        self._write_fast(depth + 2, place.below[ANY], item, at)
        self._loops -= 1
        self.emit(depth + 1, "else:")
        self.emit(depth + 2, f"{valid} = {' and '.join(tests) or 'True'}")
        self.emit(depth, f"if not {valid}:")
        self._call_full_tests(depth + 1, place, value, at)

    def _write_counter(self, depth: int, rule: Rule) -> str:
        """Returns the test of the counter of items with the member in *rule*."""
        assert isinstance(rule.constraint, ObjectCount)
        member = (*rule.path, ANY, rule.constraint.key)
        if member not in self._counters:
            self._counters[member] = self.new_name("counter")
            self.emit(depth, f"{self._counters[member]} = 0")
        test = format_between(self._counters[member], rule.constraint.low, rule.constraint.high)
        return f"(not {self.format_condition(rule)} or {test})" if rule.when else test

    def _write_leaf(self, depth: int, place: Place, value: str, at: str) -> None:
        terms = self._build_terms(place.rules, value)
        if self._loops:
            self._write_unless(depth, terms)
            return
        self.emit(depth, f"if not ({' and '.join(terms)}):")
        if len(place.rules) == 1:
            self.write_finding(depth + 1, place.rules[0], at, value)
        else:
            self._call_full_tests(depth + 1, place, value, at)

    def _call_full_tests(self, depth: int, place: Place, value: str, at: str) -> None:
        """Writes the full tests of *value* as a function, and a call of it."""
        if self._is_outside:
            self.write_value(depth, place, value, at)
            return
        name = self.new_name("find")
        call = f"{name}({', '.join(['found', value, 'payload', 'limit', *self._flags.values()])})"
        self.emit(depth, f"found = {call}")
        lines, self._lines, self._is_outside = self._lines, self._functions, True
        self.emit(0, f"def {call}:")
        self.write_value(1, place, value, at)
        self.emit(1, "return found")
        self._lines, self._is_outside = lines, False

    def write_item(self, depth: int, place: Place, value: str, at: str) -> None:
        """Writes the tests of an item, most of which are valid even if the array is not."""
        self._write_fast(depth, place, value, at)

    def _write_unless(self, depth: int, terms: list[str]) -> None:
        """Writes the fallback (of an array, or of the payload) unless all *terms* are true."""
        if terms:
            self.emit(depth, f"if not ({' and '.join(terms)}):")
            way_out = "raise LookupError" if self._is_outside else "return find_all(payload, limit)"
            self.emit(depth + 1, "break" if self._loops == 1 else way_out)

    def _build_terms(self, rules: list[Rule], value: str) -> list[str]:
        """Returns tests that are all true only if *value* satisfies *rules*."""
        always = [rule for rule in rules if not rule.when]
        terms = self._join_tests(always, value)
        if any(rule.constraint.view.cacheable for rule in always):
            terms = [self._remember_good(always, terms, value)]
        for rule in rules:
            if rule.when and (new := self._join_tests([rule], value)):
                terms.append(f"(not {self.format_condition(rule)} or {' and '.join(new)})")
        return terms

    def _remember_good(self, rules: list[Rule], terms: list[str], value: str) -> str:
        """Returns a test that evaluates *terms* only for strings that it does not remember."""
        good = RecentValues()
        names = self.name_global("good", good), self.name_global("remember", good.remember)
        test = f"({value} in {names[0]} or {' and '.join(terms)} and {names[1]}({value}))"
        if any(isinstance(rule.constraint, MediaConstraint) for rule in rules):
            return f"len({value}) < {MAX_MEDIA_CHARACTERS} and {test}"
        return test

    def _join_tests(self, rules: list[Rule], value: str) -> list[str]:
        """Returns the different tests of *value* by *rules*."""
        tests = (test for rule in rules for test in self._build_tests(rule, value))
        return [each for each in dict.fromkeys(tests) if each != "True"]

    def _build_tests(self, rule: Rule, value: str) -> list[str]:
        constraint, view = rule.constraint, rule.constraint.view
        if constraint == BOOLEAN:
            return [f"({value} is True or {value} is False)"]
        if isinstance(constraint, OneOf) and isinstance(constraint.values[0], str):
            return [self.format_is_satisfied(rule, value)]
        applies = self.format_applies_to(rule, value, value)
        if view is IDENTITY_VIEW:
            return [applies, self.format_is_satisfied(rule, value)]
        seen = f"{self.name_global('extract', view.extract)}({value})"
        if view.known_good is not NotImplemented:
            return [applies, f"{seen} is {self.name_global('known_good', view.known_good)}"]
        applies = self.format_applies_to(rule, seen, value)
        return [applies, self.format_is_satisfied(rule, seen)]


def _is_choice(place: Place) -> bool:
    """Returns True if an object at *place* has one of its members, and no other."""
    choices = (each.constraint for each in place.rules if not each.when)
    return any(
        isinstance(each, MutuallyExclusive) and place.members.keys() <= {*each.keys}
        for each in choices
    )
