"""Defines clients that keep every law, the base of those that break one.

    wanproof check --client contract_tests/tests/faulty_clients/reference.py:Reference
    wanproof check --client contract_tests/tests/faulty_clients/reference.py:AsyncReference

A subclass that names another ``call_class`` is another client.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # for the adapters

from adapters import httpx_async, httpx_sync


class Reference(httpx_sync.Client):
    """Holds the payload to the documents, then drives the call with ``httpx.Client``."""


class AsyncReference(httpx_async.Client):
    """The same with ``httpx.AsyncClient``."""
