"""Examples of everything that a vendor's dialect can answer: tasks in each state, and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Final, NamedTuple

from wan_validators.outputs import Images
from wan_validators.spec import ModelSpec
from wan_validators.vendor import Rejection, RejectionReason, State, Task, TaskOutput, Vendor, Wire

__all__ = [
    "AT",
    "COMMON_REASONS",
    "CREATE_REASONS",
    "POLL_REASONS",
    "Examples",
    "build_error_examples",
    "build_success_examples",
]

AT: Final = 1_700_000_000.0

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
    RejectionReason.MALFORMED,
    RejectionReason.MEDIA_TYPE,
    RejectionReason.TOO_LARGE,
    RejectionReason.PAYLOAD,
    RejectionReason.BALANCE,
)
POLL_REASONS: Final = (RejectionReason.NO_TASK,)


class Examples(NamedTuple):
    """Bodies of answers to create and to poll."""

    created: list[Wire]
    status: list[Wire]


def build_success_examples(vendor: Vendor, specs: list[ModelSpec]) -> Examples:
    """What *vendor* can say of tasks of *specs*, the last one being done."""
    states = (State.PENDING, State.RUNNING, State.FAILED, State.DONE)
    tasks = [_task(vendor, spec, state) for state in states for spec in specs]
    unpriced = [_task(vendor, spec, State.DONE, cost=None) for spec in specs]
    created = [vendor.build_created_body(task) for task in tasks if task.state is State.PENDING]
    return Examples(created, [vendor.build_status_body(task) for task in (*unpriced, *tasks)])


def build_error_examples(
    vendor: Vendor, spec: ModelSpec, *, create: bool
) -> Mapping[int, tuple[str, list[Wire]]]:
    """The refusals of creates or polls by their HTTP status: why, and their bodies."""
    found: dict[int, tuple[str, list[Wire]]] = {}
    for why in (*COMMON_REASONS, *(CREATE_REASONS if create else POLL_REASONS)):
        rejection = _refusal(vendor, spec, why)
        status, body = vendor.build_error_response(rejection)
        says, bodies = found.get(status, ("", []))
        if vendor.build_error_text_response:
            bodies = [vendor.build_error_text_response(rejection)[1], *bodies]
        reason = why.value[0].upper() + why.value[1:]
        found[status] = (f"{says}; or {why.value}" if says else reason, [*bodies, body])
    return dict(sorted(found.items()))


def _refusal(vendor: Vendor, spec: ModelSpec, why: RejectionReason) -> Rejection:
    failed = _task(vendor, spec, State.FAILED)
    return Rejection(
        reason=why,
        detail=failed.failure.message
        if why is RejectionReason.PAYLOAD and failed.failure
        else why.value,
        path=vendor.create.replace("{model}", spec.id),
        request_id="00000000-0000-4000-8000-000000000000",
        task_id=failed.id,
        task=failed if why is RejectionReason.PAYLOAD else None,
    )


def _task(
    vendor: Vendor, spec: ModelSpec, state: State, cost: Decimal | None = Decimal("0.03")
) -> Task:
    done = state is State.DONE
    return Task(
        id=vendor.new_id(Random(0)),  # noqa: S311  (an example)
        model=spec.id,
        state=state,
        created_at=AT,
        updated_at=AT + 0.5,
        progress=1.0 if done else 0.5,
        remote_id="00000000-0000-4000-8000-000000000001",
        outputs=_outputs(spec) if done else (),
        failure=vendor.moderation if state is State.FAILED else None,
        cost=cost,
        image_count=1
        if isinstance(spec.outputs, Images) and spec.outputs.has_image_count
        else None,
        kind=_outputs(spec)[0].kind,
    )


def _outputs(spec: ModelSpec) -> tuple[TaskOutput, ...]:
    if not isinstance(spec.outputs, Images):
        return (TaskOutput("video", "https://example.com/1.mp4"),)
    image = TaskOutput("image", "https://example.com/1.png")
    return (image, TaskOutput("text", "Once upon a time")) if spec.outputs.interleave else (image,)
