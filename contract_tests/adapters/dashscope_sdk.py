"""Calls the official SDK ``dashscope`` like its users do. To check it:

    wanproof check --client contract_tests/adapters/dashscope_sdk.py:client --model dashscope

The adapter does not correct any fault of the SDK, which downloads nothing. It creates a task
and waits for it, as the vendor's pages show, so that the id is known after a failed wait.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import dashscope
import requests
from dashscope.aigc.image_generation import ImageGeneration
from dashscope.common.error import DashScopeException

from wan_contracts import Outcome, Output, Setting


def client(setting: Setting) -> Client:
    return Client(setting)


class Client:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    def generate(self, model: str, payload: Any) -> Outcome:
        setting = self._setting
        if setting.vendor != "dashscope":
            return Outcome.unsupported(f"dashscope has no call for {model}")
        dashscope.base_http_api_url = f"{setting.base_url}/api/v1"
        members, parameters = payload.get("input", {}), payload.get("parameters", {})
        if not (isinstance(members, dict) and isinstance(parameters, dict)):
            return Outcome.not_sent("the SDK takes the members of input and parameters")
        is_image = "images" in members or "-t2i-" in model
        call: Any = dashscope.ImageSynthesis if is_image else dashscope.VideoSynthesis
        arguments = {**members, **parameters}
        if "messages" in members:
            call = ImageGeneration
        else:
            arguments.setdefault("prompt", None)
        try:
            made = call.async_call(
                payload.get("model"),
                api_key=setting.api_key,
                request_timeout=setting.timeout,
                **arguments,
            )
        except (DashScopeException, ValueError) as error:
            return Outcome.not_sent(str(error))
        except requests.RequestException as error:
            return Outcome.gave_up(str(error))
        if made.status_code != HTTPStatus.OK:
            return Outcome.refused(made.status_code, made.message, made.code)
        try:
            done = call.wait(made, api_key=setting.api_key, wait_timeout=setting.deadline)
        except requests.RequestException as error:
            return Outcome.gave_up(str(error), made.output.task_id)
        is_open = parameters.get("enable_interleave") or parameters.get("enable_sequential")
        # Models up to 2.6 make four images by default.
        usual = 1 if model.startswith("dashscope/wan2.7") else 4
        requested = 0 if is_open else parameters.get("n", usual)
        return read(done, made.output.task_id, requested)


def read(done: Any, task_id: str, requested: int) -> Outcome:
    """Returns the outcome that the vendor's samples read from the last response."""
    if done.status_code != HTTPStatus.OK:
        return Outcome.gave_up(f"HTTP {done.status_code}: {done.message}", task_id)
    output = done.output
    if output.task_status != "SUCCEEDED":
        message = output.get("message") or output.task_status
        return Outcome.failed(message, output.get("code"), task_id)
    if output.get("choices") is not None:
        parts = [part for each in output.choices for part in each.message.content]
        outputs = [read_part(part) for part in parts]
        images = sum(each.kind == "image" for each in outputs)
        return Outcome.completed(outputs, task_id, partial=images < requested)
    if "video_url" in output:
        outputs = [Output(kind="video", url=output.video_url)]
    else:
        outputs = [Output(kind="image", url=each.url) for each in output.results if each.url]
    total = (output.get("task_metrics") or {}).get("TOTAL", len(outputs))
    return Outcome.completed(outputs, task_id, partial=len(outputs) < total)


def read_part(part: dict[str, str]) -> Output:
    """Returns a text or an image of a message."""
    if part["type"] == "text":
        return Output.words(part["text"])
    return Output(kind="image", url=part["image"])
