"""Python's own clock, for what must not follow the clock of a test.

A test may replace the functions of ``time`` before it loads the server. Whatever replaces them
imports this module first.
"""

from __future__ import annotations

from time import monotonic, sleep

__all__ = ["monotonic", "sleep"]
