"""``wanproof serve``: the mock server on a port, until it is stopped."""

from __future__ import annotations

import errno
import os
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wan_validators.catalog import vendors
from wan_validators.command import DONE, Command, UsageError

from .. import lifecycle

if TYPE_CHECKING:
    from ..exchange import Exchange
    from ..server import Server

HOST = "127.0.0.1"
PORT = 8321

Value = TypeVar("Value")


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default=HOST, help=f"address to listen at (default {HOST})")
    parser.add_argument(
        "--port",
        type=_option(_port),
        default=PORT,
        help=f"port to listen at; 0 takes a free one (default {PORT})",
    )
    parser.add_argument(
        "--port-file",
        type=Path,
        metavar="FILE",
        help="write the port into FILE once the server listens",
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="draw ids, seeds and results from N: the same requests then get the same answers",
    )
    parser.add_argument(
        "--lifecycle",
        type=_option(lifecycle.parse),
        default=lifecycle.DEFAULT,
        metavar="HOW",
        help=f"when a task ends: {lifecycle.FORMS} (default {lifecycle.DEFAULT})",
    )
    for vendor in vendors():
        parser.add_argument(
            f"--{vendor.name}-reject",
            choices=("task", "create"),
            default="task" if vendor.lazy else "create",
            help=f"where {vendor.title} tells of a broken rule: in a task that fails, or in the "
            "answer to create (default %(default)s)",
        )
    parser.add_argument(
        "--creates-per-second",
        type=_option(_count),
        metavar="N",
        help="refuse more tasks than that of one API key in any second",
    )
    parser.add_argument(
        "--balance",
        type=_option(_usd),
        metavar="USD",
        help="refuse the tasks of an API key that would cost more than that in all",
    )
    parser.add_argument("--quiet", action="store_true", help="do not log requests")


def run(options: Namespace) -> int:
    server = _server(options)
    try:
        _on_termination()
        _announce(server, options)
        server.run()
    except KeyboardInterrupt:
        return DONE
    finally:
        server.stop()
    return DONE


def _server(options: Namespace) -> Server:
    from ..app import create_app
    from ..limits import Limits
    from ..server import Server

    if options.seed is None:
        options.seed = int.from_bytes(os.urandom(4))
    app = create_app(
        seed=options.seed,
        lifecycle=options.lifecycle,
        reject_at_create=[
            vendor.name
            for vendor in vendors()
            if getattr(options, f"{vendor.name}_reject") == "create"
        ],
        limits=Limits(creates_per_second=options.creates_per_second, balance=options.balance),
        listener=_silent if options.quiet else _print_exchange,
    )
    try:
        return Server(app, options.host, options.port)
    except OSError as error:
        raise UsageError(_no_socket(error, options.host, options.port)) from error


def _no_socket(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is in use; stop what uses it, or choose another --port "
            "(0 takes a free one)"
        )
    return f"cannot listen at port {port} of {host}: {error.strerror or error}"


def _announce(server: Server, options: Namespace) -> None:
    """Says where the server is, for people on standard output and for scripts in a file."""
    if not _is_loopback(server.host):
        print(
            f"WARNING: {server.host} can be reached from other machines, and any API key is "
            f"accepted; leave out --host to listen at {HOST} only",
            file=sys.stderr,
            flush=True,
        )
    lines = [f"wanproof serve: seed {options.seed}, lifecycle {options.lifecycle}, any API key"]
    for vendor in vendors():
        lines.append(f"  {vendor.title}: base URL {server.url}")
        lines.append(f"    POST {server.url}{vendor.create}")
        lines.append(f"    GET  {server.url}{vendor.poll}")
    lines.append("Ctrl-C stops it.")
    _write("\n".join(lines))
    if options.port_file is not None:
        _write_port(server.port, options.port_file)


def _write_port(port: int, file: Path) -> None:
    """In one step, so that whoever waits for the file never reads half of it."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        unfinished.write_text(f"{port}\n", encoding="ascii")
        unfinished.replace(file)
    except OSError as error:
        raise UsageError(f"cannot write --port-file {file}: {error.strerror}") from error


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    return ip_address(host.partition("%")[0]).is_loopback


def _on_termination() -> None:
    """SIGTERM ends the server as Ctrl-C does."""
    with suppress(ValueError):  # not the main thread, where signals are no concern of ours
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _print_exchange(exchange: Exchange) -> None:
    from ..exchange import lines

    _write("\n".join(lines(exchange)))


def _silent(exchange: Exchange) -> None:
    """Hears of *exchange* and says nothing."""


def _write(text: str) -> None:
    """A log that nobody reads any more is no reason to stop serving."""
    with suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _option(parse: Callable[[str], Value]) -> Callable[[str], Value]:
    """*parse* with its own ValueErrors shown to the user."""

    def parsed(text: str) -> Value:
        try:
            return parse(text)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from error

    return parsed


def _port(text: str) -> int:
    return _whole(text, 0, 65535)


def _count(text: str) -> int:
    return _whole(text, 0, 1_000_000)


def _whole(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise ValueError(f"{text!r} must be a whole number from {low} to {high}")
    return int(text)


def _usd(text: str) -> Decimal:
    amount = Decimal("NaN")
    with suppress(InvalidOperation):
        amount = Decimal(text)
    if not (amount.is_finite() and amount >= 0):
        raise ValueError(f"{text!r} must be an amount in USD, such as 1.50")
    return amount


COMMAND = Command(
    name="serve",
    summary="Answer as the vendors do, at a port of this machine and at no cost.",
    arguments=arguments,
    run=run,
    examples=(
        "wanproof serve",
        "wanproof serve --port 0 --port-file port.txt --seed 7 --lifecycle at-once",
        "wanproof serve --lifecycle seconds:30 --creates-per-second 5",
    ),
    notes="""exit codes:
  0  stopped with Ctrl-C or SIGTERM
  2  wrong usage, or the address is not to be had
  3  a fault of wanproof's own""",
)
