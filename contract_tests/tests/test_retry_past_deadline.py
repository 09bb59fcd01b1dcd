"""A client may give a task up if a Retry-After asks it to wait until after its deadline.

In real time this happens on a busy machine: a date has whole seconds, and the deadline is near.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from faulty_clients.broken import BROKEN as FAULTY
from faulty_clients.reference import Reference
from recorded_runs import EDIT, PAYLOADS, TOLD_TO_WAIT, broken
from wan_contracts.cases.case import Case
from wan_contracts.cases.time_profiles import VIRTUAL, TimeProfile
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.interaction import Interaction

NEAR = replace(VIRTUAL, deadline=75.0)
"""Retry-After is 40 s, and the first poll may come late."""

LIMITED = Case(EDIT, PAYLOADS[EDIT], "stuck+poll-500:3+poll-rate-limited-date")


EARLY_S = 26.0
"""A client that stops so long before the deadline breaks a law if it could have polled again."""


def iter_readings(
    target: type[Reference], case: Case, time_profile: TimeProfile
) -> Iterator[Interaction]:
    """Yields a call with its outcome, and without one, as ``--listen`` sees it."""
    with Harness(PythonClient("told to wait", target), time_profile) as harness:
        call = harness.run(case, 1)
    yield call
    yield replace(call, client_result=None)


@pytest.mark.parametrize(("time_profile", "case"), [(VIRTUAL, TOLD_TO_WAIT), (NEAR, LIMITED)])
def test_a_correct_client_stops_at_such_a_response_and_breaks_no_law(
    time_profile: TimeProfile, case: Case
) -> None:
    for call in iter_readings(Reference, case, time_profile):
        last = call.task_polls[-1]
        assert last.entry.status == 429
        assert last.at < time_profile.deadline - EARLY_S
        assert broken([call]) == frozenset()


def test_a_client_that_could_have_waited_breaks_the_law() -> None:
    case = replace(LIMITED, scenario="poll-rate-limited-date")
    with_outcome, without = iter_readings(FAULTY["GivesUpOn429"], case, NEAR)

    assert broken([with_outcome]) == {"followed-further"}
    assert broken([without]) == {"task-followed"}
