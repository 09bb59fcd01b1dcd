"""One call as a person can read it: what the client sent, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from wan_mockserver.http.delivery import Cut
from wan_mockserver.state.journal import redact
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
"""Of many equal polls so many are shown, at the begin and at the end."""

MAX_EXCHANGES: Final = 60
"""Exchanges that are shown of one call; those that show the failure are shown in any case."""

MAX_BODY_CHARS: Final = 400
"""Characters of the body of an answer that are shown."""

MAX_FINDINGS: Final = 4
"""Findings about a payload that are shown."""

_LOST_RESPONSES: Final = {
    Cut.RESET: "the connection was reset before the first byte of this answer",
    Cut.GARBAGE: "in place of this answer came bytes that are no HTTP",
    Cut.SILENCE: "in place of this answer nothing came, for as long as the client waited",
}
_CUT_RESPONSES: Final = {
    Cut.RESET_MIDWAY: "the connection was reset in the middle of this body",
    Cut.TRUNCATED: "the connection was closed in the middle of this body",
    None: "the client went away before it had read all of this answer",
}
_DEFAULT_SUFFIX: Final = ": as usual"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptBlock:
    """One exchange, or several that are folded: then *sent* and *came* are empty.

    *head* is one line, *count* for how many exchanges the block stands; *marked* says that it
    shows the failure.
    """

    head: str
    sent: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    count: int = 1
    is_marked: bool = False


def format_lines(interaction: Interaction, marked: Collection[int] = ()) -> list[str]:
    """The call in plain lines; ``>`` marks the exchanges whose journal numbers are in *marked*.

    No line has a control character in it, and none the API key.
    """
    return [line for block in build_blocks(interaction, marked) for line in format_block(block)]


def format_block(block: TranscriptBlock) -> list[str]:
    """*block* in plain lines."""
    mark = ">" if block.is_marked else " "
    if not block.sent:
        return [f"{mark} {block.head}"]
    first, *rest = block.sent
    curls = [f"    {first}", *(f"      {line}" for line in rest)]
    return [f"{mark} {block.head}", *curls, *(f"    {line}" for line in block.received)]


def build_blocks(interaction: Interaction, marked: Collection[int] = ()) -> list[TranscriptBlock]:
    """The call exchange by exchange; polls that are all alike are folded, marked ones never."""
    numbers = frozenset(marked)
    kept: list[TranscriptBlock] = []
    for _, group in groupby(interaction.exchanges, lambda seen: _group_key(seen, numbers)):
        kept += _fold_polls(interaction, list(group), numbers)
    return _fold_middle(kept)


def _group_key(seen: ObservedExchange, numbers: Collection[int]) -> tuple[object, ...]:
    """Equal for polls that need not be shown one by one."""
    entry = seen.entry
    if entry.action != "poll" or entry.number in numbers:
        return (entry.number,)
    return (entry.path, entry.status, entry.state, entry.delivery, entry.arrived, seen.status_word)


def _fold_polls(
    interaction: Interaction, seen: Sequence[ObservedExchange], numbers: Collection[int]
) -> Iterator[TranscriptBlock]:
    more = len(seen) - FIRST_POLLS - LAST_POLLS
    if more <= 1:
        yield from (_build_block(interaction, each, numbers) for each in seen)
        return
    yield from (_build_block(interaction, each, numbers) for each in seen[:FIRST_POLLS])
    until = _format_time(seen[-LAST_POLLS - 1].at)
    yield TranscriptBlock(
        head=f"… {format_number(more)} polls like these, until {until} …", count=more
    )
    yield from (_build_block(interaction, each, numbers) for each in seen[-LAST_POLLS:])


def _fold_middle(all_blocks: list[TranscriptBlock]) -> list[TranscriptBlock]:
    """*all_blocks*, with the middle folded where there are more than MAX_EXCHANGES."""
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
                TranscriptBlock(head=f"… {format_number(count)} exchanges more …", count=count)
            )
    return kept + all_blocks[-half:]


def _build_block(
    interaction: Interaction, seen: ObservedExchange, numbers: Collection[int]
) -> TranscriptBlock:
    entry, key = seen.entry, interaction.setting.api_key
    return TranscriptBlock(
        head=f"#{entry.number} {_format_time(seen.at)} {entry.action or 'unknown path'}",
        sent=tuple(map(escape_controls, curl.format_command(seen.request, key))),
        received=tuple(escape_controls(redact(key, line)) for line in _format_received(seen, key)),
        is_marked=entry.number in numbers,
    )


def _format_time(at: float) -> str:
    return f"+{round(at, 3):g}s"


def _format_received(seen: ObservedExchange, key: str) -> Iterator[str]:
    entry = seen.entry
    fate = _describe_loss(seen)
    yield f"=> {'(lost) ' if fate else ''}{_format_response(seen, key)}"
    if fate:
        yield f"LOST: {fate}"
    if entry.delay:
        yield f"held back for {format_seconds(entry.delay)}"
    if entry.step and not entry.step.endswith(_DEFAULT_SUFFIX):
        yield f"scenario: {entry.step}"
    if entry.task and entry.action == "create" and not (entry.arrived and not fate):
        yield f"task {entry.task} was made all the same"
    elif entry.task and entry.state:
        yield f"task {entry.task} is {entry.state}"
    yield from (f"lint: {note.line}" for note in entry.findings[:MAX_FINDINGS])
    more = len(entry.findings) - MAX_FINDINGS
    if more > 0:
        yield f"lint: and {more} findings more"


def _describe_loss(seen: ObservedExchange) -> str:
    """What became of the answer if it did not get through to its end, else ""."""
    cut = seen.response.delivery.cut
    if cut in _LOST_RESPONSES:
        return _LOST_RESPONSES[cut]
    if cut is not None or seen.entry.delivery:
        return _CUT_RESPONSES.get(cut, seen.entry.delivery)
    return ""


def _format_response(seen: ObservedExchange, key: str) -> str:
    headers = {name.lower(): value for name, value in seen.response.headers.items()}
    shown = [headers.get("content-type", "")]
    shown += [
        f"{name}: {headers[name.lower()]}"
        for name in ("Retry-After", "Location")
        if name.lower() in headers
    ]
    facts = " ".join(filter(None, [str(seen.response.status), ", ".join(filter(None, shown))]))
    return f"{facts} {_format_body(seen.response.body, key)}".rstrip()


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
