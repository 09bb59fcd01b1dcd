"""A process that shares a store with others: ``worker.py STORE TIMES``.

It says ``ready``, waits for a line, then counts a shared counter up *TIMES* times, keeping
each number that it got under a key of its own, and prints the number once both are kept.
"""

from __future__ import annotations

import sys
from functools import partial

from wan_mockserver.state.stores import COUNTERS
from wan_mockserver.state.stores.opening import open_store


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def given(number: float, _: float | None) -> float:
    return number


def main(place: str, times: str) -> None:
    say("ready")
    sys.stdin.readline()
    store = open_store(place)
    for _ in range(int(times)):
        number = store.change(COUNTERS, "shared", lambda old: (old or 0.0) + 1)
        store.change(COUNTERS, f"number {number:.0f}", partial(given, number))
        say(f"{number:.0f}")
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
