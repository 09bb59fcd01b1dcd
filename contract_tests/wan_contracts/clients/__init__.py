"""Clients under test, in whatever language: one way to drive each kind of them."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol, Self

from ..cases.case import Setting
from ..protocol.outcome import Outcome
from ..runner.interaction import ClientError


class Client(Protocol):
    """A client under test. Used with ``with``; it lives as long as the run of the suite.

    *in_process* tells whether it runs in the suite's own process, so that it can be given a
    clock and transports.
    """

    in_process: bool

    @property
    def name(self) -> str:
        """What was given on the command line for it."""
        ...

    def call(
        self, setting: Setting, payload: Any, number: int, call_timeout: float
    ) -> Outcome | ClientError:
        """What the client reports of one call, the one with *number* in this run.

        After *call_timeout* real seconds it is stopped, and has hung. Raises nothing for what is
        wrong with the client.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
