"""What all clients in processes of their own have in common: a command that can be started."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Sequence
from typing import Self

from wan_validators.command import UsageError
from wan_validators.messages.formatting import clip

from ..runner.interaction import ClientError, ClientErrorKind


class SubprocessClient:
    """A client that is a program: a command line, which must be there when it is entered."""

    in_process = False

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = list(argv)
        self.name = shlex.join(argv)

    def __enter__(self) -> Self:
        """Raises UsageError if there is no such command."""
        _check_command(self._argv)
        return self

    def __exit__(self, *_: object) -> None:
        """Ends what still runs: here, nothing outlives a call."""


def build_start_error(error: OSError) -> ClientError:
    """For a command that is there and executable, and yet no program."""
    return ClientError(
        kind=ClientErrorKind.CRASHED, message=f"it cannot be started: {error.strerror or error}"
    )


def _check_command(argv: Sequence[str]) -> None:
    """Raises UsageError if there is no such command."""
    if os.name == "nt":
        raise UsageError(
            "a client in a process of its own needs pipes that can be waited for, which Windows "
            "has not: run this in WSL, or give a client in Python with --client"
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
    place = "there is no such file" if os.sep in command else "it is in no directory of PATH"
    raise UsageError(f"the command {clip(command)!r} was not found: {place}")
