"""Says which laws, scenarios and calls a run leaves out for lack of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from wan_validators.messages.formatting import format_count, format_number, format_seconds

from ..cases.case import Case
from ..cases.time_profiles import TimeProfile
from ..laws.polling import CLOCK_GRACE_S, EARLY_STOP_INTERVALS

__all__ = ["describe_omissions", "find_laws_without_time", "iter_pace_notes"]

MAX_NAMES: Final = 12
"""The number of names in a note; there can be 150."""

DEADLINE_LAWS: Final = ("goes-on", "whole-deadline", "task-followed")
"""The laws that compare the last poll with the deadline."""


def find_laws_without_time(time_profile: TimeProfile) -> dict[str, str]:
    """Returns the reason for each law that no call can break before the deadline, by its id."""
    least = EARLY_STOP_INTERVALS * time_profile.max_interval + CLOCK_GRACE_S
    if time_profile.deadline > least:
        return {}
    reason = f"it needs a deadline of more than {format_seconds(least)}; see --deadline"
    return dict.fromkeys(DEADLINE_LAWS, reason)


def iter_pace_notes(time_profile: TimeProfile) -> Iterator[str]:
    """Yields a note for the report if scenarios or laws need another pace."""
    names = time_profile.too_long_scenarios
    if names:
        yield (
            f"{format_count(len(names), 'scenario')} left out, because they do not end within the "
            f"deadline of {format_seconds(time_profile.deadline)}, or need a longer time-out than "
            f"{format_seconds(time_profile.timeout)}: {_format_names(names)}"
        )
    laws = find_laws_without_time(time_profile)
    for reason in dict.fromkeys(laws.values()):
        yield f"{format_count(len(laws), 'law')} skipped ({', '.join(laws)}): {reason}"


def _format_names(names: Sequence[str]) -> str:
    """Returns the first names, and how many more there are."""
    more = len(names) - MAX_NAMES
    rest = f" and {format_number(more)} more" if more > 0 else ""
    return ", ".join(names[:MAX_NAMES]) + rest


def describe_omissions(seconds: float, cases: Sequence[Case], made: int) -> str:
    """Says which of the systematic *cases* were omitted after the first *made* of them."""
    done, left = cases[:made], cases[made:]
    used = {case.scenario for case in done}
    scenarios = [name for name in dict.fromkeys(case.scenario for case in left) if name not in used]
    payloads = dict.fromkeys(case.model_id for case in left if case.scenario == "ok")
    parts = []
    if scenarios:
        parts.append(f"{format_count(len(scenarios), 'scenario')} ({_format_names(scenarios)})")
    if payloads:
        parts.append(f"payloads of {', '.join(payloads)}")
    what = " and ".join(parts) or "repetitions for other vendors"
    return (
        f"The {format_seconds(seconds)} of --seconds were over after {format_number(made)} of "
        f"{format_count(len(cases), 'systematic call')}. Omitted: {what}."
    )
