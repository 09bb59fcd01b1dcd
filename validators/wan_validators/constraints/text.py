"""Constraints on what a text says: that it is filled in, and that it arrived undamaged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final

from ..frozen import Frozen
from ..text_inspection import CLEAN, TextReport, inspect_text
from .basic import View

__all__ = ["TEXT_VIEW", "Filled", "TextConstraint", "Undamaged"]

TEXT_VIEW: Final = View(inspect_text, str, CLEAN, cacheable=True)


class TextConstraint(Frozen, ABC):
    """The base of both constraints; they apply to every string."""

    view: ClassVar[View] = TEXT_VIEW

    def applies_to(self, seen: TextReport | None) -> bool:
        return seen is not None

    def is_satisfied(self, seen: TextReport) -> bool:
        return self.find_fault(seen) is None

    @abstractmethod
    def find_fault(self, seen: TextReport) -> str | None:
        """Returns the fault as a phrase that follows a name, or None."""


class Filled(TextConstraint):
    """A text for the model, not an unfilled template or a value written as text."""

    def find_fault(self, seen: TextReport) -> str | None:
        return seen.placeholder


class Undamaged(TextConstraint):
    """A text that can be sent and seen as it was written."""

    def find_fault(self, seen: TextReport) -> str | None:
        return seen.damage
