"""Laws about the files of a task's results, and about the API key in URLs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from wan_mockserver.assertions.verdict import Verdict

from ..protocol.outcome import OutcomeKind, Output
from ..runner.interaction import ClientError, Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation

__all__ = [
    "LAWS",
    "MEDIA_START",
    "MEDIA_TYPE_PREFIXES",
    "MIN_FILES",
    "check_bad_file_no_result",
    "check_bytes_decide",
    "check_bytes_equal",
    "check_key_in_url",
    "check_key_stays_home",
    "check_no_overwritten_file",
    "find_overwriting_file",
    "find_saved_files",
    "is_plain_file",
    "may_be_saved",
]

MEDIA_TYPE_PREFIXES: Final = ("image/", "video/")

MIN_FILES: Final = 2
"""The fewest files of which one can overwrite another."""

MEDIA_START: Final = re.compile(rb"\x89PNG\r\n\x1a\n|.{4}ftyp", re.DOTALL)
"""The first bytes of the images and videos that the mock serves."""


def check_bytes_equal(interaction: Interaction) -> Verdict | None:
    files = find_saved_files(interaction)
    served = {
        exchange.entry.answer.sha256: exchange.entry.answer.length
        for exchange in interaction.downloads
        if may_be_saved(exchange)
    }
    is_partial = any(exchange.entry.status == 206 for exchange in interaction.downloads)
    if not files or is_partial or len(files) > len(_find_saveable_paths(interaction)):
        return None
    for output in files:
        if output.sha256 not in served:
            message = f"the server sent no file with the SHA-256 {output.sha256}"
            return build_violation(message, interaction.downloads)
        if output.length not in (None, served[output.sha256]):
            message = f"a file has {served[output.sha256]} bytes, but {output.length} are reported"
            return build_violation(message, interaction.downloads)
    return KEPT


def check_bad_file_no_result(interaction: Interaction) -> Verdict | None:
    bad = [exchange for exchange in interaction.downloads if not may_be_saved(exchange)]
    if not bad or interaction.outcome is None:
        return None
    paths = _find_saveable_paths(interaction)
    saved = len(find_saved_files(interaction))
    if saved <= len(paths):
        return KEPT
    response = f"{bad[0].entry.status} {bad[0].response.headers.get('Content-Type', '')}".strip()
    cut = bad[0].entry.delivery and f", {bad[0].entry.delivery}"
    message = (
        f"{saved} files are reported as saved, but only {len(paths)} are good ({response}{cut})"
    )
    return build_violation(message, bad)


def check_bytes_decide(interaction: Interaction) -> Verdict | None:
    complete = [exchange for exchange in interaction.downloads if _is_complete(exchange)]
    odd = [each for each in complete if _has_media_bytes(each) is not _has_media_type(each)]
    if not odd or interaction.outcome is None:
        return None
    files = {each.request.path for each in complete if _has_media_bytes(each)}
    saved = len(find_saved_files(interaction))
    kind = odd[0].response.headers.get("Content-Type", "no type")
    if saved > len(files):
        message = f"{saved} files are reported as saved, but only {len(files)} are images or videos"
        return build_violation(f"{message}; the others are called {kind}", odd)
    missing = sum(output.error is not None for output in interaction.outcome.outputs)
    bad = {exchange.request.path for exchange in interaction.downloads} - files
    if missing > len(bad):
        message = f"{missing} files are reported as missing, but {len(files)} were served"
        return build_violation(f"{message}, and called {kind}", odd)
    return KEPT


def check_no_overwritten_file(interaction: Interaction) -> Verdict | None:
    if len(find_saved_files(interaction)) < MIN_FILES:
        return None
    if find_overwriting_file(interaction) is None:
        return KEPT
    message = "one served file is reported for two results: a file overwrote another one"
    return build_violation(message, interaction.downloads)


def find_overwriting_file(interaction: Interaction) -> str | None:
    """Returns the SHA-256 of a file that is reported for more results than it belongs to."""
    served = Counter(
        {
            exchange.request.path: exchange.entry.answer.sha256
            for exchange in interaction.downloads
            if may_be_saved(exchange)
        }.values()
    )
    reported = Counter(output.sha256 or "" for output in find_saved_files(interaction))
    return next((sha for sha, times in reported.items() if 0 < served[sha] < times), None)


def check_key_in_url(interaction: Interaction) -> Verdict | None:
    key = interaction.setting.api_key
    leaks = [
        exchange
        for exchange in interaction.exchanges
        if key in unquote(f"{exchange.request.path}?{exchange.request.query}")
    ]
    if leaks:
        return build_violation("the API key is in a URL, which proxies and servers log", leaks)
    return KEPT if interaction.exchanges else None


def check_key_stays_home(interaction: Interaction) -> Verdict | None:
    key = interaction.setting.api_key
    leaks = [exchange for exchange in interaction.downloads if _has_key(exchange, key)]
    if leaks:
        message = "the API key was sent to a result URL, which does not belong to the API"
        return build_violation(message, leaks)
    told = next((name for name, text in _iter_reported(interaction) if key in text), None)
    if told:
        return build_violation(
            f"the API key is in {told}, which callers log", interaction.exchanges[-1:]
        )
    return KEPT if interaction.exchanges else None


def _has_key(download: ObservedExchange, key: str) -> bool:
    """Returns whether any header has the key, or whether there are other credentials."""
    headers = download.request.headers
    return "authorization" in headers or any(key in value for value in headers.values())


def _iter_reported(interaction: Interaction) -> Iterator[tuple[str, str]]:
    """Yields the parts of the client's report as texts, each with its name."""
    result = interaction.client_result
    if isinstance(result, ClientError):
        yield "the client's error", f"{result.message}\n{result.stderr}"
    elif result is not None:
        for name, value in result.as_json().items():
            yield f"the member {name} of the outcome", str(value)


