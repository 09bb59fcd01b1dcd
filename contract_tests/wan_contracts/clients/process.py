"""A client in any language, started once: a case a line in, an outcome a line out."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

from wan_validators.reading import legible
from wan_validators.wording import clip

from ..case import Setting, wire
from ..outcome import Outcome
from ..protocol import Malformed, read
from ..run import Mishap, Trouble
from .processes import MOST, Child, runnable, too_much, unstartable

HINT: Final = "Logs belong on standard error"


class ProcessClient:
    """A process that reads cases until its input ends, and answers each with one line.

    It is started with the first call, and anew after every call that it did not answer as
    it should. Empty lines are passed over.
    """

    in_process = False

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = list(argv)
        self.name = shlex.join(argv)
        self._child: Child | None = None

    def call(
        self, setting: Setting, payload: Any, number: int, patience: float
    ) -> Outcome | Trouble:
        """What the process answers within *patience* seconds."""
        line = json.dumps(wire(setting, payload, number)).encode() + b"\n"
        try:
            child, self._child = self._child or Child(self._argv), None
        except OSError as error:
            return unstartable(error)
        try:
            ended = _unasked(child) or _answer(child, line, patience)
        except BaseException:
            child.kill()
            raise
        if isinstance(ended, Outcome):
            self._child = child
        return ended

    def __enter__(self) -> Self:
        """Raises UsageError if there is no such command."""
        runnable(self._argv)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.finish()


def _unasked(child: Child) -> Trouble | None:
    """What is the matter with *child* before it is given a case; None if nothing is."""
    child.turn()
    if child.said.strip():
        says = f"it wrote on standard output before it was given this case: {_start(child)}. {HINT}"
        return child.trouble(Mishap.GARBAGE, says)
    child.said.clear()
    if child.ended:
        says = (
            f"it {child.fate()} before it was given this case; it is to read until its input ends"
        )
        return child.trouble(Mishap.CRASHED, says)
    return None


def _answer(child: Child, line: bytes, patience: float) -> Outcome | Trouble:
    child.feed(line)
    in_time = child.run(lambda: _has_line(child.said), monotonic() + patience)
    flood = too_much(child)
    if flood is not None:
        return flood
    if not _has_line(child.said):
        cut = f", in the midst of a line: {_start(child)}" if child.said else ""
        if in_time:
            says = f"it {child.fate()} instead of answering{cut}"
            return child.trouble(Mishap.CRASHED, says)
        says = (
            f"it wrote no line within {patience:g} s{cut}. Is its output flushed after each line?"
        )
        return child.trouble(Mishap.HUNG, says)
    answer, _, rest = child.said.partition(b"\n")
    child.said[:] = rest
    try:
        return read(bytes(answer))
    except Malformed as error:
        shown = repr(clip(legible(answer)))
        says = f"a line of its standard output is no outcome: {error}: {shown}. {HINT}"
        return child.trouble(Mishap.GARBAGE, says)


def _has_line(said: bytearray) -> bool:
    """Whether there is a whole line, or too much. Takes away empty ones before it."""
    if said[:1].isspace():
        said[:] = said.lstrip()
    return b"\n" in said or len(said) > MOST


def _start(child: Child) -> str:
    return repr(clip(legible(bytes(child.said).strip())))
