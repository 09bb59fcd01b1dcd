"""``wanproof serve``: the mock server on a port, until it is stopped."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from wan_validators.catalog import vendors
from wan_validators.command import EXIT_OK, Command, UsageError

from .build_mock import admin_token, assemble
from .options import HOST, MEMORY, TOKEN, arguments

if TYPE_CHECKING:
    from ..http.server import Server
    from ..service import Mock
    from ..state.journal import Exchange


def run(options: Namespace) -> int:
    with ExitStack() as at_the_end:
        address = _address(options.host, options.port)
        token = admin_token(options, os.environ)
        if token is None and not _is_loopback(address):
            raise UsageError(_missing_token_error(address))
        mock = assemble(options, token, _ignore_exchange if options.quiet else _print_exchange)
        at_the_end.callback(mock.store.close)
        server = _server(mock, address, options)
        at_the_end.callback(server.stop)
        try:
            _on_termination()
            _announce(server, mock, options)
            server.run()
        except KeyboardInterrupt:
            return EXIT_OK
    return EXIT_OK


def _address(host: str, port: int) -> str:
    """The address that *host* is the name of."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(_format_bind_error(error, host, port)) from error
    return str(found[0][4][0])


def _missing_token_error(address: str) -> str:
    return (
        f"{address} can be reached from other machines, and so could the dashboard and the admin "
        f"API, which show all requests and can forget them; give an --admin-token, or set {TOKEN}, "
        f"or leave out --host to listen at {HOST} only"
    )


def _server(mock: Mock, address: str, options: Namespace) -> Server:
    from ..http.server import Server
    from ..http.wsgi import create_app

    try:
        return Server(create_app(mock), address, options.port)
    except OSError as error:
        raise UsageError(_format_bind_error(error, options.host, options.port)) from error


def _format_bind_error(error: Exception, host: str, port: int) -> str:
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is in use; stop what uses it, or choose another --port "
            "(0 takes a free one)"
        )
    says = getattr(error, "strerror", None) or error
    return f"cannot listen at port {port} of {host}: {says}"


def _announce(server: Server, mock: Mock, options: Namespace) -> None:
    """Says where the server is, for people on standard output and for scripts in a file."""
    if not _is_loopback(server.host):
        print(
            f"WARNING: {server.host} can be reached from other machines, and any API key is "
            f"accepted; leave out --host to listen at {HOST} only",
            file=sys.stderr,
            flush=True,
        )
    lines = [f"wanproof serve: {', '.join(_iter_settings(mock, options))}, any API key"]
    for vendor in vendors():
        lines.append(f"  {vendor.title}: base URL {server.url}")
        lines.append(f"    POST {server.url}{vendor.create}")
        lines.append(f"    GET  {server.url}{vendor.poll}")
    lines.extend(_own_routes(server.url, mock))
    lines.extend(_plain_videos())
    # Who starts it in the background keeps Ctrl-C from it, and means it.
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    lines.append(f"{'SIGTERM' if ignored else 'Ctrl-C'} stops it.")
    _write("\n".join(lines))
    if options.port_file is not None:
        _write_port(server.port, options.port_file)


def _iter_settings(mock: Mock, options: Namespace) -> Iterator[str]:
    """What makes this server other than others."""
    yield f"seed {mock.simulator.seed}"
    yield f"lifecycle {options.lifecycle}"
    if options.scenario:
        yield f"scenario {options.scenario}"
    if options.chaos:
        yield f"chaos {options.chaos.seed}:{options.chaos.rate:g}"
    if mock.clock.mode != "real":
        yield f"clock {mock.clock.mode}"
    if options.store != MEMORY:
        yield f"store {_remove_password(options.store)}"


def _own_routes(url: str, mock: Mock) -> Iterator[str]:
    from ..control import ROOT

    asked = " (asks for the admin token)" if mock.token else ""
    yield f"  Dashboard: {url}{ROOT}/{asked}"
    if mock.clock.mode == "manual":
        yield f'    POST {url}{ROOT}/clock {{"advance": 60}} moves the clock on by a minute'


def _plain_videos() -> Iterator[str]:
    from wan_validators.optional_dependencies import format_install_hint

    from ..artefacts.cache import draws_films

    if not draws_films():
        missing = format_install_hint(ModuleNotFoundError(name="av"), __name__)
        yield f"  Videos have one colour and are silent: {missing}"


def _remove_password(store: str) -> str:
    """*store*, if it is a URL, without what only its owner may know."""
    kind, mark, rest = store.partition("://")
    if not mark:
        return store
    before, known, place = rest.partition("?")[0].rpartition("@")
    return f"{kind}{mark}{'…' if before else ''}{known}{place}"


def _write_port(port: int, file: Path) -> None:
    """In one step, so that whoever waits for the file never reads half of it."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        unfinished.write_text(f"{port}\n", encoding="ascii")
        unfinished.replace(file)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise UsageError(f"cannot write --port-file {file}: {error.strerror}") from error


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    return ip_address(host.partition("%")[0]).is_loopback


def _on_termination() -> None:
    """SIGTERM ends the server as Ctrl-C does."""
    with suppress(ValueError):  # not the main thread, where signals are no concern of ours
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _print_exchange(exchange: Exchange) -> None:
    from ..state.journal import format_lines

    _write("\n".join(format_lines(exchange)))


def _ignore_exchange(exchange: Exchange) -> None:
    """Hears of *exchange* and says nothing."""


def _write(text: str) -> None:
    """A log that nobody reads any more is no reason to stop serving."""
    with suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


COMMAND = Command(
    name="serve",
    summary="Answer as the vendors do, at a port of this machine and at no cost.",
    arguments=arguments,
    run=run,
    examples=(
        "wanproof serve",
        "wanproof serve --port 0 --port-file port.txt --seed 7 --lifecycle at-once",
        "wanproof serve --scenario accept-lost --creates-per-second 5",
        "wanproof serve --chaos 7:0.3 --clock auto",
        "wanproof serve --store sqlite:wanproof.db --scenarios scenarios.toml",
        "WANPROOF_ADMIN_TOKEN=secret wanproof serve --host 0.0.0.0",
    ),
    notes="""A shell lets what it starts in the background ignore Ctrl-C; SIGTERM stops that.

exit codes:
  0  stopped with Ctrl-C or SIGTERM
  2  wrong usage, a file or a store that cannot be used, or an address that is not to be had
  3  a fault of wanproof's own""",
)
