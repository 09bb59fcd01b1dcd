"""Laws about the files of a task's results, and about the API key in URLs."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from wan_mockserver.assertions.verdict import Verdict

from ..protocol.outcome import OutcomeKind, Output
from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation

__all__ = [
    "LAWS",
    "MEDIA_TYPE_PREFIXES",
    "check_bad_file_no_result",
    "check_bytes_equal",
    "check_key_in_url",
    "check_key_stays_home",
    "is_good_download",
]

MEDIA_TYPE_PREFIXES: Final = ("image/", "video/")

UNKNOWN_MEDIA_TYPE: Final = "application/octet-stream"

MARKUP_START: Final = b"<"
"""The first byte of an error page; no image or video has it."""


def check_bytes_equal(interaction: Interaction) -> Verdict | None:
    files = _find_saved_files(interaction)
    is_partial = any(exchange.entry.status == 206 for exchange in interaction.downloads)
    if (
        not files
        or not interaction.downloads
        or is_partial
        or not all(map(is_good_download, interaction.downloads))
    ):
        return None
    served = {
        exchange.entry.answer.sha256: exchange.entry.answer.length
        for exchange in interaction.downloads
    }
    for output in files:
        if output.sha256 not in served:
            message = f"the server sent no file with the SHA-256 {output.sha256}"
            return build_violation(message, interaction.downloads)
        if output.length not in (None, served[output.sha256]):
            message = f"a file has {served[output.sha256]} bytes, but {output.length} are reported"
            return build_violation(message, interaction.downloads)
    return KEPT


def check_bad_file_no_result(interaction: Interaction) -> Verdict | None:
    bad = [exchange for exchange in interaction.downloads if not is_good_download(exchange)]
    if not bad or interaction.outcome is None:
        return None
    paths = {
        exchange.request.path for exchange in interaction.downloads if is_good_download(exchange)
    }
    saved = len(_find_saved_files(interaction))
    if saved <= len(paths):
        return KEPT
    response = f"{bad[0].entry.status} {bad[0].response.headers.get('Content-Type', '')}".strip()
    cut = bad[0].entry.delivery and f", {bad[0].entry.delivery}"
    message = (
        f"{saved} files are reported as saved, but only {len(paths)} are good ({response}{cut})"
    )
    return build_violation(message, bad)


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
    leaks = [
        exchange
        for exchange in interaction.downloads
        if "authorization" in exchange.request.headers
    ]
    if leaks:
        message = "the API key was sent to a result URL, which does not belong to the API"
        return build_violation(message, leaks)
    return KEPT if interaction.downloads else None


def is_good_download(exchange: ObservedExchange) -> bool:
    """Returns whether a download is complete, successful, and an image or a video.

    Object stores do not always know the type. A part of a file can begin with any bytes.
    """
    kind, content = exchange.response.headers.get("Content-Type", ""), exchange.response.body
    return (
        exchange.is_success
        and bool(content)
        and kind.startswith((*MEDIA_TYPE_PREFIXES, UNKNOWN_MEDIA_TYPE))
        and (exchange.entry.status == 206 or not content.startswith(MARKUP_START))
    )


def _find_saved_files(interaction: Interaction) -> list[Output]:
    """Returns the outputs that are reported as saved files."""
    if interaction.outcome is None or interaction.outcome.kind is not OutcomeKind.COMPLETED:
        return []
    return [each for each in interaction.outcome.outputs if each.sha256 and each.error is None]


LAWS: Final = (
    Law(
        id="bytes-equal",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="A reported file has exactly the bytes that the server sent.",
        source="a file that is read as text or truncated is damaged, without any error",
        hint="read the body as bytes, to its end",
        judge=check_bytes_equal,
    ),
    Law(
        id="bad-file-no-result",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="An expired, truncated, empty or non-media file is an error, not a saved file.",
        source="the upstream's result URLs expire after 24 hours, and then return an error page",
        hint="check the status, Content-Type and Content-Length before you save a file",
        judge=check_bad_file_no_result,
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
        statement="The API key is not sent to the URLs of results.",
        source="result URLs are signed and on another host, which must not get the key",
        hint="download with a separate session that has no Authorization header",
        judge=check_key_stays_home,
    ),
)
