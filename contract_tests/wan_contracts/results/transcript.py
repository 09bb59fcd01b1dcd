"""Formats one call for people: each request of the client and its response."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from wan_mockserver.http.delivery import Cut
from wan_mockserver.state.secrets import redact
from wan_validators.messages.formatting import format_number, format_seconds
from wan_validators.reporters.excerpt import escape_controls

from ..runner.interaction import Interaction, ObservedExchange
from . import curl

__all__ = [
    "FIRST_POLLS",
    "LAST_POLLS",
    "MAX_BODY_CHARS",
    "MAX_EXCHANGES",
    "MAX_FINDINGS",
    "TranscriptBlock",
    "build_blocks",
    "format_block",
    "format_lines",
]

FIRST_POLLS: Final = 3
LAST_POLLS: Final = 2
"""The polls that are shown at the start and at the end of a row of equal polls."""

MAX_EXCHANGES: Final = 60
"""The most exchanges shown of one call. Marked exchanges are always shown."""

MAX_BODY_CHARS: Final = 400
"""The most characters shown of the body of a response."""

MAX_FINDINGS: Final = 4
"""The most findings shown of a payload."""

_LOST_RESPONSES: Final = {
    Cut.RESET: "the connection was reset before the first byte of this response",
    Cut.GARBAGE: "the client received bytes that are not HTTP instead of this response",
    Cut.SILENCE: "the client received nothing instead of this response while it waited",
}
_CUT_RESPONSES: Final = {
    Cut.RESET_MIDWAY: "the connection was reset in the middle of this body",
    Cut.TRUNCATED: "the connection was closed in the middle of this body",
    None: "the client closed the connection before the end of this response",
}
_DEFAULT_SUFFIX: Final = ": as usual"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptBlock:
    """One exchange, or several folded ones: then *sent* and *received* are empty.

    *head* is one line and *count* the number of exchanges in the block. *is_marked* is True if
    the block shows the failure.
    """

    head: str
    sent: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    count: int = 1
    is_marked: bool = False


def format_lines(interaction: Interaction, marked: Collection[int] = ()) -> list[str]:
    """Returns the call as plain lines; ``>`` marks the exchanges with numbers in *marked*.

    No line contains control characters or the API key.
    """
    return [line for block in build_blocks(interaction, marked) for line in format_block(block)]


def format_block(block: TranscriptBlock) -> list[str]:
    """Returns *block* as plain lines."""
    mark = ">" if block.is_marked else " "
    if not block.sent:
        return [f"{mark} {block.head}"]
    first, *rest = block.sent
    curls = [f"    {first}", *(f"      {line}" for line in rest)]
    return [f"{mark} {block.head}", *curls, *(f"    {line}" for line in block.received)]


def build_blocks(interaction: Interaction, marked: Collection[int] = ()) -> list[TranscriptBlock]:
    """Returns the exchanges as blocks. Equal polls are folded unless they are *marked*."""
    numbers = frozenset(marked)
    kept: list[TranscriptBlock] = []
    for _, group in groupby(
        interaction.exchanges, lambda exchange: _build_group_key(exchange, numbers)
    ):
        kept += _fold_polls(interaction, list(group), numbers)
    return _fold_middle(kept)


def _build_group_key(exchange: ObservedExchange, numbers: Collection[int]) -> tuple[object, ...]:
    """Returns a key that is equal for polls that can be folded."""
    entry = exchange.entry
    if entry.action != "poll" or entry.number in numbers:
        return (entry.number,)
    return (
        entry.path,
        entry.status,
        entry.state,
        entry.delivery,
        entry.arrived,
        exchange.status_word,
    )


def _fold_polls(
    interaction: Interaction, exchanges: Sequence[ObservedExchange], numbers: Collection[int]
) -> Iterator[TranscriptBlock]:
    more = len(exchanges) - FIRST_POLLS - LAST_POLLS
    if more <= 1:
        yield from (_build_block(interaction, exchange, numbers) for exchange in exchanges)
        return
    yield from (
        _build_block(interaction, exchange, numbers) for exchange in exchanges[:FIRST_POLLS]
    )
    until = _format_time(exchanges[-LAST_POLLS - 1].at)
    yield TranscriptBlock(
        head=f"… {format_number(more)} more polls like these, until {until} …", count=more
    )
    yield from (
        _build_block(interaction, exchange, numbers) for exchange in exchanges[-LAST_POLLS:]
    )


def _fold_middle(all_blocks: list[TranscriptBlock]) -> list[TranscriptBlock]:
    """Returns *all_blocks* with the middle folded if there are more than MAX_EXCHANGES."""
    if len(all_blocks) <= MAX_EXCHANGES:
        return all_blocks
    half = MAX_EXCHANGES // 2
    kept = all_blocks[:half]
    for marked, group in groupby(all_blocks[half:-half], lambda block: block.is_marked):
        if marked:
            kept += group
        else:
            count = sum(block.count for block in group)
            kept.append(
                TranscriptBlock(head=f"… {format_number(count)} more exchanges …", count=count)
            )
    return kept + all_blocks[-half:]


def _build_block(
    interaction: Interaction, exchange: ObservedExchange, numbers: Collection[int]
) -> TranscriptBlock:
    entry, key = exchange.entry, interaction.setting.api_key
    return TranscriptBlock(
        head=f"#{entry.number} {_format_time(exchange.at)} {entry.action or 'unknown path'}",
        sent=tuple(map(escape_controls, curl.format_command(exchange.request, key))),
        received=tuple(
            escape_controls(redact(key, line)) for line in _format_received(exchange, key)
        ),
        is_marked=entry.number in numbers,
    )


def _format_time(at: float) -> str:
    return f"+{round(at, 3):g}s"


def _format_received(exchange: ObservedExchange, key: str) -> Iterator[str]:
    entry = exchange.entry
    loss = _describe_loss(exchange)
    yield f"=> {'(lost) ' if loss else ''}{_format_response(exchange, key)}"
    if loss:
        yield f"LOST: {loss}"
    elif exchange.is_late:
        yield "sent late: the client may have given up before"
    if entry.delay:
        yield f"delayed by {format_seconds(entry.delay)}"
    if entry.step and not entry.step.endswith(_DEFAULT_SUFFIX):
        yield f"scenario: {entry.step}"
    if entry.task and entry.action == "create" and not (entry.arrived and not loss):
        yield f"task {entry.task} was created anyway"
    elif entry.task and entry.state:
        yield f"task {entry.task} is {entry.state}"
    yield from (f"lint: {note.line}" for note in entry.findings[:MAX_FINDINGS])
    more = len(entry.findings) - MAX_FINDINGS
    if more > 0:
        yield f"lint: and {more} more findings"


def _describe_loss(exchange: ObservedExchange) -> str:
    """Returns why the response did not arrive completely, or "" if it did."""
    cut = exchange.response.delivery.cut
    if cut in _LOST_RESPONSES:
        return _LOST_RESPONSES[cut]
    if cut is not None or exchange.entry.delivery:
        return _CUT_RESPONSES.get(cut, exchange.entry.delivery)
    return ""


def _format_response(exchange: ObservedExchange, key: str) -> str:
    headers = {name.lower(): value for name, value in exchange.response.headers.items()}
    shown = [headers.get("content-type", "")]
    shown += [
        f"{name}: {headers[name.lower()]}"
        for name in ("Retry-After", "Location")
        if name.lower() in headers
    ]
    facts = " ".join(filter(None, [str(exchange.response.status), ", ".join(filter(None, shown))]))
    return f"{facts} {_format_body(exchange.response.body, key)}".rstrip()


def _format_body(body: bytes, key: str) -> str:
    if not body:
        return "(no body)"
    try:
        text = redact(key, body.decode())
    except UnicodeDecodeError:
        return f"({format_number(len(body))} bytes)"
    if len(text) <= MAX_BODY_CHARS:
        return text
    return f"{text[:MAX_BODY_CHARS]}… ({format_number(len(text))} characters)"
