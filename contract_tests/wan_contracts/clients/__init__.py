"""Drives clients under test in any language, with one class for each kind of client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from ..cases.case import Setting
from ..protocol.outcome import Outcome
from ..runner.interaction import ClientError


def ignore_end() -> bool:
    """Is called at the end of a call that nobody records."""
    return False


class PlannedCall(NamedTuple):
    """Holds the arguments of one call.

    *listen* is called when the client has reported its outcome. It returns True if the client
    may still send requests about a task, so that it is worth to wait for them.
    """

    setting: Setting
    payload: Any
    number: int
    listen: Callable[[], bool]


class Client(Protocol):
    """Drives a client under test. Used with ``with`` for a whole run of the suite.

    *in_process* is True if the client runs in the suite's own process and so can use the
    suite's clock and transports. *max_together* is the number of calls that it can make at
    the same time.
    """

    in_process: bool
    max_together: int

    @property
    def name(self) -> str:
        """Returns the text that names the client on the command line."""
        ...

    def call(
        self,
        setting: Setting,
        payload: Any,
        number: int,
        call_timeout: float,
        listen: Callable[[], bool] = ignore_end,
    ) -> Outcome | ClientError:
        """Makes call *number* of this run, and returns what the client reports.

        After *call_timeout* real seconds the client is stopped and counts as hung. Faults of
        the client are returned as ClientError, never raised. *listen* is called as in
        PlannedCall.
        """
        ...

    def renew(self) -> None:
        """Makes the next call use a client without any state of earlier calls."""
        ...

    def call_together(
        self, calls: Sequence[PlannedCall], call_timeout: float
    ) -> Sequence[Outcome | ClientError]:
        """Makes *calls* at the same time, and returns the results in their order."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
