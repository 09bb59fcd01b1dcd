"""A progress bar for long work, drawn only on terminals."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

__all__ = ["BYTES", "FIRST_SHOWN_AFTER_S", "REFRESH_PERIOD_S", "ProgressBar"]

FIRST_SHOWN_AFTER_S: Final = 1.0
"""Seconds of work before the bar appears."""

BYTES: Final = "bytes"

REFRESH_PERIOD_S: Final = 0.1
"""Seconds between two drawings."""


class ProgressBar:
    """Shows the progress towards *total* (None if unknown) on *err*, if that is a terminal.

    *counted* is the unit: bytes, or any other noun. :meth:`advance` draws the bar; there is
    no thread. Call :meth:`hide` before you write to the same terminal. The next
    :meth:`advance` shows the bar again. At the end the bar is removed.
    """

    def __init__(
        self,
        total: Callable[[], int | None],
        err: TextIO,
        clock: Callable[[], float] = monotonic,
        counted: str = BYTES,
    ) -> None:
        self._total = total
        self._counted = counted
        self._err = err
        self._clock = clock
        self._done = 0
        self._due = clock() + FIRST_SHOWN_AFTER_S if err.isatty() else inf
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hide()

    def advance(self, amount: int, description: str = "") -> None:
        """Adds *amount* to the progress; *description* is shown after the bar."""
        self._done += amount
        if self._clock() < self._due:
            return
        self._due = self._clock() + REFRESH_PERIOD_S
        if self._progress is None:
            self._progress = self._create_progress()
        self._progress.start()
        task = self._progress.task_ids[0]
        total = self._total()
        self._progress.update(
            task, completed=self._done, total=total, description=description, refresh=True
        )

    def hide(self) -> None:
        if self._progress is not None:
            self._progress.stop()

    def _create_progress(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TimeRemainingColumn

        progress = Progress(
            BarColumn(),
            *self._columns(),
            TimeRemainingColumn(),
            console=Console(file=self._err),
            auto_refresh=False,
            get_time=self._clock,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        progress.add_task("", total=self._total())
        return progress

    def _columns(self) -> tuple[ProgressColumn, ...]:
        from rich.progress import (
            DownloadColumn,
            MofNCompleteColumn,
            TextColumn,
            TransferSpeedColumn,
        )

        if self._counted == BYTES:
            return DownloadColumn(), TransferSpeedColumn()
        count = TextColumn(self._counted)
        return MofNCompleteColumn(), count, TextColumn("{task.description}", markup=False)
