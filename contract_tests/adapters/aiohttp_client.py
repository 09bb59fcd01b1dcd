"""Implements a client with aiohttp. To check it:

wanproof check --client contract_tests/adapters/aiohttp_client.py:client
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

import aiohttp
from yarl import URL

from wan_contracts import (
    Outcome,
    RawResponse,
    SendRequest,
    Setting,
    drive_async,
    iter_call_steps,
)

ERRORS: Final = (aiohttp.ClientError, TimeoutError)


def client(setting: Setting) -> Client:
    return Client(setting)


class Client:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    async def generate(self, model: str, payload: Any) -> Outcome:
        setting = replace(self._setting, model=model)
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(keepalive_timeout=setting.deadline),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=setting.timeout, sock_read=setting.timeout
            ),
            middlewares=(once,),
        ) as session:
            return await drive_async(
                iter_call_steps(setting, payload), partial(fetch, session), ERRORS
            )


async def fetch(session: aiohttp.ClientSession, step: SendRequest) -> RawResponse:
    url = URL(step.url, encoded=True)  # yarl would decode parts of a signed query
    async with session.request(
        step.method, url, headers=step.headers, data=step.body, allow_redirects=False
    ) as response:
        return response.status, response.headers, await response.read()


async def once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Stops aiohttp from repeating a GET at once when its connection failed."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(f"{type(error).__name__}: {error}") from error
