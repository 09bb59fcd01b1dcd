"""Defines subcommands of ``wanproof`` as frozen values that entry points name.

A distribution adds one with an entry point to a :class:`Command` in ``wanproof.commands``.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Final

from .frozen import Frozen

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
    """The command line is not valid. The message says what to do instead."""


class Command(Frozen, kw_only=True):
    """One subcommand.

    *summary* is one sentence for the list of all commands. *arguments* adds options to a
    parser. *run* returns the exit code. It may raise UsageError and UnknownModel, which
    become exit code 2. It may raise ModuleNotFoundError for a module of an extra that is
    not installed. *examples* are command lines. *notes* is the last part of the help, for
    example the exit codes. *is_configurable* is true if a file and the environment can have
    its options (``configuration/``). Importing a command's module must be cheap: put heavy imports
    into *run*.
    """

    name: str
    summary: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    examples: tuple[str, ...] = ()
    notes: str = ""
    is_configurable: bool = False
