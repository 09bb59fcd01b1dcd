"""What the suite is told by pytest's command line and its ini file: light, as the plugin is."""

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
    """An option and an entry of the ini file, as *kind* says; *asked* like ``wanproof check``'s."""

    help_text: str
    metavar: str | None = None
    kind: Literal["string", "args", "bool"] = "string"
    is_check_option: bool = True


OPTIONS: Final = {
    "client": Option(
        "an object with generate(model, payload), or a factory of such, in Python: "
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
        "start the command once, and give it a case a line", None, "bool", is_check_option=False
    ),
    "profile": Option("the laws to hold it to: full (default) or money-safe", "NAME"),
    "expect": Option(
        "laws known to be broken, in TOML: [law-id] reason = '…'; one that is kept fails", "FILE"
    ),
    "examples": Option("random calls after the walk through every rule and scenario", "N"),
    "brief": Option(
        "walk through each scenario at one vendor only, and send no values at the limits",
        None,
        "bool",
    ),
    "model": Option("only this model, or all of this vendor; may be repeated", "NAME", "args"),
    "scenario": Option("only calls under this scenario; may be repeated", "NAME", "args"),
}

SEED_OPTION: Final = "seed"
"""An option of the mock server's plugin, and of this one."""

ACTIONS: Final = {"string": "store", "args": "append", "bool": "store_true"}

_OPTION_PREFIX: Final = re.compile(
    rf"(?:argument )?--(?=(?:{'|'.join([*OPTIONS, SEED_OPTION])})\b)"
)
"""What stands before the name of an option where `wanproof check` speaks of it."""


def add_options(parser: pytest.Parser) -> None:
    """Adds each of OPTIONS to the command line, and to what may stand in the ini file."""
    group = parser.getgroup("wanproof", "a mock server for asynchronous generation APIs")
    for name, option in OPTIONS.items():
        says = f"contract suite: {option.help_text}"
        given: dict[str, Any] = {} if option.metavar is None else {"metavar": option.metavar}
        action = ACTIONS[option.kind]
        group.addoption(f"--wan-{name}", action=action, default=None, help=says, **given)
        parser.addini(f"wan_{name}", says, option.kind)


@contextmanager
def report_usage_errors() -> Iterator[None]:
    """Makes of what is wrong with the usage a failure that shows nothing but its message."""
    __tracebackhide__ = True
    from wan_validators import UnknownModel
    from wan_validators.command import UsageError
    from wan_validators.optional_dependencies import format_install_hint

    try:
        yield
    except (UsageError, UnknownModel) as error:
        says = _OPTION_PREFIX.sub("--wan-", str(error))
    except ModuleNotFoundError as error:
        missing = format_install_hint(error, __name__)
        if missing is None:
            raise
        says = missing
    else:
        return
    raise pytest.fail.Exception(f"wanproof: {says}", pytrace=False) from None


def find_client_spec(config: pytest.Config) -> ClientSpec | None:
    """How the client is named, if it is; the command line is stronger than the ini file.

    Raises UsageError for two of them.
    """
    from wan_validators.command import UsageError

    from .results.replay import ClientSpec

    given = {name: config.getoption(f"wan_{name}") for name in ("client", "command")}
    if not any(given.values()):
        given = {name: _find_value(config, name) for name in given}
    if all(given.values()):
        raise UsageError("name the client by --wan-client or by --wan-command, not by both")
    if given["client"]:
        return ClientSpec(form="python", argv=(given["client"],))
    if not given["command"]:
        return None
    try:
        argv = shlex.split(given["command"])
    except ValueError as error:
        raise UsageError(f"--wan-command: {error}: {given['command']}") from error
    return ClientSpec(form="stdio" if _find_value(config, "stdio") else "command", argv=tuple(argv))


def parse_check_options(config: pytest.Config) -> Namespace:
    """The options of `wanproof check` that are given here by other names, the rest as usual.

    Raises UsageError for a value that is none.
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
    """What the command line gives, else the ini file; there, paths begin beside that file."""
    given = config.getoption(f"wan_{name}", "")  # the seed's may be missing, with its plugin
    if given is not None:
        return given
    value = config.getini(f"wan_{name}")
    if value and (name == "expect" or (name == "client" and ".py:" in value)):
        return os.path.relpath(config.rootpath / value)
    return value
