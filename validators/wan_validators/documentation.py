"""The address of the published documentation."""

from __future__ import annotations

from typing import Final

__all__ = ["DOCS_URL", "build_docs_url"]

DOCS_URL: Final = "https://wanproof.readthedocs.io/en/latest/"
"""Where the pages of ``docs/`` are published. ``pyproject.toml`` has the same address."""


def build_docs_url(page: str, anchor: str = "") -> str:
    """Returns the address of *page*, a path below ``docs/`` without a suffix."""
    return f"{DOCS_URL}{page}.html{f'#{anchor}' if anchor else ''}"
