from __future__ import annotations

import pytest

from wan_mockserver.scenarios.lifecycle import Lifecycle, Polls, Seconds, parse_lifecycle
from wan_mockserver.state.tasks import TaskRecord, advance_on_poll
from wan_validators.task import Failure, State


def record(lifecycle: Lifecycle, failure: Failure | None = None) -> TaskRecord:
    return TaskRecord(
        id="1",
        tenant="t",
        vendor="v",
        model="m",
        remote_id="r",
        lifecycle=lifecycle,
        created_at=1000.0,
        updated_at=1000.0,
        failure=failure,
    )


@pytest.mark.parametrize(
    ("text", "lifecycle"),
    [
        ("at-once", Polls(0)),
        ("polls:0", Polls(0)),
        ("polls:12", Polls(12)),
        ("seconds:0", Seconds(0.0)),
        ("seconds:1.5", Seconds(1.5)),
    ],
)
def test_a_lifecycle_is_read_from_its_text(text: str, lifecycle: Lifecycle) -> None:
    assert parse_lifecycle(text) == lifecycle


@pytest.mark.parametrize("text", ["at-once", "polls:3", "seconds:1.5", "seconds:90"])
def test_a_lifecycle_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_lifecycle(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "slow",
        "at-once:1",
        "polls",
        "polls:",
        "polls:-1",
        "polls:1.5",
        "polls:٣",
        "polls:" + "9" * 5000,
        "seconds",
        "seconds:",
        "seconds:-1",
        "seconds:nan",
        "seconds:inf",
        "seconds:soon",
    ],
)
def test_any_other_text_is_refused_with_what_it_was(text: str) -> None:
    with pytest.raises(ValueError, match="is not a valid lifecycle") as refused:
        parse_lifecycle(text)
    assert repr(text) in str(refused.value)


def test_polls_see_pending_then_running_then_the_end() -> None:
    stages = [Polls(3).stage(polls, elapsed=0.0) for polls in range(1, 6)]
    assert [(stage.state, stage.progress) for stage in stages] == [
        (State.PENDING, 0.25),
        (State.RUNNING, 0.5),
        (State.RUNNING, 0.75),
        (State.DONE, 1.0),
        (State.DONE, 1.0),
    ]


def test_at_once_ends_at_the_first_poll() -> None:
    assert Polls(0).stage(1, 0.0).state is State.DONE


@pytest.mark.parametrize(
    ("elapsed", "state", "progress", "since"),
    [
        (-5.0, State.PENDING, 0.0, 0.0),
        (0.0, State.PENDING, 0.0, 0.0),
        (1.99, State.PENDING, 0.2, 0.0),
        (2.0, State.RUNNING, 0.2, 2.0),
        (9.9, State.RUNNING, 0.99, 2.0),
        (10.0, State.DONE, 1.0, 10.0),
        (9999.0, State.DONE, 1.0, 10.0),
    ],
)
def test_seconds_go_by_the_clock_alone(
    elapsed: float, state: State, progress: float, since: float
) -> None:
    for polls in (1, 50):
        assert Seconds(10.0).stage(polls, elapsed) == (state, progress, since)


def test_no_seconds_at_all_end_at_once() -> None:
    assert Seconds(0.0).stage(1, 0.0).state is State.DONE


def test_a_task_changed_last_when_its_state_did() -> None:
    seen = record(Polls(2))
    changes = []
    for now in (1001.0, 1002.0, 1003.0, 1004.0):
        seen = advance_on_poll(seen, now)
        changes.append((seen.state, seen.updated_at))
    assert changes == [
        (State.PENDING, 1000.0),
        (State.RUNNING, 1002.0),
        (State.DONE, 1003.0),
        (State.DONE, 1003.0),
    ]


def test_a_task_that_runs_by_the_clock_ended_when_its_time_was_over_not_when_it_was_seen() -> None:
    seen = advance_on_poll(record(Seconds(10.0)), 1500.0)
    assert (seen.state, seen.updated_at) == (State.DONE, 1010.0)


def test_what_has_ended_stays_ended_even_if_the_clock_is_set_back() -> None:
    ended = advance_on_poll(record(Seconds(10.0)), 1500.0)
    again = advance_on_poll(ended, 1001.0)
    assert (again.state, again.updated_at, again.polls) == (State.DONE, 1010.0, 2)


def test_a_task_with_a_failure_runs_and_then_fails() -> None:
    seen = record(Polls(1), Failure("1", "no"))
    states = [(seen := advance_on_poll(seen, 1001.0)).state for _ in range(3)]
    assert states == [State.PENDING, State.FAILED, State.FAILED]


def test_no_time_at_all_is_over_even_when_a_clock_steps_back() -> None:
    assert Seconds(0).stage(1, -5.0).state is State.DONE
