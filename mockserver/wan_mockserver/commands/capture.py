"""``wanproof capture``: records one paid run through a proxy on this machine."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from urllib.parse import urlsplit

from wan_validators.command import EXIT_OK, Command, UsageError
from wan_validators.messages.formatting import format_count

from .options import HOST, make_option_parser, parse_port, parse_usd
from .serve import create_server, handle_stop_signals, write_line

__all__ = ["COMMAND"]

PORT = 8322


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--upstream",
        required=True,
        type=_parse_upstream,
        metavar="URL",
        help="the vendor's base URL, such as https://api.example.com; requests are sent there",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("capture.har"),
        metavar="FILE",
        help="the capture, a HAR file without secrets (default %(default)s); must not exist",
    )
    parser.add_argument(
        "-p",
        "--port",
        type=make_option_parser(parse_port),
        default=PORT,
        help=f"port to listen at on {HOST}; 0 takes a free one (default {PORT})",
    )
    parser.add_argument(
        "--max-cost",
        type=make_option_parser(parse_usd),
        metavar="USD",
        help="do not send a create once all of them could cost more than this",
    )
    parser.add_argument(
        "--no-files", action="store_true", help="do not download the results into the capture"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="do not log requests")


def run(options: Namespace) -> int:
    import httpx

    from wan_validators.guard import guard

    from ..captures.recorder import Recorder

    if options.output.exists():
        raise UsageError(f"{options.output} exists; choose another --output, or delete it")
    _check_writable(options.output)
    transport = guard(max_cost=options.max_cost).transport()
    with httpx.Client(transport=transport, trust_env=True) as client:
        recorder = Recorder(
            options.upstream,
            options.output,
            client,
            with_files=not options.no_files,
            log=(lambda _line: None) if options.quiet else write_line,
        )
        server = create_server(recorder, HOST, options.port, HOST)
        try:
            with handle_stop_signals(server):
                write_line(
                    f"wanproof capture: set the base URL of your client to {server.url}\n"
                    f"  Requests go to {options.upstream} and COST MONEY there.\n"
                    f"  Invalid payloads are not sent. Ctrl-C ends the capture {options.output}."
                )
                server.run()
        except KeyboardInterrupt:
            pass
        finally:
            server.stop()
    if not recorder.count:
        print(f"wanproof capture: nothing was recorded, so there is no {options.output}")
        return EXIT_OK
    count = format_count(recorder.count, "exchange")
    print(f"wanproof capture: {count} in {options.output}", file=sys.stdout)
    return EXIT_OK


def _check_writable(file: Path) -> None:
    try:
        file.touch(exist_ok=False)
        file.unlink()
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}") from error


def _parse_upstream(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ArgumentTypeError(
            f"{text!r} is not a base URL; give scheme and host, such as https://api.example.com"
        )
    if parts.username or parts.password:
        raise ArgumentTypeError("a user name or password in the URL would get into the capture")
    loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme == "http" and not loopback:
        raise ArgumentTypeError("http would send the API key in clear text; use https")
    return f"{parts.scheme}://{parts.netloc}"


COMMAND = Command(
    name="capture",
    summary="Record one paid run, for `wanproof serve --replay` and `wanproof drift`.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof capture --upstream https://api.example.com --max-cost 0.50",
        "wanproof capture --upstream https://api.example.com -o paid-run.har --port 0",
    ),
    notes="""This is the only command that contacts a vendor. It listens on this machine only,
forwards creates and polls unchanged, and writes them without API keys, cookies and signatures.
A create is not sent if its payload breaks a documented rule.

exit codes:
  0  stopped with Ctrl-C or SIGTERM
  2  wrong usage, a file that cannot be written, or a port that is not available
  3  internal error in wanproof""",
)
