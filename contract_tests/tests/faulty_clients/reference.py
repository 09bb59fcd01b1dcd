"""Defines clients that keep every law, the base of those that break one.

    wanproof check --client contract_tests/tests/faulty_clients/reference.py:Reference
    wanproof check --client contract_tests/tests/faulty_clients/reference.py:AsyncReference

A subclass that names another ``call_class`` is another client.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

sys.path.append(str(Path(__file__).resolve().parents[2]))  # for the adapters

import httpx

from adapters import httpx_async, httpx_sync
from wan_contracts import RawResponse, SendRequest, Setting

parse_url: Final = lru_cache(maxsize=64)(httpx.URL)
"""Calls have the URL of the create in common, and the polls of a task have the same one."""


class Reference(httpx_sync.Client):
    """Holds the payload to the documents, then drives the call with httpx.

    In process it sends each request by the transport itself. A client of httpx, with its cookies,
    redirects and defaults, takes as long as the mock, and the tests of the adapters have it.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        if setting.transport is None:
            super().__init__(setting)

    def close(self) -> None:
        if self._setting.transport is None:
            super().close()

    def _fetch(self, step: SendRequest) -> RawResponse:
        if self._setting.transport is None:
            return super()._fetch(step)
        request = httpx.Request(
            step.method,
            parse_url(step.url),
            headers=step.headers,
            content=step.body,
            extensions={"timeout": httpx.Timeout(self._setting.timeout).as_dict()},
        )
        response = self._setting.transport.handle_request(request)
        try:
            return response.status_code, response.headers, response.read()
        finally:
            response.close()


class OverSockets(Reference):
    """The same without the transport in process."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(replace(setting, transport=None))


class AsyncReference(httpx_async.Client):
    """The same with ``httpx.AsyncClient``."""
