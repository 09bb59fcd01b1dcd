"""What a conversation asks its driver to do, and what it is told in reply."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["ReceivedResponse", "SendRequest", "StepResult", "Steps", "TransportFailure", "Wait"]


@dataclass(frozen=True, slots=True)
class SendRequest:
    """A request to make: once, and without following a redirect."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds to let pass, from 0 up; the reply to it is what time it is then."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ReceivedResponse:
    """What came in reply to a request. Names of *headers* are in lower case.

    *now* is in seconds, on a clock that never goes back.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    now: float


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """No whole answer came: a reset, a time-out, a body that was cut, bytes that are no HTTP."""

    message: str
    now: float


StepResult = ReceivedResponse | TransportFailure | float
T = TypeVar("T")
Steps = Generator[SendRequest | Wait, StepResult, T]
