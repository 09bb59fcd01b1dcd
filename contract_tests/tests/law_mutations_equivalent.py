"""Mistakes in the laws that no call can show, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["EQUIVALENT"]

WORDS: Final = "it changes the message, not the verdict"
LENGTHS: Final = "the lengths are compared before"
SAME_TEXT: Final = "the mock has the same text in message and error_message, and no other text"
ROUNDING: Final = "a difference only by rounding"

_GRACE: Final = "(CLOCK_GRACE_S if interval < CLOCK_GRACE_S else 0.0)"
_WHOLE: Final = "polling.check_whole_deadline: "
_TEXTS: Final = (
    "response_bodies._iter_texts: ('detail', 'message', 'title', 'error', 'error_message') -> "
)
_KIND: Final = "interaction.outcome.kind"

EQUIVALENT: Final[Mapping[str, str]] = {
    "retries.check_missing_at_first: 2 -> 3 (2)": "the law reads only the first of these",
    f"{_WHOLE}early <= interval * 1.01 + {_GRACE} -> early < interval * 1.01 + {_GRACE}": ROUNDING,
    f"{_WHOLE}interval < CLOCK_GRACE_S -> interval <= CLOCK_GRACE_S": (
        "no time profile has an interval of one second"
    ),
    "money.check_connections_reused: all -> any": (
        "a call uses either sockets or the in-process transport, not both"
    ),
    "downloads.is_good_download: 206 -> 207": "no recorded part of a file starts like a page",
    "results.check_outputs_in_order: True -> False": LENGTHS,
    "results.check_outputs_in_order: 1 -> 2": WORDS,
    "results.check_text_kept: len(reported) == len(wanted) -> len(reported) != len(wanted)": WORDS,
    "sending.check_bearer_header: header is not None -> header is None": WORDS,
    "sending.check_local_limits: "
    f"{_KIND} is OutcomeKind.NOT_SENT -> {_KIND} is not OutcomeKind.NOT_SENT": WORDS,
    "sending._find_lost_members: True -> False": LENGTHS,
    "response_bodies.MIN_TEXT_CHARS: 8 -> 7": "no message of a vendor has seven characters",
    f"{_TEXTS}('detail', 'title', 'error', 'error_message')": SAME_TEXT,
    f"{_TEXTS}('detail', 'message', 'title', 'error_message')": SAME_TEXT,
    f"{_TEXTS}('detail', 'message', 'title', 'error')": SAME_TEXT,
}
"""Reasons by the name of the mutant."""
