"""Reads the options of the suite from pytest's command line and ini file.

It loads in every run of pytest, so it imports other modules only where it needs them.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import pytest

if TYPE_CHECKING:
    from argparse import Namespace

    from .results.replay import ClientSpec

__all__ = [
    "ACTIONS",
    "OPTIONS",
    "SEED_OPTION",
    "Option",
    "add_options",
    "find_client_spec",
    "parse_check_options",
    "report_usage_errors",
]


class Option(NamedTuple):
    """An option and ini entry. *is_check_option* means that ``wanproof check`` has it too."""

    help_text: str
    metavar: str | None = None
    kind: Literal["string", "args", "bool"] = "string"
    is_check_option: bool = True


OPTIONS: Final = {
    "client": Option(
        "a Python object with generate(model, payload), or a factory of such objects: "
        "package.module:name or path/to/file.py:name; or override the fixture wan_client",
        "PLACE",
        is_check_option=False,
    ),
    "command": Option(
        'a client in another language: "node client.mjs", started for each call',
        "COMMAND",
        is_check_option=False,
    ),
    "stdio": Option(
        "start the command once and send it one case per line", None, "bool", is_check_option=False
    ),
    "profile": Option("the laws to check: full (default) or money-safe", "NAME"),
    "expect": Option(
        "known failures in TOML: [law-id] reason = '…'; a known failure that passes fails", "FILE"
    ),
    "examples": Option("number of random calls after the systematic ones", "N"),
    "brief": Option(
        "check each scenario with one vendor only, with few values at the limits",
        None,
        "bool",
    ),
    "seconds": Option("start no call after this number of seconds", "S"),
    "model": Option("only this model, or all models of this vendor; repeatable", "NAME", "args"),
    "scenario": Option(
        "only calls with this scenario, or with all that match a pattern; repeatable",
        "NAME",
        "args",
    ),
    "scenarios": Option("a TOML file with scenarios of your own, which are checked too", "FILE"),
    "law": Option("only this law, or all laws that match a pattern; repeatable", "ID", "args"),
    "skip": Option(
        "leave out this law or scenario, or all that match a pattern; repeatable", "NAME", "args"
    ),
    "deadline": Option("seconds from the create until the client gives the task up", "S"),
    "timeout": Option("seconds that one request of the client may take", "S"),
    "poll-interval": Option("seconds between two polls", "S"),
    "call-timeout": Option("seconds of real time that one call may take", "S"),
}

SEED_OPTION: Final = "seed"
"""An option that the mock server's plugin adds and that this plugin reads."""

ACTIONS: Final = {"string": "store", "args": "append", "bool": "store_true"}

_OPTION_PREFIX: Final = re.compile(
    rf"(?:argument )?--(?=(?:{'|'.join([*OPTIONS, SEED_OPTION])})\b)"
)
"""The prefix of an option name in an error message of `wanproof check`."""


def add_options(parser: pytest.Parser) -> None:
    """Adds OPTIONS to the command line and to the ini file."""
    group = parser.getgroup("wanproof", "a mock server for asynchronous generation APIs")
    for name, option in OPTIONS.items():
        help_text = f"contract suite: {option.help_text}"
        keywords: dict[str, Any] = {} if option.metavar is None else {"metavar": option.metavar}
        action = ACTIONS[option.kind]
        group.addoption(f"--wan-{name}", action=action, default=None, help=help_text, **keywords)
        parser.addini(_get_ini_name(name), help_text, option.kind)


def _get_ini_name(name: str) -> str:
    return f"wan_{name.replace('-', '_')}"


@contextmanager
def report_usage_errors() -> Iterator[None]:
    """Turns usage errors and missing extras into failures without a traceback."""
    __tracebackhide__ = True
    from wan_validators import UnknownModel
    from wan_validators.command import UsageError
    from wan_validators.optional_dependencies import format_install_hint

    try:
        yield
    except (UsageError, UnknownModel) as error:
        message = _OPTION_PREFIX.sub("--wan-", str(error))
    except ModuleNotFoundError as error:
        hint = format_install_hint(error, __name__)
        if hint is None:
            raise
        message = hint
    else:
        return
    raise pytest.fail.Exception(f"wanproof: {message}", pytrace=False) from None


def find_client_spec(config: pytest.Config) -> ClientSpec | None:
    """Returns the client of the command line or else of the ini file, or None.

    Raises UsageError for two clients.
    """
    from wan_validators.command import UsageError

    from .results.replay import ClientSpec

    named = {name: config.getoption(f"wan_{name}") for name in ("client", "command")}
    if not any(named.values()):
        named = {name: _find_value(config, name) for name in named}
    if all(named.values()):
        raise UsageError("name the client with --wan-client or with --wan-command, not with both")
    if named["client"]:
        return ClientSpec(form="python", argv=(named["client"],))
    if not named["command"]:
        return None
    try:
        argv = shlex.split(named["command"])
    except ValueError as error:
        raise UsageError(f"--wan-command: {error}: {named['command']}") from error
    return ClientSpec(form="stdio" if _find_value(config, "stdio") else "command", argv=tuple(argv))


def parse_check_options(config: pytest.Config) -> Namespace:
    """Returns the options of `wanproof check`, with the values of the --wan options.

    Raises UsageError if a value is not valid.
    """
    from argparse import ArgumentParser

    from wan_validators.command import UsageError

    from .commands.options import add_arguments

    class Parser(ArgumentParser):
        def error(self, message: str) -> Any:
            raise UsageError(message)

    parser = Parser()
    add_arguments(parser)
    argv = []
    for name in (
        *(name for name, option in OPTIONS.items() if option.is_check_option),
        SEED_OPTION,
    ):
        value = _find_value(config, name)
        if value is True:
            argv.append(f"--{name}")
        elif value not in (None, "", False):
            argv += [f"--{name}={each}" for each in (value if isinstance(value, list) else [value])]
    options = parser.parse_args(argv)
    options.seed = options.seed or 0
    return options


def _find_value(config: pytest.Config, name: str) -> Any:
    """Returns the value of the command line, else of the ini file.

    Paths in the ini file are relative to its folder.
    """
    option = config.getoption(_get_ini_name(name), "")  # without the mock's plugin there is no seed
    if option is not None:
        return option
    value = config.getini(_get_ini_name(name))
    if value and (name in ("expect", "scenarios") or (name == "client" and ".py:" in value)):
        return os.path.relpath(config.rootpath / value)
    return value