def may_be_saved(exchange: ObservedExchange) -> bool:
    """Returns whether a download is complete, and an image or a video by its bytes or its type.

    A part of a file can begin with any bytes. The law bytes-decide is about a wrong type.
    """
    return _is_complete(exchange) and (_has_media_bytes(exchange) or _has_media_type(exchange))


def is_plain_file(exchange: ObservedExchange) -> bool:
    """Returns whether a download is an image or a video by its bytes, and by its type."""
    return _is_complete(exchange) and _has_media_bytes(exchange) and _has_media_type(exchange)


def find_saved_files(interaction: Interaction) -> list[Output]:
    """Returns the outputs that are reported as saved files."""
    if interaction.outcome is None or interaction.outcome.kind is not OutcomeKind.COMPLETED:
        return []
    return [each for each in interaction.outcome.outputs if each.sha256 and each.error is None]


def _find_saveable_paths(interaction: Interaction) -> set[str]:
    return {each.request.path for each in interaction.downloads if may_be_saved(each)}


def _is_complete(exchange: ObservedExchange) -> bool:
    return exchange.is_success and bool(exchange.response.body)


def _has_media_bytes(exchange: ObservedExchange) -> bool:
    return exchange.entry.status == 206 or MEDIA_START.match(exchange.response.body) is not None


def _has_media_type(exchange: ObservedExchange) -> bool:
    return exchange.response.headers.get("Content-Type", "").startswith(MEDIA_TYPE_PREFIXES)


LAWS: Final = (
    Law(
        id="bytes-equal",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="A reported file has exactly the bytes that the server sent.",
        source="a file that is read as text or put together wrongly is damaged, without any error",
        hint=(
            "read the body as bytes, to its end; append only a 206 to a part of a file, as a 200 "
            "is the whole file"
        ),
        judge=check_bytes_equal,
    ),
    Law(
        id="bad-file-no-result",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="An expired, truncated, empty or non-media file is an error, not a saved file.",
        source="the upstream's result URLs expire after 24 hours, and then return an error page",
        hint="check the status, Content-Length and the first bytes before you save a file",
        judge=check_bad_file_no_result,
    ),
    Law(
        id="bytes-decide",
        group=Group.DOWNLOAD,
        level=Level.SHOULD,
        statement="The bytes of a file decide whether it is saved, not its Content-Type.",
        source="object stores call files application/octet-stream, and error pages image/png",
        hint="compare the first bytes with those of PNG, JPEG, WebP and MP4; ignore Content-Type",
        judge=check_bytes_decide,
    ),
    Law(
        id="no-overwritten-file",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="Each result is a file of its own: none is saved in place of another.",
        source="S0 to S4: n images are n different files, and each is billed",
        hint="put the index of the result into the file name; do not name files by task or time",
        judge=check_no_overwritten_file,
    ),
    Law(
        id="key-in-url",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="The API key is not in any URL.",
        source="S0 to S4: the key belongs in the Authorization header",
        hint="send the key in the header only",
        judge=check_key_in_url,
    ),
    Law(
        id="key-stays-home",
        group=Group.DOWNLOAD,
        level=Level.SHOULD,
        statement=(
            "The API key goes to the API only: in no header to the URLs of results, and not into "
            "what the client reports."
        ),
        source="result URLs are signed and on another host; callers log messages",
        hint=(
            "download with a separate session that has no header with the key, and keep requests "
            "and their headers out of messages"
        ),
        judge=check_key_stays_home,
    ),
)
