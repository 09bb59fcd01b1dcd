"""A client in any language, started once: a case a line in, an outcome a line out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

from wan_validators.wording import format_seconds

from ..case import Setting, wire
from ..outcome import Outcome
from ..protocol import Malformed, read
from ..run import Mishap, Trouble
from .processes import HINT, MOST, Child, start, too_much
from .program import Program, unstartable

STARTING: Final = 30.0
"""Seconds that a new process may take to start, besides those for its first call."""


class ProcessClient(Program):
    """A process that reads cases until its input ends, and answers each with one line.

    It is started with the first call, and anew after every call that it did not answer as
    it should. The first answer of each may take *starting* seconds more than the others.
    Empty lines are passed over.
    """

    def __init__(self, argv: Sequence[str], starting: float = STARTING) -> None:
        super().__init__(argv)
        self._starting = starting
        self._child: Child | None = None

    def call(
        self, setting: Setting, payload: Any, number: int, patience: float
    ) -> Outcome | Trouble:
        """What the process answers within *patience* seconds, and those for its start."""
        line = json.dumps(wire(setting, payload, number)).encode() + b"\n"
        starting = 0.0 if self._child else self._starting
        try:
            child, self._child = self._child or Child(self._argv), None
        except OSError as error:
            return unstartable(error)
        try:
            ended = _unasked(child) or _answer(child, line, patience, starting)
        except BaseException:
            child.kill()
            raise
        if isinstance(ended, Outcome):
            self._child = child
        return ended

    def __exit__(self, *_: object) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.finish()


def _unasked(child: Child) -> Trouble | None:
    """What is the matter with *child* before it is given a case; None if nothing is."""
    child.turn()
    if child.said.strip():
        shown = f"{start(child.said)}. {HINT}"
        says = f"it wrote on standard output before it was given this case: {shown}"
        return child.trouble(Mishap.GARBAGE, says)
    child.said.clear()
    if child.ended:
        says = (
            f"it {child.fate()} before it was given this case; it is to read until its input ends"
        )
        return child.trouble(Mishap.CRASHED, says)
    return None


def _answer(child: Child, line: bytes, patience: float, starting: float) -> Outcome | Trouble:
    child.feed(line)
    in_time = child.run(lambda: _has_line(child.said), monotonic() + patience + starting)
    flood = too_much(child)
    if flood is not None:
        return flood
    if not _has_line(child.said):
        cut = f", in the midst of a line: {start(child.said)}" if child.said else ""
        if in_time:
            says = f"it {child.fate()} instead of answering{cut}"
            return child.trouble(Mishap.CRASHED, says)
        more = f" ({format_seconds(starting)} of them for its start)" if starting else ""
        waited = f"{format_seconds(patience + starting)}{more}"
        says = f"it wrote no line within {waited}{cut}. Is its output flushed after each line?"
        return child.trouble(Mishap.HUNG, says)
    answer, _, rest = child.said.partition(b"\n")
    child.said[:] = rest
    try:
        return read(bytes(answer))
    except Malformed as error:
        says = f"a line of its standard output is no outcome: {error}: {start(answer)}. {HINT}"
        return child.trouble(Mishap.GARBAGE, says)


def _has_line(said: bytearray) -> bool:
    """Whether there is a whole line, or too much. Takes away empty ones before it."""
    if said[:1].isspace():
        said[:] = said.lstrip()
    return b"\n" in said or len(said) > MOST
