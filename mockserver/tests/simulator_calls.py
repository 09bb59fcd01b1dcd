"""Calls of the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from wan_mockserver.http.messages import Response
from wan_mockserver.simulator.simulator import Simulator

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"


VTRIX = "/model/v1/generation"


MULE_EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 2}


VTRIX_EDIT = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "x", "images": ["https://example.com/a.jpg"]},
    "parameters": {"size": "768*768", "n": 1},
}


class Api(NamedTuple):
    """One vendor's paths, and a payload that it accepts."""

    create: str
    task: str
    payload: dict[str, Any]


BOTH = pytest.mark.parametrize(
    "api",
    [Api(MULE, MULE, MULE_EDIT), Api(VTRIX, f"{VTRIX}/task", VTRIX_EDIT)],
    ids=["mulerouter", "vtrix"],
)


Make = Callable[..., Simulator]


Send = Callable[..., Response]


def id_of(answer: Response) -> str:
    body = json.loads(answer.body)
    task_id = body["id"] if "id" in body else body["task_info"]["id"]
    assert isinstance(task_id, str)
    return task_id
