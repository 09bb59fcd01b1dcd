"""Selects the client under test: a Python object or a command after ``--``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from wan_validators.command import UsageError

if TYPE_CHECKING:
    from ..clients import Client
    from ..results.replay import ClientSpec
    from ..results.report import SourceLocation

__all__ = ["add_arguments", "create_client", "find_source", "parse_client_spec"]


def add_arguments(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("the client under test")
    group.add_argument(
        "--client",
        metavar="PLACE",
        help="a Python object with generate(model, payload), or a factory of such objects: "
        "package.module:name or path/to/file.py:name",
    )
    group.add_argument(
        "--stdio",
        action="store_true",
        help="start COMMAND once and send it one case per line (default: start COMMAND for each "
        "case)",
    )
    group.add_argument(
        "--in-flight",
        type=int,
        default=1,
        metavar="N",
        help="with --stdio: COMMAND works on up to N cases at the same time, and writes the "
        "number of the case as member case of each outcome (default 1)",
    )
    group.add_argument(
        "command", nargs="*", metavar="COMMAND", help="the command that starts a client, after --"
    )


def parse_client_spec(options: Namespace) -> ClientSpec | None:
    """Returns the client of *options*, or None. Raises UsageError for two clients."""
    from ..results.replay import ClientSpec
    from ..results.replay_fields import MAX_IN_FLIGHT

    if not 1 <= options.in_flight <= MAX_IN_FLIGHT:
        raise UsageError(
            f"--in-flight takes a number from 1 to {MAX_IN_FLIGHT}, not {options.in_flight}"
        )
    if options.in_flight > 1 and not (options.stdio and options.command):
        raise UsageError("--in-flight is for a command after --stdio --, which works on many cases")
    if options.client and options.command:
        raise UsageError("name the client with --client or with a command after --, not with both")
    if options.client:
        if options.stdio:
            raise UsageError("--stdio is for a command after --, not for a --client in Python")
        return ClientSpec(form="python", argv=(options.client,))
    if options.command:
        form = "stdio" if options.stdio else "command"
        argv = tuple(options.command)
        return ClientSpec(form=form, argv=argv, in_flight=options.in_flight)
    if options.stdio:
        raise UsageError("--stdio needs a command: wanproof check --stdio -- node client.mjs")
    return None


def create_client(client_spec: ClientSpec) -> Client:
    """Returns the client of *client_spec*. Raises UsageError if it does not exist."""
    if client_spec.form == "python":
        from ..clients.loading import ClientLoader
        from ..clients.python_client import PythonClient

        loader = ClientLoader(client_spec.argv[0])
        return PythonClient(client_spec.argv[0], loader.load(), loader.reload)
    if client_spec.form == "stdio" and client_spec.in_flight > 1:
        from ..clients.pipelined_client import PipelinedClient

        return PipelinedClient(client_spec.argv, client_spec.in_flight)
    if client_spec.form == "stdio":
        from ..clients.process_client import ProcessClient

        return ProcessClient(client_spec.argv)
    from ..clients.command_client import CommandClient

    return CommandClient(client_spec.argv)


def find_source(client_spec: ClientSpec, client: Client) -> SourceLocation | None:
    """Returns the file and the line of *client*, or None if it is not a file here."""
    from ..clients.python_client import PythonClient
    from ..clients.source_location import find_command_source, find_python_source

    if isinstance(client, PythonClient):
        return find_python_source(client_spec.argv[0], client.target)
    return find_command_source(client_spec.argv)
