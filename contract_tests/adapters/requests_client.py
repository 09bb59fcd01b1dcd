"""Implements a client with requests. To check it:

wanproof check --client contract_tests/adapters/requests_client.py:client
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import requests
from urllib3.exceptions import HTTPError

from wan_contracts import Outcome, RawResponse, SendRequest, Setting, drive, iter_call_steps

ERRORS: Final = (
    requests.RequestException,
    HTTPError,
)  # requests does not wrap some errors of urllib3


def client(setting: Setting) -> Client:
    return Client(setting)


class Client:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._http = requests.Session()
        self._http.trust_env = False

    def generate(self, model: str, payload: Any) -> Outcome:
        steps = iter_call_steps(replace(self._setting, model=model), payload)
        return drive(steps, self._fetch, ERRORS)

    def close(self) -> None:
        self._http.close()

    def _fetch(self, step: SendRequest) -> RawResponse:
        response = self._http.request(
            step.method,
            step.url,
            headers=step.headers,
            data=step.body,
            timeout=self._setting.timeout,  # for each read, not for the whole request
            allow_redirects=False,
        )
        return response.status_code, response.headers, response.content
