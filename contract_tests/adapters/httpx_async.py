"""Implements a client with httpx for asyncio. To check it:

wanproof check --client contract_tests/adapters/httpx_async.py:client
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Final

import httpx

from wan_contracts import Outcome, RawResponse, ReferenceClient, SendRequest, Setting, drive_async

ERRORS: Final = (httpx.HTTPError, httpx.InvalidURL)

tls = cache(httpx.create_ssl_context)
"""Loading all certificates takes longer than most calls, so it is done once."""


def client(setting: Setting) -> Client:
    return Client(setting)


class Client:
    call_class = ReferenceClient

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._http = httpx.AsyncClient(
            transport=setting.async_transport,
            timeout=setting.timeout,  # for each read, not for the whole request
            limits=httpx.Limits(
                keepalive_expiry=setting.deadline
            ),  # the default of 5 s is shorter than a poll interval
            verify=tls(),
            trust_env=False,
        )

    async def generate(self, model: str, payload: Any) -> Outcome:
        call = self.call_class(replace(self._setting, model=model), payload)
        return await drive_async(call.iter_steps(), self._fetch, ERRORS)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _fetch(self, step: SendRequest) -> RawResponse:
        response = await self._http.request(
            step.method, step.url, headers=step.headers, content=step.body
        )
        return response.status_code, response.headers, response.content
