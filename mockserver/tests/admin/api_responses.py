"""What the admin API answers, for its tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from wan_mockserver.http.messages import Response
from wan_mockserver.service import Mock

Make = Callable[..., Mock]


Ask = Callable[..., Response]


Create = Callable[..., str]


Poll = Callable[..., Response]


MODEL = "wan2.5-i2i-preview"


BOB = "wanproof.ok.bob"


def value(response: Response, status: int = 200) -> Any:
    assert response.status == status, response.body
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.body)


def says(response: Response, status: int = 400) -> str:
    given = value(response, status)
    assert list(given) == ["message"]
    return str(given["message"])
