"""A request to a path that waits for the task is a create, and its path decides on the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wan_validators.catalog import find_all
from wan_validators.cli import main
from wan_validators.create_requests import find_create_url
from wan_validators.guard.routes import find_guarded_route
from wan_validators.linter import lint

SYNC = "/api/v1/services/aigc/multimodal-generation/generation"
VTRIX_SYNC = "/model/v1/generation/sync"


def draw(model: str = "wan2.6-t2i", **parameters: Any) -> dict[str, Any]:
    message = {"role": "user", "content": [{"text": "a flower shop"}]}
    return {"model": model, "input": {"messages": [message]}, "parameters": parameters}


@pytest.mark.parametrize(
    "url",
    [
        f"https://dashscope.aliyuncs.com{SYNC}",
        f"https://dashscope-intl.aliyuncs.com{SYNC}/",
        f"http://127.0.0.1:8321{SYNC}?x=1",
        f"https://ws1.cn-beijing.maas.aliyuncs.com{SYNC}",
    ],
)
@pytest.mark.parametrize("model", ["wan2.6-t2i", "wan2.6-image", "wan2.7-image-pro"])
def test_the_synchronous_path_chooses_the_vendor(url: str, model: str) -> None:
    found = find_create_url(url)

    assert found
    assert lint(draw(model), found.model).model == f"dashscope/{model}"
    assert {spec.endpoint for spec in find_all(url)} == {"image-generation/generation"}


def test_the_synchronous_path_of_another_vendor_leaves_the_choice_to_the_body() -> None:
    found = find_create_url(f"https://cloud.vtrix.ai{VTRIX_SYNC}")

    assert found
    assert found.model is None
    assert find_create_url(f"https://cloud.vtrix.ai{VTRIX_SYNC}hronous") is None


@pytest.mark.parametrize("path", [SYNC, VTRIX_SYNC, f"/gateway{SYNC}/"])
def test_a_guard_sees_a_create(path: str) -> None:
    route = find_guarded_route("POST", path)

    assert route
    assert route.is_create


def test_a_curl_command_is_checked_with_the_model_of_its_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "call.sh"
    body = json.dumps(draw(n=9))
    file.write_text(
        f"curl https://dashscope.aliyuncs.com{SYNC} -H 'Content-Type: application/json' "
        f"-d '{body}'\n"
    )

    assert main(["lint", str(file)]) == 1
    assert "n must be an integer from 1 to 4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "parameters", "severities"),
    [
        (SYNC, {}, ["warning"]),
        (SYNC, {"stream": True}, []),
        ("/api/v1/services/aigc/image-generation/generation", {}, []),
    ],
)
def test_only_a_call_that_waits_needs_a_stream(
    path: str,
    parameters: dict[str, Any],
    severities: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A payload without its request gets an info, as it may be of either call."""
    asked = {"enable_interleave": True, "max_images": 2, "size": "1280*1280", **parameters}
    body = json.dumps(draw("wan2.6-image", **asked))
    command = f"curl 'https://dashscope-intl.aliyuncs.com{path}' -d '{body}'"
    (tmp_path / "request.txt").write_text(command, encoding="utf-8")
    (tmp_path / "payload.json").write_text(body, encoding="utf-8")

    assert main(["lint", "--format", "json", str(tmp_path / "request.txt")]) == 0
    [result] = json.loads(capsys.readouterr().out)["results"]
    assert [each["severity"] for each in result["findings"]] == severities
    assert not any("; an asynchronous" in each["message"] for each in result["findings"])

    assert main(["lint", "--format", "json", str(tmp_path / "payload.json")]) == 0
    [result] = json.loads(capsys.readouterr().out)["results"]
    assert [each["severity"] for each in result["findings"]] == ["info"] * (not parameters)
