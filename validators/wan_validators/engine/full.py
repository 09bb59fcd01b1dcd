"""Writes the engine for any payload: it checks each container before its content."""

from __future__ import annotations

from ..finding_limit import SLACK
from ..source.json_pointer import ANY
from .codegen import PARAMETERS, Writer, format_member_pointer
from .rule_tree import Place

__all__ = ["FullWriter"]


class FullWriter(Writer):
    """Writes ``find_all(payload)``, which accepts any payload."""

    def write(self, root: Place) -> None:
        self.emit(0, f"def find_all({PARAMETERS}):")
        self.emit(1, "found = []")
        self._read_flags()
        self.write_value(1, root, "payload", "")
        self.write_relations(1)
        self.emit(1, "return found")

    def _read_flags(self) -> None:
        for path, flag in self._flags.items():
            self.emit(1, f"{flag} = payload")
            for part in path:
                get = f"{flag}.get({part!r}, MISSING)"
                self.emit(1, f"{flag} = {get} if type({flag}) is dict else MISSING")

    def write_value(self, depth: int, place: Place, value: str, at: str) -> None:
        """Writes the tests of the value at *place*, which is present.

        The first rule fixes the type of the value. If the type is right, the other rules
        and the places below are tested. If not, only rules for another type are tested.
        """
        depth = self.open_nullable(depth, place, value)
        first, *others = place.rules
        kind = self.format_applies_to(first, value, value)
        self.emit(depth, f"if {kind}:")
        self.write_rules(depth + 1, place.rules, kind, value, at)
        self._write_places_below(depth + 1, place, value, at)
        self.emit(depth, "else:")
        self.write_finding(depth + 1, first, at, value)
        other_types = [
            rule for rule in others if self.format_applies_to(rule, value, value) != kind
        ]
        self.write_rules(depth + 1, other_types, None, value, at)

    def _write_places_below(self, depth: int, place: Place, value: str, at: str) -> None:
        if place.members:
            self._write_members(depth, place, value, at)
        for part, item_place in place.below.items():
            item = self.new_name("item")
            if part == ANY:
                index = self.new_name("i")
                self.emit(depth, f"for {index}, {item} in enumerate({value}):")
                self.write_item(depth + 1, item_place, item, f"{at}/{{{index}}}")
                self._write_limit(depth + 1)
            elif isinstance(part, int):
                self.emit(depth, f"if len({value}) > {part}:")
                self.emit(depth + 1, f"{item} = {value}[{part}]")
                self.write_value(depth + 1, item_place, item, f"{at}/{part}")

    def write_item(self, depth: int, place: Place, value: str, at: str) -> None:
        """Writes the tests of an item of an array."""
        self.write_value(depth, place, value, at)

    def _write_limit(self, depth: int) -> None:
        """Writes the end of a loop over items, which stops if only more errors could follow."""
        self.emit(depth, f"if len(found) > 2 * limit + {SLACK}:")
        self.emit(depth + 1, "found = limit_findings(found, limit, is_end=False)")
        self.emit(depth + 1, "if found.is_full:")
        self.emit(depth + 2, "break")

    def _write_members(self, depth: int, place: Place, value: str, at: str) -> None:
        known = self.new_name("known")
        self.emit(depth, f"{known} = 0")
        for name, member_place in place.members.items():
            member = self.new_name("member")
            self.emit(depth, f"{member} = {value}.get({name!r}, MISSING)")
            self.emit(depth, f"if {member} is not MISSING:")
            self.emit(depth + 1, f"{known} += 1")
            self.write_value(depth + 1, member_place, member, format_member_pointer(at, name))
            self.write_absent(depth, member_place, format_member_pointer(at, name))
        self.write_unknown_members(depth, place, (value, f"len({value})", known), at)
