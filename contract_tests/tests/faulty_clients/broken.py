"""Defines clients that break one or two laws, each by one mistake. To check one:

    wanproof check --client contract_tests/tests/faulty_clients/broken.py:RetriesPost

Each is the reference client with one overridden decision. ``expected_violations.py`` lists the
laws that it breaks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import httpx

sys.path += map(str, Path(__file__).resolve().parents[1:3])  # for this folder and the adapters

from adapters.httpx_sync import tls
from faulty_clients import (
    allowed,
    broken_afterwards,
    broken_endings,
    broken_failure,
    broken_headers,
    broken_lifecycle,
    broken_reports,
    broken_results,
    broken_sending,
    broken_timing,
)
from faulty_clients.reference import Reference
from wan_contracts.cases.case import Setting
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.drivers import RawResponse
from wan_contracts.reference_client.io_events import SendRequest


class OverASocket(Reference):
    """Reaches the server over a socket, on connections that it keeps."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(replace(setting, transport=None))


class ConnectsEachTime(OverASocket):
    """Opens a connection for each request."""

    def _fetch(self, step: SendRequest) -> RawResponse:
        with httpx.Client(timeout=self._setting.timeout, verify=tls(), trust_env=False) as http:
            reply = http.request(step.method, step.url, headers=step.headers, content=step.body)
        return reply.status_code, reply.headers, reply.content


def client(call_class: type[ReferenceClient]) -> type[Reference]:
    """Returns the reference client with another *call_class*, under its name."""
    members = {"call_class": call_class, "__doc__": call_class.__doc__}
    return type(call_class.__name__, (Reference,), members)


def _clients(*modules: ModuleType) -> Iterator[tuple[str, Any]]:
    """A client for each call_class in *modules*, but for those that others are built on."""
    for module in modules:
        own = [
            each
            for each in vars(module).values()
            if isinstance(each, type) and each.__module__ == module.__name__
        ]
        yield from ((each.__name__, client(each)) for each in own if each.__name__ not in BASES)


BASES: Final = ("Ends", "Quotes", "Rearranges")

CORRECT: Final[dict[str, Any]] = {**dict(_clients(allowed)), "OverASocket": OverASocket}
"""Clients that break no law."""

BROKEN: Final[dict[str, Any]] = {
    **dict(
        _clients(
            *(broken_sending, broken_lifecycle, broken_timing),
            *(broken_endings, broken_failure, broken_results),
            *(broken_headers, broken_reports),
        )
    ),
    "ConnectsEachTime": ConnectsEachTime,
    **{each.__name__: each for each in broken_afterwards.CLIENTS},
}

globals().update(CORRECT | BROKEN)
