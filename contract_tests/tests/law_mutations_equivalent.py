"""Mistakes in the laws that no call can show, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final = "it changes what is said, not the verdict"
LENGTHS: Final = "the lengths are compared before"
ALIKE: Final = "the mock says the same in message and in error_message, and has no other text"

SAME: Final = "('detail', 'message', 'title', 'error', 'error_message') -> "

EQUIVALENT: Final[Mapping[str, str]] = {
    "retries.check_missing_at_first: 2 -> 3 (2)": "only the first of these is looked at",
    "polling.check_whole_deadline: early <= interval * 1.01 + (CLOCK_GRACE_S if interval < CLOCK_GRACE_S else 0.0) -> "
    "early < interval * 1.01 + (CLOCK_GRACE_S if interval < CLOCK_GRACE_S else 0.0)": "a matter of rounding",
    "polling.check_whole_deadline: interval < CLOCK_GRACE_S -> interval <= CLOCK_GRACE_S": "no interval is one second",
    "money.check_connections_reused: all -> any": "a call is made over sockets or in process, not both",
    "results.check_outputs_in_order: True -> False": LENGTHS,
    "results.check_outputs_in_order: 1 -> 2": WORDS,
    "results.check_text_kept: len(given) == len(wanted) -> len(given) != len(wanted)": WORDS,
    "sending.check_bearer_header: given is not None -> given is None": WORDS,
    "sending.check_local_limits: interaction.outcome.kind is OutcomeKind.NOT_SENT -> "
    "interaction.outcome.kind is not OutcomeKind.NOT_SENT": WORDS,
    "sending._find_lost_members: True -> False": LENGTHS,
    "response_bodies.MIN_TEXT_CHARS: 8 -> 7": "no sentence of a vendor has seven letters",
    f"response_bodies._iter_texts: {SAME}('detail', 'title', 'error', 'error_message')": ALIKE,
    f"response_bodies._iter_texts: {SAME}('detail', 'message', 'title', 'error_message')": ALIKE,
    f"response_bodies._iter_texts: {SAME}('detail', 'message', 'title', 'error')": ALIKE,
}
"""By the name of the mutant."""
