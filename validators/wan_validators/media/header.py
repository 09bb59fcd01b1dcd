"""The content of a file header, as far as a rule can depend on it."""

from __future__ import annotations

from typing import Final

from ..frozen import Frozen

__all__ = ["MAX_PARTS", "Header"]

MAX_PARTS: Final = 20_000
"""The maximum number of chunks, segments or frames that are read. Real files have fewer."""


class Header(Frozen, kw_only=True):
    """The content of a file header; *format* is None if the format is unknown.

    *sides* is (width, height) in pixels, as stored. *transparent* is true if there is an alpha
    channel or a transparent colour. *seconds* is the maximum playing time, and *padding* the
    part of it that can be silence of the encoder. *untimed* is true if the header is valid but
    does not tell the playing time. *truncated* is true if the file ends early. *sides*,
    *transparent* and *seconds* are None if unknown, and all are if the header is damaged.
    """

    format: str | None = None
    sides: tuple[int, int] | None = None
    transparent: bool | None = None
    seconds: float | None = None
    padding: float = 0.0
    untimed: bool = False
    truncated: bool = False

    @property
    def is_readable(self) -> bool:
        return self.sides is not None or self.seconds is not None or self.untimed

    @property
    def min_seconds(self) -> float | None:
        return None if self.seconds is None else max(0.0, self.seconds - self.padding)
