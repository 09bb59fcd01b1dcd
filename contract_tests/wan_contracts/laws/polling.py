"""Laws about the times of polls: the first poll, the last poll, none for a long time."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from wan_mockserver.assertions import checks
from wan_mockserver.assertions.verdict import Verdict
from wan_validators.messages.formatting import format_seconds

from ..protocol.outcome import Outcome, OutcomeKind
from ..runner.interaction import ClientError, ClientErrorKind, Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation

__all__ = [
    "CLOCK_GRACE_S",
    "EARLY_STOP_INTERVALS",
    "EARLY_STOP_SOURCE",
    "LAWS",
    "LIFECYCLE_SOURCE",
    "MAX_PAUSE_RATIO",
    "check_deadline",
    "check_end_is_end",
    "check_first_poll",
    "check_goes_on",
    "check_slow_is_not_failed",
    "check_whole_deadline",
    "find_unfinished",
    "is_far_from_deadline",
    "is_late",
]

CLOCK_GRACE_S: Final = 1.0
"""Seconds of allowed delay on a busy machine."""

MAX_PAUSE_RATIO: Final = 1 / 3
"""The longest pause between two polls, as a share of the deadline."""

EARLY_STOP_INTERVALS: Final = 2.5
"""A client whose last poll is earlier than this before its deadline ignores the deadline."""


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
    message = (
        f"the first poll came {format_seconds(waited)} after the create; "
        f"the limit is two intervals of {format_seconds(interaction.setting.poll_interval)}"
    )
    return build_violation(message, [interaction.acknowledged_create, interaction.task_polls[0]])


def check_goes_on(interaction: Interaction) -> Verdict | None:
    idle = _find_idle_pause(interaction)
    if idle:
        message = f"the client did not poll for {format_seconds(idle[1].at - idle[0].at)}"
        return build_violation(f"{message} while the task was unfinished", idle)
    last = find_unfinished(interaction)
    if last is None:
        polled_on = interaction.final_poll and len(interaction.task_polls) > 1
        return KEPT if polled_on and not interaction.has_failed else None
    if isinstance(last, Outcome):
        message = f"the client never polled the task, but reported {last.kind}"
        return build_violation(
            message, [interaction.acknowledged_create] if interaction.acknowledged_create else []
        )
    if not is_far_from_deadline(interaction, last):
        return KEPT
    status = f"the status {last.status_word!r}" if last.status_word is not None else "no status"
    time = format_seconds(_seconds_since_create(interaction, last))
    message = f"polling stopped {time} after the create, at {status}"
    return build_violation(
        f"{message}; the deadline is {format_seconds(interaction.setting.deadline)}", [last]
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
    message = (
        f"the last poll came {format_seconds(early)} before the deadline; with an interval of "
        f"{format_seconds(interval)}, one more poll was possible"
    )
    return build_violation(message, [last])


def check_slow_is_not_failed(interaction: Interaction) -> Verdict | None:
    last = find_unfinished(interaction)
    if not isinstance(last, ObservedExchange) or interaction.outcome is None:
        return None
    if is_far_from_deadline(interaction, last):
        return None
    if interaction.outcome.kind is OutcomeKind.GAVE_UP:
        return KEPT
    message = (
        f"the task was unfinished at the deadline, but the call is reported as "
        f"{interaction.outcome.kind}; expected: {OutcomeKind.GAVE_UP}"
    )
    return build_violation(message, [last])


def check_end_is_end(interaction: Interaction) -> Verdict | None:
    if interaction.final_poll is None:
        return None
    return checks.no_poll_after_end(interaction.entries)


def check_deadline(interaction: Interaction) -> Verdict | None:
    if not (interaction.creates or interaction.polls):
        return None
    stray = [
        exchange
        for exchange in (*interaction.creates, *interaction.polls)
        if exchange.after_outcome
    ]
    if stray:
        message = f"a {stray[0].entry.action} came after the client had reported its outcome"
        return build_violation(message, stray[:1])
    started_at = (
        interaction.acknowledged_create.at
        if interaction.acknowledged_create
        else interaction.exchanges[0].at
    )
    after = [
        exchange
        for exchange in (*interaction.creates, *interaction.polls)
        if is_late(interaction, exchange, started_at)
    ]
    # The law polls-per-task checks for too many polls before the deadline.
    is_beyond = after or interaction.exchanges[-1].entry.action != "poll"
    if (
        isinstance(interaction.client_result, ClientError)
        and interaction.client_result.kind is ClientErrorKind.RUNAWAY
        and is_beyond
    ):
        return build_violation(interaction.client_result.message, interaction.exchanges[-1:])
    if not after:
        return KEPT
    elapsed = format_seconds(after[0].at - started_at)
    message = f"a {after[0].entry.action} came {elapsed} after the start"
    return build_violation(
        f"{message}; the deadline is {format_seconds(interaction.setting.deadline)}", after[:1]
    )


def _find_idle_pause(interaction: Interaction) -> tuple[ObservedExchange, ObservedExchange] | None:
    """Returns two consecutive polls with a pause that nothing asked for, or None."""
    allowed = MAX_PAUSE_RATIO * interaction.setting.deadline + CLOCK_GRACE_S
    return next(
        (
            (earlier, later)
            for earlier, later in pairwise(interaction.task_polls)
            if later.at - earlier.at > allowed + _find_response_time(interaction, earlier)
            and "retry-after" not in earlier.entry.answer.headers
            and not is_late(interaction, later, interaction.creates[0].at)
        ),
        None,
    )


def _find_response_time(interaction: Interaction, poll: ObservedExchange) -> float:
    """Returns the seconds that the client may have waited for the response to *poll*."""
    return poll.entry.delay if poll.is_intact else interaction.setting.timeout


def find_unfinished(interaction: Interaction) -> ObservedExchange | Outcome | None:
    """Returns the last poll if its response shows an unfinished task.

    Returns the outcome, if there is one, if the client never polled, and None in all other cases.
    The law accepted-not-refused is about a client that does not poll because it reports a refusal.
    """
    if interaction.acknowledged_create is None or interaction.has_failed:
        return None
    if not interaction.task_polls:
        has_get = any(exchange.request.method == "GET" for exchange in interaction.exchanges)
        outcome = interaction.outcome
        is_refused = outcome is not None and outcome.kind is OutcomeKind.REFUSED
        return None if has_get or is_refused else outcome
    last = interaction.task_polls[-1]
    return last if last.is_success and last.json is not None and not last.entry.ended else None


def is_far_from_deadline(interaction: Interaction, last: ObservedExchange) -> bool:
    """Returns whether a client with this *last* poll ignores its deadline.

    A client may stop if the response asks it to wait until after the deadline. Its deadline began
    when it sent the create, and the server saw that later: not by more than the first poll took.
    """
    seconds = _seconds_to_deadline(interaction, last)
    if seconds <= EARLY_STOP_INTERVALS * interaction.setting.poll_interval + CLOCK_GRACE_S:
        return False
    retry_at = checks.find_retry_time(last.entry)
    if retry_at is None:
        return True
    first = _seconds_since_create(interaction, interaction.task_polls[0])
    return seconds - (retry_at - last.entry.at) > first


def is_late(interaction: Interaction, exchange: ObservedExchange, started_at: float) -> bool:
    """Returns whether *exchange* came after the deadline plus a grace time."""
    allowed = interaction.setting.deadline + 2 * interaction.setting.poll_interval + CLOCK_GRACE_S
    return exchange.at - started_at > allowed


def _seconds_since_create(interaction: Interaction, exchange: ObservedExchange) -> float:
    assert interaction.acknowledged_create
    return exchange.at - interaction.acknowledged_create.at


def _seconds_to_deadline(interaction: Interaction, exchange: ObservedExchange) -> float:
    """Returns the seconds from *exchange* to the deadline."""
    return interaction.setting.deadline - _seconds_since_create(interaction, exchange)


LIFECYCLE_SOURCE: Final = "S0 to S4: create, then poll until the task is completed or failed"
EARLY_STOP_SOURCE: Final = (
    "public reports of clients that stop at unknown statuses or after a fixed number of polls"
)

LAWS: Final = (
    Law(
        id="first-poll",
        group=Group.LIFECYCLE,
        level=Level.SHOULD,
        statement="The first poll comes within two poll intervals after the create.",
        source="the upstream's recommendation: every 10 s for images, 15 s for videos",
        hint="poll at once or after one interval; do not wait for the expected duration",
        judge=check_first_poll,
    ),
    Law(
        id="goes-on",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A client polls while a task is unfinished, whatever the status word.",
        source=EARLY_STOP_SOURCE,
        hint="list the statuses that end a task; on any other status poll on, until the deadline",
        judge=check_goes_on,
    ),
    Law(
        id="whole-deadline",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="The last poll of a slow task is at most one interval before the deadline.",
        source="a task that ends in the last interval is billed too",
        hint="compare the clock with the deadline after each poll, not before the wait",
        judge=check_whole_deadline,
    ),
    Law(
        id="slow-is-not-failed",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A task that is unfinished at the deadline is reported as gave_up, not failed.",
        source="the task continues, is billed, and its results are available for 24 hours",
        hint="distinguish your own timeout from a failure of the task",
        judge=check_slow_is_not_failed,
    ),
    Law(
        id="end-is-end",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A task is not polled again after a response with its final status.",
        source=LIFECYCLE_SOURCE,
        hint="end the polling loop when the status is completed or failed",
        judge=check_end_is_end,
    ),
    Law(
        id="deadline",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A client sends no creates and polls after its deadline, or after its outcome.",
        source="a task can stay unfinished for ever; the upstream deletes tasks after 24 hours",
        hint="set a time limit for each wait for a task, and end threads with their call",
        judge=check_deadline,
    ),
)
