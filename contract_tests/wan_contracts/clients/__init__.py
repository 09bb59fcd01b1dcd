"""Drives clients under test in any language, with one class for each kind of client."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol, Self

from ..cases.case import Setting
from ..protocol.outcome import Outcome
from ..runner.interaction import ClientError


class Client(Protocol):
    """Drives a client under test. Used with ``with`` for a whole run of the suite.

    *in_process* is True if the client runs in the suite's own process and so can use the
    suite's clock and transports.
    """

    in_process: bool

    @property
    def name(self) -> str:
        """Returns the text that names the client on the command line."""
        ...

    def call(
        self, setting: Setting, payload: Any, number: int, call_timeout: float
    ) -> Outcome | ClientError:
        """Makes call *number* of this run, and returns what the client reports.

        After *call_timeout* real seconds the client is stopped and counts as hung. Faults of
        the client are returned as ClientError, never raised.
        """
        ...

    def renew(self) -> None:
        """Makes the next call use a client without any state of earlier calls."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
