"""The interface between a mock and the transports that carry requests to it."""

from __future__ import annotations

from typing import Protocol

from ..clock import Clock
from .messages import Request, Response

__all__ = ["Service"]


class Service(Protocol):
    """Answers requests; a transport knows nothing else about the mock."""

    @property
    def clock(self) -> Clock:
        """The clock of the service, on which transports in process wait."""
        ...

    def handle(self, request: Request) -> Response: ...

    def mark_response_lost(self, response: Response) -> None:
        """Records that the client did not receive all of *response*.

        A transport does not call this if the response's own delivery cuts it off.
        """
        ...
