"""Payloads that the reference clients send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wan_contracts.protocol.outcome import OutcomeKind

if TYPE_CHECKING:
    pass

EDIT = {"prompt": "night", "images": ["https://example.com/in.png"], "size": "768*768", "n": 1}


INTERVAL, DEADLINE = 10.0, 900.0


@dataclass
class End:
    """How a call is to end, and how many creates and tasks it is to make."""

    kind: OutcomeKind = OutcomeKind.COMPLETED
    status: int | None = None
    code: str | None = None
    says: str = ""
    known: bool = True
    files: int | None = 1
    partial: bool = False
    creates: int = 1
    tasks: int = 1


def failed(code: str | None, says: str) -> End:
    return End(OutcomeKind.FAILED, code=code, says=says, files=0)
