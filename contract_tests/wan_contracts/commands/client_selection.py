"""Which client is under test: by an option for one in Python, or by a command after ``--``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from wan_validators.command import UsageError

if TYPE_CHECKING:
    from ..clients import Client
    from ..results.replay import ClientSpec

__all__ = ["add_arguments", "create_client", "parse_client_spec"]


def add_arguments(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("the client under test")
    group.add_argument(
        "--client",
        metavar="PLACE",
        help="an object with generate(model, payload), or a factory of such, in Python: "
        "package.module:name or path/to/file.py:name",
    )
    group.add_argument(
        "--stdio",
        action="store_true",
        help="start COMMAND once, and give it a case a line; without this it is started for "
        "each case, and reads that",
    )
    group.add_argument("command", nargs="*", metavar="COMMAND", help="a client, after --")


def parse_client_spec(options: Namespace) -> ClientSpec | None:
    """How the client is named; None if it is not. Raises UsageError for two of them."""
    from ..results.replay import ClientSpec

    if options.client and options.command:
        raise UsageError("name the client by --client or by a command after --, not by both")
    if options.client:
        if options.stdio:
            raise UsageError("--stdio is for a command after --, not for a --client in Python")
        return ClientSpec(form="python", argv=(options.client,))
    if options.command:
        form = "stdio" if options.stdio else "command"
        return ClientSpec(form=form, argv=tuple(options.command))
    if options.stdio:
        raise UsageError("--stdio needs a command: wanproof check --stdio -- node client.mjs")
    return None


def create_client(client_spec: ClientSpec) -> Client:
    """The client itself. Raises UsageError if there is none of that name."""
    if client_spec.form == "python":
        from ..clients.loading import load
        from ..clients.python_client import PythonClient

        return PythonClient(client_spec.argv[0], load(client_spec.argv[0]))
    if client_spec.form == "stdio":
        from ..clients.process_client import ProcessClient

        return ProcessClient(client_spec.argv)
    from ..clients.command_client import CommandClient

    return CommandClient(client_spec.argv)
