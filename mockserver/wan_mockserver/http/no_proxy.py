"""Lets clients reach a host directly, whatever proxies the environment names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from .file_host import find_file_host

__all__ = ["EVERYTHING", "NAMES", "bypass_proxy"]

NAMES: Final = ("no_proxy", "NO_PROXY")
"""The variables that clients read: one of them, or both with the first taking precedence."""

EVERYTHING: Final = "*"


@contextmanager
def bypass_proxy(host: str) -> Iterator[None]:
    """Makes clients in this process and in its children use no proxy for *host*.

    The same applies to the host of signed result URLs.
    This only affects clients that use the environment's proxies.
    """
    before = {name: os.environ.get(name) for name in NAMES}
    # A value of only one variable also applies to clients that read the other.
    known = {name: before[name] or "".join(filter(None, before.values())) for name in NAMES}
    own = dict.fromkeys((host, find_file_host(host)))
    for name, hosts in known.items():
        # Not every client understands an asterisk in a longer list.
        os.environ[name] = hosts if hosts == EVERYTHING else ",".join(filter(None, (hosts, *own)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)  # gone with the other where names have no case
            else:
                os.environ[name] = value
