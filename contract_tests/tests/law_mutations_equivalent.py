"""Mistakes in the laws that no call can show, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["EQUIVALENT"]

WORDS: Final = "it changes the message, not the verdict"
LENGTHS: Final = "the lengths are compared before"
SAME_TEXT: Final = "the mock has the same text in message and error_message, and no other text"
NO_SHORT_TEXT: Final = "no message of a vendor has eight characters"
HURRY: Final = "a client that polls faster and faster does so for more polls"
ROUNDING: Final = "a difference only by rounding"

_GRACE: Final = "(CLOCK_GRACE_S if interval < CLOCK_GRACE_S else 0.0)"
_PAUSE: Final = "later.at - earlier.at"
_ALLOWED: Final = "allowed + _find_response_time(interaction, earlier)"
_LEFT: Final = "seconds - (retry_at - last.entry.at)"
_WHOLE: Final = "polling.check_whole_deadline: "

EQUIVALENT: Final[Mapping[str, str]] = {
    "retries.check_missing_at_first: 2 -> 3 (2)": "the law reads only the first of these",
    f"{_WHOLE}early <= interval * 1.01 + {_GRACE} -> early < interval * 1.01 + {_GRACE}": ROUNDING,
    f"{_WHOLE}interval < CLOCK_GRACE_S -> interval <= CLOCK_GRACE_S": (
        "no time profile has an interval of one second"
    ),
    "money.check_connections_reused: all -> any": (
        "a call uses either sockets or the in-process transport, not both"
    ),
    "downloads._has_media_bytes: 206 -> 207": (
        "the first part of a file begins like one, and the others have its path and type"
    ),
    "results.check_outputs_in_order: True -> False": LENGTHS,
    "results.check_outputs_in_order: 1 -> 2": WORDS,
    "results.check_text_kept: len(reported) == len(wanted) -> len(reported) != len(wanted)": WORDS,
    "headers.check_bearer_header: header is not None -> header is None": WORDS,
    "sending._find_lost_members: True -> False": LENGTHS,
    "response_bodies.MIN_TEXT_CHARS: 8 -> 7": "no message of a vendor has seven characters",
    "response_bodies.MIN_TEXT_CHARS: 8 -> 9": NO_SHORT_TEXT,
    "response_bodies._list_texts: len(text) >= MIN_TEXT_CHARS -> len(text) > MIN_TEXT_CHARS": (
        NO_SHORT_TEXT
    ),
    "response_bodies.find_error_texts: any -> all": "an error has one detail, under two names",
    "response_bodies.DETAILS: 'message' dropped": SAME_TEXT,
    "response_bodies.DETAILS: 'error' dropped": "no recorded response has a text as its error",
    "response_bodies.DETAILS: 'error_message' dropped": SAME_TEXT,
    "money.SERVER_ERROR: 500 -> 499": "the mock sends no status 499",
    "money.LAST_POLLS: 6 -> 7": HURRY,
    "money.LAST_POLLS: 6 -> 5": HURRY,
    f"polling.is_far_from_deadline: {_LEFT} > first -> {_LEFT} >= first": ROUNDING,
    f"polling._find_idle_pause: {_PAUSE} > {_ALLOWED} -> {_PAUSE} >= {_ALLOWED}": ROUNDING,
    f"polling._find_idle_pause: {_ALLOWED} -> {_ALLOWED.replace('+', '-')}": (
        "recorded calls have short time-outs; a test of the options has a long one"
    ),
}
"""Reasons by the name of the mutant."""
