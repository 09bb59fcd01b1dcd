"""Reads the task and its error from the bodies of all vendors, whatever else they contain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["find_error", "find_status_word", "find_task_id", "find_task_object"]


def find_task_object(body: Any) -> Mapping[str, Any]:
    """Returns the object that describes the task: ``task_info``, ``output``, or the body.

    ``output`` also has other uses, so it must have the id or the state of a task. The result is
    empty if there is no such object.
    """
    if type(body) is not dict:
        return {}
    output = body.get("output")
    if type(output) is dict and output.keys() & {"task_id", "task_status"}:
        return output
    inner = body.get("task_info", body)
    return inner if type(inner) is dict else {}


def find_task_id(body: Any) -> str | None:
    """Returns the id of the task, or None. A request id is one if there is a URL of its result."""
    task = find_task_object(body)
    queued = task.get("request_id") if "response_url" in task else None
    found = task.get("id", task.get("task_id", queued))
    return found if type(found) is str and found else None


def find_status_word(body: Any) -> Any:
    """Returns the word for the state of the task, or None; it may be any JSON value."""
    task = find_task_object(body)
    return task.get("status", task.get("task_status"))


def find_error(body: Any) -> Mapping[str, Any]:
    """Returns the object with the code and the message of an error, or an empty one.

    An ``error_type`` is the code of an error that is a text.
    """
    task = find_task_object(body)
    error = task.get("error")
    if type(error) is dict:
        return error
    if type(task.get("error_type")) is str and task["error_type"]:
        return {"code": task["error_type"], "message": error}
    return task if type(task.get("code")) is str else {}
