"""Implements ``wanproof serve``, which runs the mock server until it is stopped."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wan_validators.catalog import list_create_templates, list_poll_templates, vendors
from wan_validators.command import EXIT_OK, Command, UsageError
from wan_validators.messages.formatting import format_count

from .build_mock import build_mock, choose_admin_token
from .options import HOST, MEMORY, TOKEN, add_arguments

if TYPE_CHECKING:
    from ..http.server import Server
    from ..http.service import Service
    from ..service import Mock
    from ..state.journal import Exchange


__all__ = ["COMMAND", "create_server", "handle_stop_signals", "run", "write_line"]


SWITCH_INTERVAL_S: Final = 0.0001
"""Seconds after which a thread that reads much gives way to the one that answers polls."""


def run(options: Namespace) -> int:
    from ..artefacts.cache import Artefacts
    from ..artefacts.drawing_processes import DrawingProcesses, choose_process_count

    with ExitStack() as cleanup:
        address = _resolve_address(options.host, options.port)
        token = choose_admin_token(options, os.environ)
        if token is None and not _is_loopback(address):
            raise UsageError(_build_missing_token_message(address))
        drawing = DrawingProcesses(choose_process_count())
        listener = _ignore_exchange if options.quiet else _print_exchange
        mock = build_mock(options, token, listener, Artefacts(make_file=drawing.make))
        cleanup.callback(mock.store.close)
        service, replayed = _build_service(mock, options)
        _raise_descriptor_limit()
        server = create_server(service, address, options.port, options.host)
        cleanup.callback(server.stop)
        cleanup.callback(drawing.close)
        cleanup.callback(sys.setswitchinterval, sys.getswitchinterval())
        try:
            cleanup.enter_context(handle_stop_signals(server))
            sys.setswitchinterval(SWITCH_INTERVAL_S)
            _announce(server, mock, options, replayed)
            server.run()
        except KeyboardInterrupt:
            return EXIT_OK
    return EXIT_OK


def _resolve_address(host: str, port: int) -> str:
    """Returns the IP address of *host*. Raises UsageError if there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(_format_bind_error(error, host, port)) from error
    return str(found[0][4][0])


def _build_missing_token_message(address: str) -> str:
    return (
        f"{address} can be reached from other machines, and so could the dashboard and the admin "
        f"API, which show and delete all requests; give an --admin-token, or set {TOKEN}, "
        f"or leave out --host to listen at {HOST} only"
    )


def _build_service(mock: Mock, options: Namespace) -> tuple[Service, list[str]]:
    """Returns *mock*, or a replay in front of it with lines about it. Raises UsageError."""
    if options.replay is None:
        if options.strict:
            raise UsageError("--strict needs --replay CAPTURE")
        return mock, []
    from ..captures.reading import read_capture
    from ..captures.replay import CaptureReplay

    replay = CaptureReplay(
        read_capture(options.replay),
        mock,
        strict=options.strict,
        random=mock.simulator.new_random("replay"),
        log=(lambda _line: None) if options.quiet else write_line,
    )
    if not replay.creates:
        raise UsageError(f"{options.replay} has no create of a known vendor, so nothing to replay")
    others = "refuses other creates" if options.strict else "simulates other creates"
    creates = format_count(replay.creates, "create")
    return replay, [f"  Replay: {creates} of {options.replay}; {others}"]


def _raise_descriptor_limit() -> None:
    """Allows as many connections as the system does; each takes a file descriptor."""
    with suppress(ImportError, ValueError, OSError):  # not on Windows, or not allowed
        from resource import RLIMIT_NOFILE, getrlimit, setrlimit

        _, most = getrlimit(RLIMIT_NOFILE)
        setrlimit(RLIMIT_NOFILE, (most, most))


def create_server(service: Service, address: str, port: int, host: str) -> Server:
    """Listens at *address*, which *host* names. Raises UsageError if that is not possible."""
    from ..http.server import Server

    try:
        return Server(service, address, port)
    except OSError as error:
        raise UsageError(_format_bind_error(error, host, port)) from error


def _format_bind_error(error: Exception, host: str, port: int) -> str:
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is in use; stop what uses it, or choose another --port "
            "(0 takes a free one)"
        )
    reason = getattr(error, "strerror", None) or error
    return f"cannot listen at port {port} of {host}: {reason}"


