"""Decides when a run ends because every further call would fail in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from wan_mockserver.state.secrets import redact

from ..cases.case import Case
from .interaction import ClientError, ClientErrorKind, Interaction

__all__ = ["MAX_EQUAL_CALLS", "Endurance", "is_hung"]

MAX_EQUAL_CALLS: Final = 3
"""Number of calls in a row, hung or with the same error, after which the run ends."""

HUNG_NOTE: Final = (
    f"The run ended after {MAX_EQUAL_CALLS} calls in a row that hung. A Python client needs "
    "--real-time if it waits by other means than those of time, asyncio and threading.Event."
)

_VARYING: Final = re.compile(r"0x[0-9a-fA-F]+|\d+")
"""Numbers and addresses, which differ between two equal errors."""


class Endurance:
    """Counts calls in a row that hung, or ended in the same error instead of an outcome.

    A client can crash in the same way after several faults in a row, and still be worth
    checking. So *probe* repeats the first call that ended with an outcome, in a fresh client.
    """

    def __init__(self, probe: Callable[[Case], Interaction]) -> None:
        self._probe = probe
        self._working_case: Case | None = None
        self._hung_calls = 0
        self._equal_errors = 0
        self._error = ""
        self._survived: set[str] = set()
        self.note = ""

    @property
    def is_hopeless(self) -> bool:
        """Returns True if no further call is worth its time; *note* says why."""
        return bool(self.note)

    def add(self, interaction: Interaction, *, may_probe: bool = True) -> None:
        """Adds a call, and may make another one to see whether the client works at all."""
        result = interaction.client_result
        self._hung_calls = self._hung_calls + 1 if is_hung(interaction) else 0
        if self._hung_calls >= MAX_EQUAL_CALLS:
            self.note = HUNG_NOTE
        error = _describe_error(interaction)
        self._equal_errors = self._equal_errors + 1 if error and error == self._error else 1
        self._error = error
        if not isinstance(result, ClientError):
            # The first one: usually it is a call without any fault.
            self._working_case = self._working_case or interaction.case
        elif (
            error
            and self._equal_errors >= MAX_EQUAL_CALLS
            and error not in self._survived
            and (may_probe or self._working_case is None)
        ):
            self._decide(interaction, result)

    def _decide(self, interaction: Interaction, result: ClientError) -> None:
        case = self._working_case
        if case is not None and _describe_error(self._probe(case)) != self._error:
            self._survived.add(self._error)
            return
        message = redact(interaction.setting.api_key, result.message)
        self.note = (
            f"The run ended after {MAX_EQUAL_CALLS} calls in a row that ended in the same error: "
            f"{message}. If the client is made for other models, name them with --model."
        )


def is_hung(interaction: Interaction) -> bool:
    """Returns whether the client was stopped because it took too long."""
    result = interaction.client_result
    return isinstance(result, ClientError) and result.kind is ClientErrorKind.HUNG


def _describe_error(interaction: Interaction) -> str:
    """Returns a text that is equal for equal errors; "" for an outcome and for other errors."""
    result = interaction.client_result
    if not isinstance(result, ClientError) or result.kind not in (
        ClientErrorKind.CRASHED,
        ClientErrorKind.GARBAGE,
    ):
        return ""
    return f"{result.kind} {_VARYING.sub('#', result.message)}"
