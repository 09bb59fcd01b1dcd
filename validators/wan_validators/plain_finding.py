"""A finding without its payload, for other processes and from the reports of other machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .spec import Severity

__all__ = ["PlainFinding"]


class PlainFinding(NamedTuple):
    """What reporters show of a finding. *members* is what ``Finding.as_dict`` returned.

    *got_text* is the value as text, None if nothing was given. *excerpt* is the part of the
    line around the finding, and its caret.
    """

    members: Mapping[str, Any]
    got_text: str | None = None
    excerpt: tuple[str, str] | None = None

    @property
    def rule(self) -> str:
        return str(self.members["rule"])

    @property
    def code(self) -> str | None:
        return self.members["code"]  # type: ignore[no-any-return]

    @property
    def severity(self) -> Severity:
        return Severity(self.members["severity"])

    @property
    def pointer(self) -> str:
        return str(self.members["pointer"])

    @property
    def message(self) -> str:
        return str(self.members["message"])

    @property
    def allowed(self) -> str | None:
        return self.members["allowed"]  # type: ignore[no-any-return]

    @property
    def got(self) -> Any:
        return self.members["got"]

    @property
    def hint(self) -> str | None:
        return self.members["hint"]  # type: ignore[no-any-return]

    @property
    def line(self) -> int | None:
        return self.members["line"]  # type: ignore[no-any-return]

    @property
    def column(self) -> int | None:
        return self.members["column"]  # type: ignore[no-any-return]

    @property
    def basis(self) -> str | None:
        return self.members.get("basis")

    def as_dict(self) -> dict[str, Any]:
        """Returns the finding as a JSON object; see docs/reference/json-formats.md."""
        return {**self.members}
