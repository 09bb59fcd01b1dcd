"""Writes the engine for payloads of the expected structure, which nearly all payloads have.

It assumes that required members are present, and that arrays and objects are in the expected
places. So each valid value costs one cheap test. Broken limits are reported directly. If the
structure differs, the full engine checks the payload again. If an item of an array is not
valid, the full tests check the whole array again.
"""

from __future__ import annotations

from typing import Final

from ..constraints.basic import BOOLEAN, IDENTITY_VIEW, JsonType, ObjectCount, OneOf
from ..finding import Finding
from ..source.json_pointer import ANY, Path
from ..spec import Rule
from .codegen import ORIGIN, PARAMETERS, format_member_pointer
from .expressions import format_between
from .full import FullWriter
from .rule_tree import Place

__all__ = ["FastPathWriter"]

FALLBACK_STATEMENT = "return find_all(payload, limit)"
MAX_CACHED_VERDICTS: Final = 256
"""The maximum number of cached results for a place."""

MAX_CACHED_CHARACTERS: Final = 32
"""Results are cached only for values of at most this length."""


MAX_EXTRACTED_CHARACTERS: Final = 10_000
"""The length from which a value with a view is left to the full tests."""


class FastPathWriter(FullWriter):
    """Writes ``find_fast(payload)``: the findings of ``find_all(payload)``, but faster."""

    _counters: dict[Path, str]
    _loops = 0

    def write(self, root: Place) -> None:
        self._counters = {}
        self.names["remember"] = _remember
        self.emit(0, f"def find_fast({PARAMETERS}):")
        self.emit(1, "try:")
        self.emit(2, "found = []")
        for flag in self._flags.values():
            self.emit(2, f"{flag} = MISSING")
        self._write_fast(2, root, "payload", "")
        self.write_relations(2)
        self.emit(2, "return found")
        self.emit(1, "except (LookupError, TypeError, AttributeError):")
        self.emit(2, FALLBACK_STATEMENT)

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
        known = self.new_name("known")
        self.emit(depth, f"{known} = {sum(expected.values())}")
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

    def _write_present(self, depth: int, place: Place, count: str) -> None:
        self.emit(depth, count)
        if place.path in self._counters:
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
        self.write_value(depth + 1, place, value, at)

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
        if any(rule.constraint.view.cacheable for rule in place.rules):
            if any(rule.when for rule in place.rules):
                self.write_value(depth, place, value, at)
            else:
                self._write_cached(depth, place, value, at)
            return
        terms = self._build_terms(place.rules, value)
        if self._loops:
            self._write_unless(depth, terms)
            return
        self.emit(depth, f"if not ({' and '.join(terms)}):")
        if len(place.rules) == 1:
            self.write_finding(depth + 1, place.rules[0], at, value)
        else:
            self.write_value(depth + 1, place, value, at)

    def _write_cached(self, depth: int, place: Place, value: str, at: str) -> None:
        """Writes the tests of a value with cached results; no rule may have a condition."""
        results, broken, before = (
            self.name_global("results", {}),
            self.new_name("broken"),
            self.new_name("n"),
        )
        self.emit(depth, f"{broken} = {results}.get({value})")
        self.emit(depth, f"if {broken} is None:")
        self.emit(depth + 1, f"{before} = len(found)")
        self.write_value(depth + 1, place, value, at)
        self.emit(depth + 1, f"remember({value}, {results}, found[{before}:])")
        self.emit(depth, "else:")
        self.emit(depth + 1, f"for rule in {broken}:")
        self.emit(
            depth + 2,
            f"found.append(make(Finding, (rule, f{at!r}, {value}, None, None, {ORIGIN})))",
        )

    def _write_unless(self, depth: int, terms: list[str]) -> None:
        """Writes the fallback (of an array, or of the payload) unless all *terms* are true."""
        if terms:
            self.emit(depth, f"if not ({' and '.join(terms)}):")
            self.emit(depth + 1, "break" if self._loops == 1 else FALLBACK_STATEMENT)

    def _build_terms(self, rules: list[Rule], value: str) -> list[str]:
        """Returns tests that are all true only if *value* satisfies *rules*."""
        terms: list[str] = []
        if any(rule.constraint.view.good_values is not None for rule in rules):
            # The good values have the right type, and so has what extract accepts.
            rules = [rule for rule in rules if not isinstance(rule.constraint, JsonType)]
        for rule in rules:
            new = [term for term in self._build_tests(rule, value) if term not in (*terms, "True")]
            if rule.when and new:
                new = [f"(not {self.format_condition(rule)} or {' and '.join(new)})"]
            terms += new
        return terms

    def _build_tests(self, rule: Rule, value: str) -> list[str]:
        constraint, view = rule.constraint, rule.constraint.view
        if view.good_values is not None:
            good_values = self.name_global("good_values", view.good_values)
            extract = self.name_global("extract", view.extract)
            known_good = self.name_global("known_good", view.known_good)
            # A long value is left to the full tests: to hash it, or to extract it twice, is slow.
            is_good = f"({value} in {good_values} or {extract}({value}) is {known_good})"
            return [f"len({value}) < {MAX_EXTRACTED_CHARACTERS} and {is_good}"]
        if constraint == BOOLEAN:
            return [f"({value} is True or {value} is False)"]
        if isinstance(constraint, OneOf) and isinstance(constraint.values[0], str):
            return [self.format_is_satisfied(rule, value)]
        if view.kind is not None:
            extract = self.name_global("extract", view.extract)
            satisfied = self.format_is_satisfied(rule, f"{extract}({value})")
            return [self.format_applies_to(rule, value, value), satisfied]
        assert view is IDENTITY_VIEW
        return [self.format_applies_to(rule, value, value), self.format_is_satisfied(rule, value)]


def _remember(value: object, results: dict[str, tuple[Rule, ...]], found: list[Finding]) -> None:
    """Caches the rules that a short string breaks, up to the maximum number of results."""
    has_room = len(results) < MAX_CACHED_VERDICTS
    if type(value) is str and len(value) <= MAX_CACHED_CHARACTERS and has_room:
        results[value] = tuple(finding.row for finding in found)
