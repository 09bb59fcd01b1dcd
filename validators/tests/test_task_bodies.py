"""The task and its error are found in the bodies of all vendors."""

from __future__ import annotations

from typing import Any

import pytest

from wan_validators.catalog import catalog, list_default_models, vendors
from wan_validators.guard.responses import is_failed
from wan_validators.task import State, Task
from wan_validators.task_bodies import find_error, find_status_word, find_task_id
from wan_validators.vendor import Vendor

ERROR = {"code": "1", "message": "no"}


@pytest.mark.parametrize(
    ("body", "task_id", "word", "error"),
    [
        (None, None, None, {}),
        ([{"id": "a"}], None, None, {}),
        ({"task_info": 5}, None, None, {}),
        ({"id": "a", "status": "failed", "error": ERROR}, "a", "failed", ERROR),
        ({"task_info": {"id": "a", "error": ERROR}}, "a", None, ERROR),
        ({"output": {"task_id": "a", "task_status": "RUNNING"}}, "a", "RUNNING", {}),
        ({"output": [], "id": "a"}, "a", None, {}),
        ({"request_id": "a", "response_url": "…", "status": "IN_QUEUE"}, "a", "IN_QUEUE", {}),
        ({"request_id": "a", "error": "no"}, None, None, {}),
        ({"error": "no", "error_type": "1"}, None, None, ERROR),
        ({"error": "", "error_type": ""}, None, None, {}),
        ({"code": "InvalidParameter", "id": 5}, None, None, {"code": "InvalidParameter", "id": 5}),
    ],
)
def test_a_task_is_found_in_a_body(body: Any, task_id: Any, word: Any, error: Any) -> None:
    assert find_task_id(body) == task_id
    assert find_status_word(body) == word
    assert find_error(body) == error


@pytest.mark.parametrize("vendor", vendors(), ids=lambda vendor: vendor.name)
def test_a_completed_task_can_lack_its_results(vendor: Vendor) -> None:
    task = Task(id="a", model="m", state=State.DONE, created_at=0, updated_at=1, results=False)

    body = vendor.build_status_body(task)

    assert find_task_id(body) == "a"
    assert "http" not in str(body)


def test_the_default_models_are_those_whose_name_is_their_id() -> None:
    default = {spec.id for spec in list_default_models()}

    assert "wan2.5-i2i-preview" in default
    assert {spec.id for spec in catalog()} - default == {
        spec.id for spec in catalog() if "/" in spec.id
    }


@pytest.mark.parametrize(
    ("vendor", "body", "failed"),
    [
        ("vtrix", {"status": "failed"}, True),
        ("vtrix", {"status": "completed"}, False),
        ("vtrix-queue", {"status": "COMPLETED", "error": "no", "error_type": "CANCELED"}, True),
        ("vtrix-queue", {"status": "COMPLETED"}, False),
        ("vtrix-queue", {"status": "IN_QUEUE", "error": "no", "error_type": "CANCELED"}, False),
    ],
)
def test_one_word_for_every_end_is_a_failure_only_with_an_error(
    vendor: str,
    body: dict[str, Any],
    failed: bool,  # noqa: FBT001
) -> None:
    [found] = [each for each in vendors() if each.name == vendor]
    assert is_failed(found, body) is failed
