"""Calls the published SDK ``seacloudai-sdk`` like its users do. To check it:

    wanproof check --client contract_tests/adapters/seacloudai.py:client --model vtrix-queue

The adapter does not correct any fault of the SDK, which downloads nothing. The SDK calls a
documented result "queued", so the URLs in it count as the end, as its users must do, too. It has
its hosts built in; only these are replaced. It does not ask for contracts of models.
"""

from __future__ import annotations

from typing import Any

from seacloud_sdk import SeaCloud
from seacloud_sdk.core.default_base_urls import DEFAULT_BASE_URLS
from seacloud_sdk.core.errors import SeaCloudError, TaskTimeoutError, ValidationError

from wan_contracts import Outcome, Output, Setting


def client(setting: Setting) -> Client:
    return Client(setting)


class Client:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        DEFAULT_BASE_URLS.update(dict.fromkeys(DEFAULT_BASE_URLS, setting.base_url))
        self._sdk = SeaCloud(api_key=setting.api_key, timeout=int(setting.deadline * 1000))

    async def generate(self, model: str, payload: Any) -> Outcome:
        if self._setting.vendor != "vtrix-queue":
            return Outcome.unsupported(f"seacloudai-sdk has no call for {model}")
        try:
            done = await self._sdk.run_sync(model.rpartition("/")[2], payload, contract="off")
        except ValidationError as error:
            return Outcome.not_sent(str(error))
        except TaskTimeoutError as error:
            return Outcome.gave_up(str(error), error.task_id)
        except SeaCloudError as error:
            if error.status_code is None:
                return Outcome.gave_up(str(error))
            return Outcome.refused(error.status_code, str(error))
        return read(done)


def read(done: dict[str, Any]) -> Outcome:
    """Returns the outcome in the result of ``run_sync``; it tells no kinds but by the URL."""
    if done["status"] == "failed":
        error = done["error"]
        message = error["raw"] if isinstance(error["raw"], str) else error["message"]
        return Outcome.failed(message, error.get("code"), done["id"])
    urls = done["output"]["urls"]
    if not urls:
        return Outcome.gave_up(f"the status is {done['status']}", done["id"])
    return Outcome.completed([Output(kind="image", url=url) for url in urls], done["id"])
