"""Laws about polling a task: where, how soon, for how long."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from wan_mockserver.assertions import checks
from wan_mockserver.assertions.verdict import Verdict
from wan_validators.messages.formatting import format_seconds

from ..protocol.outcome import Outcome, OutcomeKind
from ..runner.interaction import ClientError, ClientErrorKind, Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation

CLOCK_GRACE_S: Final = 1.0
"""Seconds by which a machine that is busy may be late."""

EARLY_STOP_INTERVALS: Final = 2.5
"""A client that stops so many poll intervals before its deadline does not wait for it at all."""


def check_poll_url(interaction: Interaction) -> Verdict | None:
    known = {seen.entry.task for seen in interaction.creates if seen.entry.arrived}
    stray = [
        seen
        for seen in interaction.exchanges
        if not seen.entry.action and seen.request.method == "GET"
    ]
    template = interaction.case.spec.vendor.poll
    paths = {template.format(model=interaction.case.model_id, task_id=task) for task in known}
    unknown = [seen for seen in interaction.polls if seen.request.path not in paths]
    if stray or unknown:
        path = (stray or unknown)[0].request.path
        wanted = template.replace("{model}", interaction.case.model_id)
        says = f"GET {path} asks for no task that a create named; a poll is GET {wanted}"
        return build_violation(says, stray or unknown)
    return KEPT if interaction.polls else None


def check_first_poll(interaction: Interaction) -> Verdict | None:
    if (
        interaction.acknowledged_create is None
        or not interaction.task_polls
        or not interaction.acknowledged_create.response.delivery.is_plain
    ):
        return None
    waited = interaction.task_polls[0].at - interaction.acknowledged_create.at
    allowed = 2 * interaction.setting.poll_interval + CLOCK_GRACE_S
    if waited <= allowed:
        return KEPT
    says = (
        f"the first poll came {format_seconds(waited)} after the create; "
        f"polls are wanted every {format_seconds(interaction.setting.poll_interval)}"
    )
    return build_violation(says, [interaction.acknowledged_create, interaction.task_polls[0]])


def check_goes_on(interaction: Interaction) -> Verdict | None:
    last = find_unfinished(interaction)
    if last is None:
        went_on = interaction.final_poll and len(interaction.task_polls) > 1
        return KEPT if went_on and interaction.outcome else None
    if isinstance(last, Outcome):
        says = f"the task was never polled, and the call is reported as {last.kind}"
        return build_violation(
            says, [interaction.acknowledged_create] if interaction.acknowledged_create else []
        )
    if not is_far_from_deadline(interaction, last):
        return KEPT
    word = f"the status {last.status_word!r}" if last.status_word is not None else "no status"
    says = f"polling stopped {format_seconds(_seconds_since_create(interaction, last))} after the create, at {word}"
    return build_violation(
        f"{says}; the deadline is {format_seconds(interaction.setting.deadline)}", [last]
    )


def check_whole_deadline(interaction: Interaction) -> Verdict | None:
    last = find_unfinished(interaction)
    if not isinstance(last, ObservedExchange):
        return None
    early = _seconds_to_deadline(interaction, last)
    interval = interaction.setting.poll_interval
    if is_far_from_deadline(interaction, last):
        return None
    if early <= interval * 1.01 + (CLOCK_GRACE_S if interval < CLOCK_GRACE_S else 0.0):
        return KEPT
    says = (
        f"the last poll came {format_seconds(early)} before the deadline, though polls are "
        f"{format_seconds(interval)} apart: one more was allowed"
    )
    return build_violation(says, [last])


def check_slow_is_not_failed(interaction: Interaction) -> Verdict | None:
    last = find_unfinished(interaction)
    if not isinstance(last, ObservedExchange) or interaction.outcome is None:
        return None
    if is_far_from_deadline(interaction, last):
        return None
    if interaction.outcome.kind is OutcomeKind.GAVE_UP:
        return KEPT
    says = (
        f"the task was not finished at the deadline, and is reported as {interaction.outcome.kind}"
    )
    return build_violation(says, [last])


def check_end_is_end(interaction: Interaction) -> Verdict | None:
    if interaction.final_poll is None:
        return None
    entries = [
        replace(seen.entry, ended=interaction.is_final_poll(seen)) for seen in interaction.exchanges
    ]
    return checks.no_poll_after_end(entries)


def check_deadline(interaction: Interaction) -> Verdict | None:
    if not (interaction.creates or interaction.polls):
        return None
    begun = (
        interaction.acknowledged_create.at
        if interaction.acknowledged_create
        else interaction.exchanges[0].at
    )
    after = [
        seen
        for seen in (*interaction.creates, *interaction.polls)
        if is_late(interaction, seen, begun)
    ]
    # Too many polls before the deadline are another law's matter.
    beyond = after or interaction.exchanges[-1].entry.action != "poll"
    if (
        isinstance(interaction.client_result, ClientError)
        and interaction.client_result.kind is ClientErrorKind.RUNAWAY
        and beyond
    ):
        return build_violation(interaction.client_result.message, interaction.exchanges[-1:])
    if not after:
        return KEPT
    says = f"a {after[0].entry.action} came {format_seconds(after[0].at - begun)} after the begin"
    return build_violation(
        f"{says}; the deadline is {format_seconds(interaction.setting.deadline)}", after[:1]
    )


def find_unfinished(interaction: Interaction) -> ObservedExchange | Outcome | None:
    """The last poll, if the task was not finished by then as far as the client could know.

    The outcome where the client never polled; None where this says nothing.
    """
    if interaction.acknowledged_create is None or interaction.outcome is None:
        return None
    if not interaction.task_polls:
        asked = any(seen.request.method == "GET" for seen in interaction.exchanges)
        return None if asked else interaction.outcome
    last = interaction.task_polls[-1]
    return last if last.is_success and last.json is not None and not last.entry.ended else None


def is_far_from_deadline(interaction: Interaction, last: ObservedExchange) -> bool:
    """Whether a client whose last poll this is did not wait for its deadline at all."""
    return (
        _seconds_to_deadline(interaction, last)
        > EARLY_STOP_INTERVALS * interaction.setting.poll_interval + CLOCK_GRACE_S
    )


def is_late(interaction: Interaction, seen: ObservedExchange, begun: float) -> bool:
    """Whether *seen* came after the deadline of what was *begun* then, and some time on top."""
    allowed = interaction.setting.deadline + 2 * interaction.setting.poll_interval + CLOCK_GRACE_S
    return seen.at - begun > allowed


def _seconds_since_create(interaction: Interaction, seen: ObservedExchange) -> float:
    assert interaction.acknowledged_create
    return seen.at - interaction.acknowledged_create.at


def _seconds_to_deadline(interaction: Interaction, seen: ObservedExchange) -> float:
    """Seconds from *seen* to the deadline."""
    return interaction.setting.deadline - _seconds_since_create(interaction, seen)


LIFECYCLE_SOURCE: Final = "S0 to S4: create, then poll until the task is completed or failed"
EARLY_STOP_SOURCE: Final = (
    "public reports of clients that stop at unknown states or after a fixed few polls"
)

LAWS: Final = (
    Law(
        id="poll-url",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="Polls go to the documented path, with a task id that a create answered.",
        source="S0, S1, S3: …/generation/{task_id}; S2, S4: …/generation/task/{id}",
        hint="take the id from the create's answer as it is, and put it into the path",
        judge=check_poll_url,
    ),
    Law(
        id="first-poll",
        group=Group.LIFECYCLE,
        level=Level.SHOULD,
        statement="The first poll comes within two poll intervals of the create.",
        source="the upstream's recommendation: every 10 s for images, 15 s for videos",
        hint="poll at once or after one interval; do not sleep for the expected duration",
        judge=check_first_poll,
    ),
    Law(
        id="goes-on",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="While a task is unfinished, in whatever word or order, polling goes on.",
        source=EARLY_STOP_SOURCE,
        hint="know the words that end a task; take every other for unfinished, till the deadline",
        judge=check_goes_on,
    ),
    Law(
        id="whole-deadline",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="The last poll of a slow task lies at most one interval before the deadline.",
        source="a task that ends in the last interval is paid for all the same",
        hint="compare the clock with the deadline after the poll, not before the wait",
        judge=check_whole_deadline,
    ),
    Law(
        id="slow-is-not-failed",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A task that is unfinished at the deadline is given up, not reported as failed.",
        source="it goes on at the vendor, is billed, and can be fetched for 24 hours",
        hint="tell a time-out of your own from a failure of the task",
        judge=check_slow_is_not_failed,
    ),
    Law(
        id="end-is-end",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A task is not polled again after its end was told.",
        source=LIFECYCLE_SOURCE,
        hint="leave the loop at completed and at failed",
        judge=check_end_is_end,
    ),
    Law(
        id="deadline",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="The client stops asking at its deadline.",
        source="tasks can be stuck for ever; the upstream forgets them after 24 hours",
        hint="give every wait for a task an end",
        judge=check_deadline,
    ),
)