def _announce(server: Server, mock: Mock, options: Namespace, replayed: Sequence[str] = ()) -> None:
    """Prints the URLs of the server, and writes the port into the port file."""
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
        lines += [f"    POST {server.url}{path}" for path in list_create_templates(vendor)]
        polls = (*list_poll_templates(vendor), *filter(None, (vendor.result,)))
        lines += [f"    GET  {server.url}{path}" for path in polls]
    lines.extend(replayed)
    lines.extend(_describe_own_routes(server.url, mock))
    lines.extend(_describe_missing_encoder())
    # A shell makes background jobs ignore Ctrl-C, and this server respects that.
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    lines.append(f"{'SIGTERM' if ignored else 'Ctrl-C'} stops it.")
    write_line("\n".join(lines))
    if options.port_file is not None:
        _write_port(server.port, options.port_file)


def _iter_settings(mock: Mock, options: Namespace) -> Iterator[str]:
    """Yields the settings of this server."""
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


def _describe_own_routes(url: str, mock: Mock) -> Iterator[str]:
    from ..simulator.routing import ROOT

    token_note = " (asks for the admin token)" if mock.token else ""
    yield f"  Dashboard: {url}{ROOT}/{token_note}"
    if mock.clock.mode == "manual":
        yield f'    POST {url}{ROOT}/clock {{"advance": 60}} advances the clock by a minute'


def _describe_missing_encoder() -> Iterator[str]:
    from wan_validators.optional_dependencies import format_install_hint

    from ..artefacts.cache import draws_films

    if not draws_films():
        missing = format_install_hint(ModuleNotFoundError(name="av"), __name__)
        yield f"  Videos have one colour and are silent: {missing}"


def _remove_password(store: str) -> str:
    """Returns *store* without the password and the query if it is a URL."""
    kind, mark, rest = store.partition("://")
    if not mark:
        return store
    before, known, place = rest.partition("?")[0].rpartition("@")
    return f"{kind}{mark}{'…' if before else ''}{known}{place}"


def _write_port(port: int, file: Path) -> None:
    """Writes the port atomically, so that no reader sees a part of it."""
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


@contextmanager
def handle_stop_signals(server: Server) -> Iterator[None]:
    """Makes SIGTERM and Ctrl-C stop *server* after its answers; the second one stops it at once."""

    def stop(_signal: int, _frame: object) -> None:
        for each in handled:
            signal.signal(each, signal.default_int_handler)
        server.request_stop()

    # A shell makes background jobs ignore Ctrl-C.
    ignores = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    handled = (signal.SIGTERM,) if ignores else (signal.SIGTERM, signal.SIGINT)
    before = {each: signal.getsignal(each) for each in handled}
    is_main = threading.current_thread() is threading.main_thread()
    if is_main:  # no other thread can handle signals
        for each in handled:
            signal.signal(each, stop)
    try:
        yield
    finally:
        if is_main:
            for each, handler in before.items():
                signal.signal(each, handler)


def _print_exchange(exchange: Exchange) -> None:
    from ..state.journal import format_lines

    write_line("\n".join(format_lines(exchange)))


def _ignore_exchange(exchange: Exchange) -> None:
    """Does nothing, for --quiet."""


def write_line(text: str) -> None:
    """Writes to standard output, and continues if nobody reads it any more."""
    with suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


COMMAND = Command(
    name="serve",
    summary="Answer as the vendors do, at a port of this machine and at no cost.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof serve",
        "wanproof serve --port 0 --port-file port.txt --seed 7 --lifecycle at-once",
        "wanproof serve --scenario accept-lost --creates-per-second 5",
        "wanproof serve --chaos 7:0.3 --clock auto",
        "wanproof serve --replay paid-run.har --strict",
        "wanproof serve --store sqlite:wanproof.db --scenarios scenarios.toml",
        "WANPROOF_ADMIN_TOKEN=secret wanproof serve --host 0.0.0.0",
    ),
    notes="""A shell makes background processes ignore Ctrl-C; SIGTERM stops them.

exit codes:
  0  stopped with Ctrl-C or SIGTERM
  2  wrong usage, a file or a store that cannot be used, or an address that is not available
  3  internal error in wanproof""",
    is_configurable=True,
)
