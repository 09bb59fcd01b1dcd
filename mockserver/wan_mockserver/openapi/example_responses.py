"""Builds examples of a vendor's responses: tasks in each state, and errors."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Final, NamedTuple

from wan_validators.outputs import Images
from wan_validators.rejection import Rejection, RejectionReason
from wan_validators.spec import ModelSpec
from wan_validators.task import State, Task, TaskOutput
from wan_validators.vendor import Vendor, Wire

__all__ = [
    "AT",
    "COMMON_REASONS",
    "CREATE_REASONS",
    "POLL_REASONS",
    "Examples",
    "build_error_examples",
    "build_success_examples",
    "build_task_examples",
]

AT: Final = 1_700_000_000.0

STATES: Final = (State.PENDING, State.RUNNING, State.FAILED, State.DONE)

COMMON_REASONS: Final = (
    RejectionReason.NO_KEY,
    RejectionReason.NO_SCHEME,
    RejectionReason.BAD_KEY,
    RejectionReason.RATE,
    RejectionReason.NO_SCENARIO,
    RejectionReason.INTERNAL,
)
CREATE_REASONS: Final = (
    RejectionReason.NO_MODEL,
    RejectionReason.UNMODELLED,
    RejectionReason.MALFORMED,
    RejectionReason.MEDIA_TYPE,
    RejectionReason.TOO_LARGE,
    RejectionReason.PAYLOAD,
    RejectionReason.BALANCE,
)
POLL_REASONS: Final = (RejectionReason.NO_TASK,)


class Examples(NamedTuple):
    """Example bodies of responses to creates and to polls."""

    created: list[Wire]
    status: list[Wire]


def build_success_examples(vendor: Vendor, specs: list[ModelSpec]) -> Examples:
    """Builds the responses of *vendor* for tasks of *specs*; the last one is completed."""
    tasks = [_build_task(vendor, spec, state) for state in STATES for spec in specs]
    unpriced = [_build_task(vendor, spec, State.DONE, cost=None) for spec in specs]
    created = [vendor.build_created_body(task) for task in tasks if task.state is State.PENDING]
    return Examples(created, [vendor.build_status_body(task) for task in (*unpriced, *tasks)])


def build_task_examples(vendor: Vendor, spec: ModelSpec) -> list[Task]:
    """Builds a task of *spec* in each state."""
    return [_build_task(vendor, spec, state) for state in STATES]


def build_error_examples(
    vendor: Vendor, spec: ModelSpec, *, create: bool
) -> Mapping[int, tuple[str, list[Wire]]]:
    """Builds the error responses by HTTP status: the reasons in words, and the bodies."""
    found: dict[int, tuple[str, list[Wire]]] = {}
    for reason in (*COMMON_REASONS, *(CREATE_REASONS if create else POLL_REASONS)):
        rejection = _build_rejection(vendor, spec, reason)
        status, body = vendor.build_error_response(rejection)
        description, bodies = found.get(status, ("", []))
        if vendor.build_error_text_response:
            bodies = [vendor.build_error_text_response(rejection)[1], *bodies]
        found[status] = (
            f"{description}; or {reason.value}"
            if description
            else reason.value[0].upper() + reason.value[1:],
            [*bodies, body],
        )
    return dict(sorted(found.items()))


def _build_rejection(vendor: Vendor, spec: ModelSpec, reason: RejectionReason) -> Rejection:
    failed = _build_task(vendor, spec, State.FAILED)
    return Rejection(
        reason=reason,
        detail=failed.failure.message
        if reason is RejectionReason.PAYLOAD and failed.failure
        else reason.value,
        path=spec.create_path,
        request_id="00000000-0000-4000-8000-000000000000",
        task_id=failed.id,
        task=failed if reason is RejectionReason.PAYLOAD else None,
    )


def _build_task(
    vendor: Vendor, spec: ModelSpec, state: State, cost: Decimal | None = Decimal("0.03")
) -> Task:
    done = state is State.DONE
    return Task(
        id=vendor.new_id(Random(0)),  # noqa: S311  (an example)
        model=spec.name,
        state=state,
        created_at=AT,
        updated_at=AT + 0.5,
        progress=1.0 if done else 0.5,
        remote_id="00000000-0000-4000-8000-000000000001",
        outputs=_build_outputs(spec) if done else (),
        failure=vendor.moderation if state is State.FAILED else None,
        cost=cost,
        image_count=1
        if isinstance(spec.outputs, Images) and spec.outputs.has_image_count
        else None,
        kind=_build_outputs(spec)[0].kind,
        picture_size="1280*1280" if isinstance(spec.outputs, Images) else "",
        has_choices=spec.has_choices,
        prompt="make it night",
        # Without a price, the prompt is not rewritten either: some bodies have neither.
        extended=cost is not None and not getattr(spec.outputs, "hides_prompt", False),
        requested=1,
        seconds=5,
        lines=720,
        usage=getattr(spec.outputs, "usage", ()),
    )


def _build_outputs(spec: ModelSpec) -> tuple[TaskOutput, ...]:
    if not isinstance(spec.outputs, Images):
        return (TaskOutput("video", "https://example.com/1.mp4"),)
    image = TaskOutput("image", "https://example.com/1.png")
    return (image, TaskOutput("text", "Once upon a time")) if spec.outputs.interleave else (image,)
