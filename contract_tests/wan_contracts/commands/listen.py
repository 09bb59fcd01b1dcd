"""``wanproof check --listen``: checks clients that wanproof cannot start."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from wan_validators.command import UsageError
from wan_validators.messages.formatting import format_count

if TYPE_CHECKING:
    from ..listener.run import ListenAddress
    from ..results.report import ContractReport

__all__ = ["DEFAULT_HOST", "DEFAULT_IDLE_S", "add_arguments", "check_options", "run_listener"]

DEFAULT_HOST: Final = "127.0.0.1"

DEFAULT_IDLE_S: Final = 10.0
"""Seconds without a request after which a run ends, if every case was called."""

LISTEN_OPTIONS: Final = {"origin": "--origin", "base_url": "--base-url", "idle": "--idle"}


def add_arguments(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "a client that wanproof cannot start", "such as a browser, a phone or a deployed service"
    )
    group.add_argument(
        "--listen",
        nargs="?",
        const=f"{DEFAULT_HOST}:0",
        type=_parse_address,
        metavar="HOST:PORT",
        help="hand out cases at this address, and judge the requests of the client (default "
        f"{DEFAULT_HOST} and a free port)",
    )
    group.add_argument(
        "--origin",
        action="append",
        default=[],
        type=_parse_origin,
        metavar="URL",
        help="also accept requests of pages of this origin, such as https://app.example; "
        "repeatable (default: pages of this machine)",
    )
    group.add_argument(
        "--base-url",
        type=_parse_url,
        metavar="URL",
        help="the URL by which clients reach --listen, if it is another one: a tunnel, a container",
    )
    group.add_argument(
        "--idle",
        type=_parse_seconds,
        metavar="S",
        help="end the run after this number of seconds without a request, if every case was "
        f"called (default {DEFAULT_IDLE_S:g})",
    )


def check_options(options: Namespace) -> None:
    """Raises UsageError for options that do not fit ``--listen``, or that need it."""
    if options.listen is None:
        for name, option in LISTEN_OPTIONS.items():
            if getattr(options, name) not in (None, []):
                raise UsageError(f"{option} is for a run with --listen")
        return
    if options.client or options.command or options.stdio:
        raise UsageError(
            "--listen is for clients that wanproof does not start; leave out --client, --stdio and "
            "the command"
        )
    host, _ = options.listen
    if host in ("0.0.0.0", "::") and options.base_url is None:  # nosec B104
        raise UsageError(
            f"clients cannot call {host}; add --base-url with the name or address of this machine "
            "in the client's network"
        )


def run_listener(options: Namespace) -> ContractReport:
    """Runs the check, and says on standard error where it listens."""
    from dataclasses import replace

    from ..listener.run import ListenAddress, listen
    from ..runner.options import build_plan, read_known_failures

    plan = build_plan(options, once=False)
    plan = replace(plan, examples=options.examples or 0)
    known = read_known_failures(options.expect)
    host, port = options.listen
    address = ListenAddress(
        host=host, port=port, base_url=options.base_url, origins=tuple(options.origin)
    )

    def announce(base_url: str, cases: int) -> None:
        _announce(address, base_url, cases, plan.seed)

    idle_s = DEFAULT_IDLE_S if options.idle is None else options.idle
    with _end_at_sigterm():
        return listen(plan, address, known, idle_s=idle_s, announce=announce)


@contextmanager
def _end_at_sigterm() -> Iterator[None]:
    """Makes SIGTERM end the run like Ctrl-C, if this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _announce(address: ListenAddress, base_url: str, cases: int, seed: int) -> None:
    check = f"{base_url}/_wanproof/check"
    lines = []
    if not _is_loopback(address.host):
        lines.append(
            f"WARNING: {address.host} can be reached from other machines; leave out HOST to listen "
            f"at {DEFAULT_HOST} only"
        )
    lines += [
        f"wanproof check --listen: {format_count(cases, 'case')}, seed {seed}, base URL {base_url}",
        f"  GET  {check}/next            a case; status 204 if there is none",
        "  Make the call of the case: its payload, to its base_url, with its api_key.",
        f"  POST {check}/outcome/{{case}}  what the client returned (optional)",
        f"  GET  {check}/report          the report so far",
        f"  POST {check}/finish          ends the run, like Ctrl-C",
    ]
    print("\n".join(lines), file=sys.stderr, flush=True)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parse_address(text: str) -> tuple[str, int]:
    """Parses ``HOST:PORT``, ``HOST``, ``PORT`` or ``[::1]:PORT``."""
    if text.isascii() and text.isdecimal():
        text = f"{DEFAULT_HOST}:{text}"
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        host, port = "", 0
    if not host or any(mark in text for mark in "/?#@ "):
        raise ArgumentTypeError(
            f"{text!r} is not HOST:PORT, such as {DEFAULT_HOST}:8322 or [::1]:8322, with a port "
            "from 0 to 65535"
        )
    return host, port


def _parse_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment:
        raise ArgumentTypeError(f"{text!r} is not a URL such as https://example.com")
    return text.rstrip("/")


def _parse_origin(text: str) -> str:
    if text == "null":
        return text
    url = _parse_url(text)
    if urlsplit(url).path:
        raise ArgumentTypeError(
            f"{text!r} is not an origin: it has no path, as in https://a.example"
        )
    return url


def _parse_seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not a number from 0 up")
    return value
