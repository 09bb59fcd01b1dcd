"""What a subcommand of ``wanproof`` is: a frozen value that an entry point names.

A distribution adds one by naming a :class:`Command` in the group ``wanproof.commands``.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

__all__ = [
    "EXIT_FINDINGS",
    "EXIT_INTERNAL_ERROR",
    "EXIT_OK",
    "EXIT_USAGE",
    "GROUP",
    "Command",
    "UsageError",
]

GROUP: Final = "wanproof.commands"

EXIT_OK: Final = 0
EXIT_FINDINGS: Final = 1
EXIT_USAGE: Final = 2
EXIT_INTERNAL_ERROR: Final = 3


class UsageError(Exception):
    """The command cannot be run as it was asked for; the message says what to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One subcommand.

    *summary* is one sentence, for the list of all commands. *arguments* adds options to a
    parser. *run* returns the exit code; it may raise UsageError and UnknownModel, which
    become exit code 2, and ModuleNotFoundError for a module of an extra that is not
    installed. *examples* are command lines, and *notes* the last part of the help, such as
    what exit codes mean. Importing the module that holds a command must be cheap: heavy
    imports belong into *run*.
    """

    name: str
    summary: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    examples: tuple[str, ...] = ()
    notes: str = ""
