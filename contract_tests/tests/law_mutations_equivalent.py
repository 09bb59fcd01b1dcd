"""Mistakes in the laws that no call can show, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final = "it changes what is said, not the verdict"
LENGTHS: Final = "the lengths are compared before"
ALIKE: Final = "the mock says the same in message and in error_message, and has no other text"

SAME: Final = "('detail', 'message', 'title', 'error', 'error_message') -> "

EQUIVALENT: Final[Mapping[str, str]] = {
    "retries.missing_at_first: 2 -> 3 (2)": "only the first of these is looked at",
    "polling.whole_deadline: early <= interval * 1.01 + (GRACE if interval < GRACE else 0.0) -> "
    "early < interval * 1.01 + (GRACE if interval < GRACE else 0.0)": "a matter of rounding",
    "polling.whole_deadline: interval < GRACE -> interval <= GRACE": "no interval is one second",
    "money.connections_reused: all -> any": "a call is made over sockets or in process, not both",
    "results.outputs_in_order: True -> False": LENGTHS,
    "results.outputs_in_order: 1 -> 2": WORDS,
    "results.text_kept: len(given) == len(wanted) -> len(given) != len(wanted)": WORDS,
    "sending.bearer_header: given is not None -> given is None": WORDS,
    "sending.local_limits: run.outcome.kind is OutcomeKind.NOT_SENT -> "
    "run.outcome.kind is not OutcomeKind.NOT_SENT": WORDS,
    "sending._find_lost_members: True -> False": LENGTHS,
    "wires.SHORTEST: 8 -> 7": "no sentence of a vendor has seven letters",
    f"wires._texts: {SAME}('detail', 'title', 'error', 'error_message')": ALIKE,
    f"wires._texts: {SAME}('detail', 'message', 'title', 'error_message')": ALIKE,
    f"wires._texts: {SAME}('detail', 'message', 'title', 'error')": ALIKE,
}
"""By the name of the mutant."""
