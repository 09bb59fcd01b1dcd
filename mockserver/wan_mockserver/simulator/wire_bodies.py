"""Builds the bodies of the responses to creates and polls, changed by a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from wan_validators.task import Task
from wan_validators.vendor import Vendor, Wire

from ..scenarios.scenario import PollBehaviour, UnsetMembers

__all__ = ["build_created_response", "build_result_body", "build_status_body", "change_body"]

_EXTRA_MEMBERS: Final = {
    "trace_id": "b7e1c2d4",
    "elapsed_ms": 41,
    "is_cached": False,
    "queue": None,
    "labels": ["beta"],
}
"""Undocumented members."""


def build_created_response(task: Task, vendor: Vendor, how: PollBehaviour) -> tuple[int, Wire]:
    """Builds the HTTP status and the body of the response to a create."""
    status = vendor.created_status
    if how.as_recorded and vendor.recorded_created_status:
        status = vendor.recorded_created_status
    return status, change_body(task, vendor, how, vendor.build_created_body(task))


def build_status_body(task: Task, vendor: Vendor, how: PollBehaviour) -> Wire:
    """Builds the body of the response to a poll."""
    return change_body(task, vendor, how, vendor.build_status_body(task))


def build_result_body(task: Task, vendor: Vendor, how: PollBehaviour) -> Wire:
    """Builds the body of the results of a task that has ended."""
    assert vendor.build_result_body
    return change_body(task, vendor, how, vendor.build_result_body(task))


def change_body(task: Task, vendor: Vendor, how: PollBehaviour, body: Wire) -> Wire:
    """Returns *body* of *task* with the changes of a scenario."""
    if how.as_recorded and vendor.to_recorded_body:
        body = vendor.to_recorded_body(task, body)
    if how.unset_members:
        is_null = how.unset_members is UnsetMembers.NULL
        body = _fill_members(body, vendor.build_empty_members(task), is_null=is_null)
    return _add_members(body) if how.extra_members else body


def _fill_members(body: Wire, empty: Wire, *, is_null: bool) -> Wire:
    """Adds each member of *empty* that *body* lacks, as it is or as null."""
    filled = dict(body)
    for name, value in empty.items():
        if name not in filled:
            filled[name] = None if is_null else value
        elif value and isinstance(value, Mapping):
            filled[name] = _fill_members(filled[name], value, is_null=is_null)
    return filled


def _add_members(value: Any) -> Any:
    """Adds the extra members to every object in *value*."""
    if isinstance(value, Mapping):
        return {name: _add_members(each) for name, each in value.items()} | _EXTRA_MEMBERS
    return [*map(_add_members, value)] if isinstance(value, list) else value
