"""What all clients in processes of their own have in common: a command that can be started."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from wan_validators.command import UsageError
from wan_validators.messages.formatting import clip

from ..cases.case import Setting
from ..protocol.outcome import Outcome
from ..runner.interaction import ClientError, ClientErrorKind
from . import PlannedCall, ignore_end

__all__ = ["SubprocessClient", "build_start_error"]


class SubprocessClient:
    """Base of clients that are programs; the command must exist when the client is entered."""

    in_process = False
    max_together = 1

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = list(argv)
        self.name = shlex.join(argv)

    def call(
        self,
        setting: Setting,
        payload: Any,
        number: int,
        call_timeout: float,
        listen: Callable[[], bool] = ignore_end,
    ) -> Outcome | ClientError:
        """Makes one call."""
        raise NotImplementedError

    def call_together(
        self, calls: Sequence[PlannedCall], call_timeout: float
    ) -> Sequence[Outcome | ClientError]:
        """Makes *calls* at the same time."""

        def make_call(planned: PlannedCall) -> Outcome | ClientError:
            setting, payload, number, listen = planned
            return self.call(setting, payload, number, call_timeout, listen)

        with ThreadPoolExecutor(len(calls)) as pool:
            return [*pool.map(make_call, calls)]

    def __enter__(self) -> Self:
        """Raises UsageError if the command does not exist."""
        _check_command(self._argv)
        return self

    def renew(self) -> None:
        """Ends processes that still run, so that the next call starts a new one."""
        self.__exit__()

    def __exit__(self, *_: object) -> None:
        """Ends processes that still run: here there are none."""


def build_start_error(error: OSError) -> ClientError:
    """Returns the error for an executable file that the system cannot run."""
    return ClientError(
        kind=ClientErrorKind.CRASHED, message=f"it cannot be started: {error.strerror or error}"
    )


def _check_command(argv: Sequence[str]) -> None:
    """Raises UsageError if the command does not exist."""
    if os.name == "nt":
        raise UsageError(
            "a client in its own process needs non-blocking pipes, which Windows does not "
            "support: run this in WSL, or give a client in Python with --client"
        )
    if not argv:
        raise UsageError("no command is given: write it after --, as in `-- node my-client.js`")
    command = argv[0]
    if shutil.which(command):
        return
    if os.path.isfile(command):  # noqa: PTH113  (a Path would lose the ./ that is shown)
        raise UsageError(
            f"{command} is not executable: name its interpreter before it, as in "
            f"`node {command}`, or make it executable with `chmod +x {command}`"
        )
    place = "there is no such file" if os.sep in command else "it is not in a directory of PATH"
    raise UsageError(f"the command {clip(command)!r} was not found: {place}")
