"""The command ``wanproof``: finds and runs the subcommand."""

from __future__ import annotations

import io
import os
import sys
from argparse import Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Final

from .argument_parser import CommandParser
from .catalog import UnknownModel
from .command import EXIT_INTERNAL_ERROR, EXIT_OK, EXIT_USAGE, GROUP, Command, UsageError
from .editions import use_edition
from .messages.suggestions import suggest
from .optional_dependencies import DISTRIBUTION, format_install_hint
from .reporters.excerpt import escape_controls

__all__ = ["main"]

DEBUG: Final = "WANPROOF_DEBUG"

INTERRUPTED: Final = 128 + 2
BROKEN_PIPE: Final = 128 + 13
"""The exit codes that a shell reports for a program ended by SIGINT or SIGPIPE."""

Commands = Mapping[str, str]
"""The module and the attribute of each command, as ``module:NAME``."""

_BUILT_IN: Final[Commands] = {
    "capture": "wan_mockserver.commands.capture:COMMAND",
    "check": "wan_contracts.commands.check:COMMAND",
    "cost": "wan_validators.commands.cost:COMMAND",
    "drift": "wan_contracts.commands.drift:COMMAND",
    "lint": "wan_validators.commands.lint:COMMAND",
    "merge": "wan_validators.commands.merge:COMMAND",
    "replay": "wan_contracts.commands.replay:COMMAND",
    "rules": "wan_validators.commands.rules:COMMAND",
    "scenarios": "wan_mockserver.commands.scenarios:COMMAND",
    "schema": "wan_validators.commands.schema:COMMAND",
    "serve": "wan_mockserver.commands.serve:COMMAND",
}
"""Our own entry points once more: to find them among all that are installed takes 25 ms."""

_USAGE: Final = f"usage: {DISTRIBUTION} COMMAND ...; {DISTRIBUTION} help lists the commands"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs ``wanproof`` with *argv* (by default ``sys.argv``) and returns the exit code."""
    _open_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except SystemExit as stop:  # argparse, after --help or a wrong option
        return stop.code if isinstance(stop.code, int) else EXIT_USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  (users never see a traceback)
        return _report_failure(error)
    return code


def _open_streams() -> None:
    """Replaces a closed standard output or error by the null device."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123


def _run(argv: list[str]) -> int:
    if argv and argv[0] in _BUILT_IN:
        return _run_command(_BUILT_IN[argv[0]], argv[1:])
    commands = _list_commands()
    match argv:
        case [name, *rest] if name in commands:
            return _run_command(commands[name], rest)
        case ["-h" | "--help", *_] | ["help"]:
            print(_help(commands))
            return EXIT_OK
        case ["help", name, *_] if name in commands:
            return _run_command(commands[name], ["--help"])
        case ["help", "help" | "-h" | "--help", *_]:
            print(f"usage: {DISTRIBUTION} help [COMMAND]")
            return EXIT_OK
        case ["-V" | "--version", *_]:
            from importlib import metadata

            print(DISTRIBUTION, metadata.version(DISTRIBUTION))
            return EXIT_OK
        case ["help", name, *_] | [name, *_]:
            _print_error(f"unknown command {name!r}; {_suggest_command(name, commands)}")
            print(_USAGE, file=sys.stderr)
        case _:
            print(_help(commands), file=sys.stderr)
    return EXIT_USAGE


def _list_commands() -> Commands:
    """Returns all commands, also those that other distributions add by an entry point."""
    from importlib import metadata

    return {**{each.name: each.value for each in metadata.entry_points(group=GROUP)}, **_BUILT_IN}


def _load_command(place: str) -> Command:
    module, _, name = place.partition(":")
    command: Command = getattr(import_module(module), name)
    return command


def _run_command(place: str, argv: list[str]) -> int:
    """Runs the command at *place*. Raises UsageError if an extra that it needs is missing."""
    try:
        return _dispatch(_load_command(place), argv)
    except ModuleNotFoundError as error:
        hint = format_install_hint(error, place)
        if hint is None:
            raise
        raise UsageError(hint) from error


def _dispatch(command: Command, argv: list[str]) -> int:
    parser = CommandParser(
        prog=f"{DISTRIBUTION} {command.name}",
        description=command.summary,
        epilog="\n\n".join(_sections(command.examples, command.notes)),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.arguments(parser)
    try:
        options = _parse(parser, command, argv)
        with use_edition(getattr(options, "edition", None)):
            return command.run(options)
    except (UsageError, UnknownModel) as error:
        print(f"{parser.prog}: error: {escape_controls(str(error))}", file=sys.stderr)
        print(parser.format_short_usage(), file=sys.stderr)
        return EXIT_USAGE


def _parse(parser: CommandParser, command: Command, argv: list[str]) -> Namespace:
    """Parses *argv*, and the configuration behind it if *command* can have one."""
    if not command.is_configurable:
        return parser.parse_args(argv)
    from .configuration import add_arguments, parse_options

    add_arguments(parser)
    return parse_options(parser, command.name, argv, os.environ)


def _help(commands: Commands) -> str:
    from importlib import metadata

    lines: list[str] = []
    examples: list[str] = []
    width = max(map(len, commands), default=0)
    for name, place in sorted(commands.items()):
        try:
            command = _load_command(place)
        except ModuleNotFoundError as error:
            lines.append(f"  {name:{width}}  ({format_install_hint(error, place) or error})")
        else:
            lines.append(f"  {name:{width}}  {command.summary}")
            examples += command.examples[:1]
    listing = "\n".join(["commands:", *lines])
    return "\n\n".join(
        [
            f"usage: {DISTRIBUTION} COMMAND ...",
            metadata.metadata(DISTRIBUTION)["Summary"],
            *_sections(examples, listing),
            f"{DISTRIBUTION} help COMMAND shows options; {DISTRIBUTION} --version the version.",
        ]
    )


def _sections(examples: Iterable[str], notes: str) -> Iterator[str]:
    if notes:
        yield notes
    if examples:
        yield "\n  ".join(["examples:", *examples])


def _suggest_command(name: str, commands: Commands) -> str:
    return suggest(name, commands, f"commands: {', '.join(sorted(commands))}", cutoff=0.5)


def _report_failure(error: Exception) -> int:
    """Prints *error* in one line and returns the exit code."""
    if os.environ.get(DEBUG) == "1":
        import traceback

        traceback.print_exception(error)
    _flush_output()
    if isinstance(error, BrokenPipeError):
        return BROKEN_PIPE
    if isinstance(error, OSError):
        _print_error(f"input or output failed: {error.strerror or error}")
        return EXIT_USAGE
    if isinstance(error, UsageError):
        _print_error(str(error))
        return EXIT_USAGE
    _print_error(
        f"internal error in {DISTRIBUTION}: {type(error).__name__}: {str(error)[:200]}. "
        f"Report this line, the command and its input; {DEBUG}=1 shows a traceback."
    )
    return EXIT_INTERNAL_ERROR


def _print_error(message: str) -> None:
    print(f"{DISTRIBUTION}: {escape_controls(message)}", file=sys.stderr)


def _flush_output() -> None:
    """Flushes standard output, or drops the rest if it cannot be written."""
    with suppress(ValueError):  # it is already closed
        try:
            sys.stdout.flush()
        except OSError:
            # Python flushes again at exit and would print an error.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
