"""Defines the steps that a client yields to its driver, and the replies to them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["ReceivedResponse", "SendRequest", "StepResult", "Steps", "TransportFailure", "Wait"]


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Asks the driver to send a request once, without following redirects."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Asks the driver to wait *seconds*, at least 0; the reply is the time after that."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ReceivedResponse:
    """Holds the response to a request. The names of *headers* are in lower case.

    *now* is in seconds on a monotonic clock.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    now: float


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """Reports that no complete response came: a reset, a time-out, a cut body, invalid HTTP."""

    message: str
    now: float


StepResult = ReceivedResponse | TransportFailure | float
T = TypeVar("T")
Steps = Generator[SendRequest | Wait, StepResult, T]
