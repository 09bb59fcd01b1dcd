"""What is at a loopback address is reached directly, whatever proxies the environment names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

NAMES: Final = ("no_proxy", "NO_PROXY")
"""Clients read one of them, or both, and then the first is stronger."""

EVERYTHING: Final = "*"


@contextmanager
def bypass_proxy(host: str) -> Iterator[None]:
    """Within this, clients in this process, and in those it starts, ask no proxy for *host*.

    Only clients that heed the environment's proxies are concerned. Others see no difference.
    """
    before = {name: os.environ.get(name) for name in NAMES}
    # What stands in one alone holds for clients that would read the other.
    known = {name: before[name] or "".join(filter(None, before.values())) for name in NAMES}
    for name, hosts in known.items():
        # An asterisk in a longer list is not one to every client.
        os.environ[name] = hosts if hosts == EVERYTHING else ",".join(filter(None, (hosts, host)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)  # the other's, where names have no case
            else:
                os.environ[name] = value
