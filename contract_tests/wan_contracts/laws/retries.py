"""Laws about what is tried again, and what is not."""

from __future__ import annotations

from typing import Final

from wan_mockserver.assertions import checks
from wan_mockserver.assertions.verdict import Verdict
from wan_validators.vendor import State

from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation
from .polling import is_far_from_deadline

FINAL_STATUSES: Final = (400, 401, 402, 403, 404, 409, 423, 451)
"""Statuses of a create that will not go away by trying again."""

FINAL_POLL_STATUSES: Final = (401, 402, 403)

TRANSIENT_STATUSES: Final = (429, 500, 502, 503, 504)
"""Statuses of a poll that tell nothing about its task."""


def check_no_retry_refused(interaction: Interaction) -> Verdict | None:
    refused = _find_first(interaction.creates, FINAL_STATUSES)
    again = _find_later(interaction.creates, refused)
    if refused and again:
        says = f"create was sent again after it had been refused with {refused.entry.status}"
        return build_violation(says, [refused, *again])
    lost = {record.id for record in interaction.tasks if record.state is State.FAILED}
    failed = next(
        (
            poll
            for poll in interaction.polls
            if poll.entry.task in lost and interaction.is_final_poll(poll)
        ),
        None,
    )
    again = _find_later(interaction.creates, failed)
    if failed and again:
        return build_violation("create was sent again after the task had failed", [failed, *again])
    stopped = _find_first(interaction.task_polls, FINAL_POLL_STATUSES)
    later = _find_later(interaction.task_polls, stopped)
    if stopped and later:
        says = f"a poll was sent again after one had been refused with {stopped.entry.status}"
        return build_violation(says, [stopped, *later[:2]])
    return KEPT if refused or failed or stopped else None


def check_retry_after(interaction: Interaction) -> Verdict | None:
    told = [seen for seen in interaction.exchanges if "retry-after" in seen.entry.answer.headers]
    return checks.retry_after_obeyed(interaction.entries) if told else None


def check_task_followed(interaction: Interaction) -> Verdict | None:
    last = _find_failed_last_poll(interaction)
    if last is None or interaction.acknowledged_create is None:
        return (
            KEPT
            if interaction.outcome and any(map(is_uninformative, interaction.task_polls))
            else None
        )
    if not is_far_from_deadline(interaction, last):
        return KEPT
    what = last.entry.delivery or str(last.entry.status)
    says = f"a task that is paid for was lost: polling stopped at a bad answer ({what})"
    return build_violation(says, [last])


def check_missing_at_first(interaction: Interaction) -> Verdict | None:
    early = [poll.entry.status for poll in interaction.task_polls[:2]]
    exists = len(interaction.tasks) == 1
    if not early or early[0] != 404 or not exists:
        return None
    if any(poll.entry.status != 404 for poll in interaction.task_polls):
        return KEPT
    last = interaction.task_polls[-1]
    if len(interaction.task_polls) > 2:
        return KEPT
    says = f"the task was not found {len(interaction.task_polls)} times, and taken for lost"
    return build_violation(says, [last])


def _find_later(
    several: tuple[ObservedExchange, ...], one: ObservedExchange | None
) -> list[ObservedExchange]:
    """Those of *several* that came later than *one*, at the same time or not."""
    return [each for each in several if one and each.entry.number > one.entry.number]


def _find_first(
    several: tuple[ObservedExchange, ...], statuses: tuple[int, ...]
) -> ObservedExchange | None:
    return next(
        (each for each in several if each.is_intact and each.entry.status in statuses), None
    )


def _find_failed_last_poll(interaction: Interaction) -> ObservedExchange | None:
    """The last poll, if it told nothing about the task and the next one may."""
    if interaction.outcome is None or not interaction.task_polls:
        return None
    last = interaction.task_polls[-1]
    return last if is_uninformative(last) else None


def is_uninformative(poll: ObservedExchange) -> bool:
    """Whether the answer says nothing of its task: an error that passes, or no JSON at all."""
    lost = not poll.is_intact or poll.json is None or poll.entry.status in TRANSIENT_STATUSES
    return lost or is_redirect(poll)


def is_redirect(seen: ObservedExchange) -> bool:
    """Whether the answer only says where else to ask."""
    return seen.entry.status // 100 == 3


LAWS: Final = (
    Law(
        id="no-retry-refused",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="What is refused for good, or has failed, is not tried again.",
        source="400, 401, 402, 403, 404, 409, 423, 451 and moderation: the next try ends the same",
        hint="retry by a list of passing statuses, never by 'not 200'",
        judge=check_no_retry_refused,
    ),
    Law(
        id="retry-after",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="Nothing is repeated before the time of a Retry-After is over, in either form.",
        source="RFC 9110, 10.2.3: seconds, or an HTTP date",
        hint="parse both forms, and wait at least that long",
        judge=check_retry_after,
    ),
    Law(
        id="task-followed",
        group=Group.FAILURE,
        level=Level.MUST,
        statement="A 429, a 5xx or a lost answer to a poll does not end the call.",
        source="the task goes on and is billed, whatever becomes of a poll",
        hint="take a bad poll for no poll, and go on until the deadline",
        judge=check_task_followed,
    ),
    Law(
        id="missing-at-first",
        group=Group.FAILURE,
        level=Level.SHOULD,
        statement="A task that is not found right after its create is asked for again.",
        source="stores behind a gateway can lag behind; a guess, which costs a poll or two",
        hint="tolerate 404 for the first polls",
        judge=check_missing_at_first,
    ),
)
