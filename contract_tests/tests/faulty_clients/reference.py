"""Defines clients that keep every law, the base of those that break one.

    wanproof check --client contract_tests/tests/faulty_clients/reference.py:Reference
    wanproof check --client contract_tests/tests/faulty_clients/reference.py:AsyncReference

A subclass that names another ``call_class`` is another client.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # for the adapters

from adapters import httpx_async, httpx_sync
from wan_contracts import Setting


class Reference(httpx_sync.Client):
    """Holds the payload to the documents, then drives the call with ``httpx.Client``."""


class OverSockets(Reference):
    """The same without the transport in process."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(replace(setting, transport=None))


class AsyncReference(httpx_async.Client):
    """The same with ``httpx.AsyncClient``."""
