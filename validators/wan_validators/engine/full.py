"""The engine for any payload: every place is looked at only after what it stands in."""

from __future__ import annotations

from ..source.json_pointer import ANY
from .codegen import Writer, format_member_pointer
from .rule_tree import Place


class FullWriter(Writer):
    """Writes ``careful(payload)``: all findings, whatever the payload is."""

    def write(self, root: Place) -> None:
        self.line(0, "def careful(payload):")
        self.line(1, "found = []")
        self._read_flags()
        self.value(1, root, "payload", "")
        self.line(1, "return found")

    def _read_flags(self) -> None:
        for path, flag in self._flags.items():
            self.line(1, f"{flag} = payload")
            for part in path:
                get = f"{flag}.get({part!r}, MISSING)"
                self.line(1, f"{flag} = {get} if type({flag}) is dict else MISSING")

    def value(self, depth: int, place: Place, value: str, at: str) -> None:
        """Tests of the value at *place*, which is there.

        The first row says of what kind the value must be: if it is, the other rows and the
        places below are asked; if not, only rows about another kind still have a say.
        """
        depth = self.nullable(depth, place, value)
        first, *others = place.rules
        kind = self.format_applies_to(first, value, value)
        self.line(depth, f"if {kind}:")
        self.rows(depth + 1, place.rules, kind, value, at)
        self._write_places_below(depth + 1, place, value, at)
        self.line(depth, "else:")
        self.add(depth + 1, first, at, value)
        strange = [rule for rule in others if self.format_applies_to(rule, value, value) != kind]
        self.rows(depth + 1, strange, None, value, at)

    def _write_places_below(self, depth: int, place: Place, value: str, at: str) -> None:
        if place.members:
            self._members(depth, place, value, at)
        for part, item_place in place.below.items():
            item = self.fresh("item")
            if part == ANY:
                index = self.fresh("i")
                self.line(depth, f"for {index}, {item} in enumerate({value}):")
                self.value(depth + 1, item_place, item, f"{at}/{{{index}}}")
            elif isinstance(part, int):
                self.line(depth, f"if len({value}) > {part}:")
                self.line(depth + 1, f"{item} = {value}[{part}]")
                self.value(depth + 1, item_place, item, f"{at}/{part}")

    def _members(self, depth: int, place: Place, value: str, at: str) -> None:
        known = self.fresh("known")
        self.line(depth, f"{known} = 0")
        for name, member_place in place.members.items():
            member = self.fresh("member")
            self.line(depth, f"{member} = {value}.get({name!r}, MISSING)")
            self.line(depth, f"if {member} is not MISSING:")
            self.line(depth + 1, f"{known} += 1")
            self.value(depth + 1, member_place, member, format_member_pointer(at, name))
            self.absent(depth, member_place, format_member_pointer(at, name))
        self.write_unknown_members(depth, place, (value, f"len({value})", known), at)
