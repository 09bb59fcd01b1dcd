"""What a connection needs of the server that it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ..messages import Request, Response
from .event_loop import EventLoop
from .request_reader import IncomingRequest, ServerFacts
from .worker_pool import WorkerPool

__all__ = ["ConnectionHost"]


class ConnectionHost(Protocol):
    """A server with its *facts*; a *connection* passes itself, which is not imported here."""

    facts: ServerFacts
    loop: EventLoop
    is_quick: Callable[[Request], bool]
    is_download: Callable[[Request], bool]

    def handle(self, request: Request) -> Response: ...

    def choose_workers(self, request: Request) -> WorkerPool: ...

    def answer_soon(self, connection: Any, incoming: IncomingRequest) -> None: ...

    def build_internal_error(self, error: Exception) -> Response: ...

    def mark_lost(self, response: Response) -> None: ...

    def touch(self, connection: Any) -> float: ...

    def note_incomplete(self, connection: Any) -> None: ...

    def forget(self, connection: Any) -> None: ...
