"""Finds out whether a client that has stopped sending still waits for its response."""

from __future__ import annotations

from collections.abc import Callable

from .connection_host import ConnectionHost
from .event_loop import EventLoop
from .outgoing import ClientGone, Outgoing
from .request_reader import CONTINUE, IncomingRequest

__all__ = ["can_probe", "probe_presence"]


def can_probe(server: ConnectionHost, incoming: IncomingRequest) -> bool:
    """Returns True if the response may take long, and the client takes interim responses."""
    return incoming.version != "1.0" and server.is_download(incoming.request)


def probe_presence(
    loop: EventLoop, outgoing: Outgoing, is_over: Callable[[], bool], close: Callable[[], None]
) -> None:
    """Sends an interim response, and calls *close* if the client's system rejects it.

    A client that closed its connection looks like one that only ended its own direction, until
    something is sent. Once *is_over*, the response itself shows it.
    """
    waits = outgoing.send_steps(b"", iter((CONTINUE,)), confirms=True)

    def go_on() -> None:
        if is_over():
            return
        try:
            loop.call_later(next(waits), go_on)
        except StopIteration:
            """The client still reads."""
        except ClientGone:
            close()

    go_on()
