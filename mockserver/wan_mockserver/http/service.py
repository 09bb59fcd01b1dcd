"""The interface between a mock and the transports that carry requests to it."""

from __future__ import annotations

from typing import Protocol

from ..clock import Clock
from .messages import Request, Response

__all__ = ["Service", "is_never"]


class Service(Protocol):
    """Answers requests; a transport knows nothing else about the mock.

    Four more methods are optional, and only for speed. ``is_quick(request)`` returns True if the
    answer takes less time than a thread costs; the server then calls ``handle`` in its event
    loop. ``batch()`` returns a context: what is handled in it is sent only after its end.
    ``is_download(request)`` returns True if a file may have to be made, ``is_long_read(request)``
    if the answer reads many values: the server answers those one at a time.
    """

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


def is_never(_request: Request) -> bool:
    """Stands for an optional method that a service does not have."""
    return False
