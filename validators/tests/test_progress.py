"""The bar that is drawn where somebody watches."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable

import pytest

from wan_validators.progress import FIRST_SHOWN_AFTER_S, REFRESH_PERIOD_S, ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def known() -> int | None:
    return 4000


def unknown() -> int | None:
    return None


def test_nothing_is_drawn_where_there_is_no_terminal() -> None:
    err, clock = io.StringIO(), Clock()
    with ProgressBar(known, err, clock) as bar:
        clock.now = 2 * FIRST_SHOWN_AFTER_S
        bar.advance(1000)
    assert err.getvalue() == ""


def test_nothing_is_drawn_of_quick_work() -> None:
    err, clock = Terminal(), Clock()
    with ProgressBar(known, err, clock) as bar:
        clock.now = FIRST_SHOWN_AFTER_S - 0.01
        bar.advance(1000)
    assert err.getvalue() == ""


@pytest.mark.parametrize(("total", "shown"), [(known, "1.0/4.0 kB"), (unknown, "1.0/? kB")])
def test_long_work_is_shown_in_bytes(total: Callable[[], int | None], shown: str) -> None:
    err, clock = Terminal(), Clock()
    with ProgressBar(total, err, clock) as bar:
        bar.advance(400)
        clock.now = FIRST_SHOWN_AFTER_S
        bar.advance(600)
        assert shown in err.getvalue()


def test_it_is_drawn_only_every_so_often() -> None:
    err, clock = Terminal(), Clock()
    with ProgressBar(known, err, clock) as bar:
        clock.now = FIRST_SHOWN_AFTER_S
        bar.advance(1000)
        bar.advance(1000)
        assert "2.0/4.0 kB" not in err.getvalue()
        clock.now += REFRESH_PERIOD_S
        bar.advance(1000)
        assert "3.0/4.0 kB" in err.getvalue()


def test_the_rate_and_the_remaining_time_are_shown() -> None:
    err, clock = Terminal(), Clock()
    with ProgressBar(known, err, clock) as bar:
        clock.now = FIRST_SHOWN_AFTER_S
        bar.advance(1000)
        clock.now += 2
        bar.advance(1000)
        assert "1.0 kB/s" not in err.getvalue()
        clock.now += 2
        bar.advance(1000)
    assert "500 bytes/s" in err.getvalue()
    assert "0:00:02" in err.getvalue()


def test_the_bar_has_no_colours_where_nobody_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    err, clock = Terminal(), Clock()
    with ProgressBar(known, err, clock) as bar:
        clock.now = FIRST_SHOWN_AFTER_S
        bar.advance(1000)
    assert "1.0/4.0 kB" in err.getvalue()
    assert not re.search(r"\x1b\[[\d;]*3\d[\d;]*m", err.getvalue())


def test_it_comes_back_after_it_was_hidden_and_leaves_no_trace() -> None:
    err, clock = Terminal(), Clock()
    with ProgressBar(known, err, clock) as bar:
        clock.now = FIRST_SHOWN_AFTER_S
        bar.advance(1000)
        bar.hide()
        assert err.getvalue().endswith("\x1b[2K")
        clock.now += REFRESH_PERIOD_S
        bar.advance(1000)
        assert "2.0/4.0 kB" in err.getvalue()
    assert err.getvalue().endswith("\x1b[2K")
    assert "rich" in sys.modules


def test_what_else_is_counted_is_named_and_can_be_remarked_upon() -> None:
    err, clock = Terminal(), Clock()
    with ProgressBar(lambda: 12, err, clock, counted="calls") as bar:
        clock.now = 2 * FIRST_SHOWN_AFTER_S
        bar.advance(3, "[2] laws broken")
    assert " 3/12" in err.getvalue()
    assert " calls [2] laws broken " in err.getvalue()
