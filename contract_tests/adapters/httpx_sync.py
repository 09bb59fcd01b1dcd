"""Implements a blocking client with httpx. To check it:

wanproof check --client contract_tests/adapters/httpx_sync.py:client
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Final

import httpx

from wan_contracts import Outcome, RawResponse, ReferenceClient, SendRequest, Setting, drive

ERRORS: Final = (httpx.HTTPError, httpx.InvalidURL)

tls = cache(httpx.create_ssl_context)
"""Loading all certificates takes longer than most calls, so it is done once."""


def client(setting: Setting) -> Client:
    return Client(setting)


class Client:
    call_class = ReferenceClient

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._http = httpx.Client(
            transport=setting.transport,
            timeout=setting.timeout,  # for each read, not for the whole request
            limits=httpx.Limits(
                keepalive_expiry=setting.deadline
            ),  # the default of 5 s is shorter than a poll interval
            verify=tls(),
            trust_env=False,
        )

    def generate(self, model: str, payload: Any) -> Outcome:
        call = self.call_class(replace(self._setting, model=model), payload)
        return drive(call.iter_steps(), self._fetch, ERRORS)

    def close(self) -> None:
        self._http.close()

    def _fetch(self, step: SendRequest) -> RawResponse:
        response = self._http.request(
            step.method, step.url, headers=step.headers, content=step.body
        )
        return response.status_code, response.headers, response.content
