"""Names the host of signed result URLs, which is not the host of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["find_file_host"]

_OTHER_NAMES: Final[Mapping[str, str]] = {
    "127.0.0.1": "localhost",
    "::1": "localhost",
    "localhost": "127.0.0.1",
    "wanproof.test": "files.wanproof.test",
}
"""Two names of this machine, and of the server in process, for each other."""


def find_file_host(host: str) -> str:
    """Returns another name of *host*, or *host* itself if no other name is known."""
    return _OTHER_NAMES.get(host, host)
