"""Files that clients upload to a vendor, as the store keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .stores import Table

__all__ = ["MAX_TOTAL_BYTES", "MAX_UPLOADS", "UPLOADS", "Upload"]

MAX_UPLOADS: Final = 100
"""Files that are kept; the oldest are forgotten first."""

MAX_TOTAL_BYTES: Final = 128 * 1024 * 1024
"""Bytes of all files that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of a *tenant* for one *model*; *at* is the time when it was stored."""

    tenant: str
    model: str
    content: bytes
    at: float


UPLOADS: Final = Table(
    "uploads",
    Upload,
    max_count=MAX_UPLOADS,
    bytes=MAX_TOTAL_BYTES,
    weigh=lambda upload: len(upload.content),
)
