"""The judges, on journals that were written by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from wan_mockserver.assertions import checks
from wan_mockserver.assertions.verdict import CountRange, Verdict
from wan_mockserver.state.journal import Entry, Message, Note
from wan_mockserver.state.ledger import Charge, DuplicateCharge

START = 1_700_000_000.0
NOTHING = Message(headers={}, length=0)

Judge = Callable[[list[Entry]], Verdict]


def entry(number: int, action: str, at: float = 0, task: str = "t1", **more: Any) -> Entry:
    own = {
        "method": "POST" if action == "create" else "GET",
        "path": f"/{task}",
        "status": 200,
        "base_url": "http://localhost",
        "sent": NOTHING,
        "answer": NOTHING,
        "tenant": "alice",
        "vendor": "some",
        "task": task,
    }
    return Entry(number=number, action=action, at=START + at, **(own | more))


def waiting(seconds: str) -> Message:
    return Message(headers={"retry-after": seconds}, length=0)


def verdict(given: Verdict) -> tuple[bool, tuple[int, ...]]:
    assert given.message
    assert "\n" not in given.message
    return given.passed, given.entries


CREATES = [entry(1, "create"), entry(2, "poll"), entry(3, "create", task="", status=500)]


@pytest.mark.parametrize(
    ("wanted", "passed"),
    [
        (CountRange(2, 2), True),
        (CountRange(1, 1), False),
        (CountRange(3, 3), False),
        (CountRange(1), True),
        (CountRange(3), False),
        (CountRange(0, 2), True),
        (CountRange(0, 1), False),
    ],
)
def test_creates_are_counted_whatever_their_answer(wanted: CountRange, passed: bool) -> None:  # noqa: FBT001
    assert verdict(checks.requests_made(CREATES, "create", wanted)) == (passed, (1, 3))


def test_tasks_are_what_creates_made() -> None:
    assert verdict(checks.tasks_made(CREATES, CountRange(1, 1))) == (True, (1,))


def test_a_count_says_how_many_came_and_how_many_should_have() -> None:
    says = checks.requests_made(CREATES, "create", CountRange(0, 1)).message

    assert says == "2 creates came; at most 1 should have"
    assert str(CountRange(1, 2)) == "1 to 2"
    assert str(CountRange(2, 2)) == "exactly 2"
    assert str(CountRange(2)) == "at least 2"


def polls(*times: float, task: str = "t1", tenant: str = "alice", first: int = 1) -> list[Entry]:
    return [
        entry(number, "poll", at, task=task, tenant=tenant)
        for number, at in enumerate(times, first)
    ]


@pytest.mark.parametrize(
    ("times", "passed", "shown"),
    [
        ((), True, ()),
        ((0,), True, ()),
        ((0, 10, 20), True, ()),
        ((0, 10.1, 20.2), True, ()),
        ((0, 9.9995, 20), True, ()),
        ((0, 9.99, 30), False, (1, 2)),
        ((0, 10, 15), False, (2, 3)),
        ((0, 1, 2), False, (1, 2, 3)),
        ((0, 0), False, (1, 2)),
    ],
)
def test_waits_between_polls(
    times: tuple[float, ...],
    passed: bool,  # noqa: FBT001
    shown: tuple[int, ...],
) -> None:
    assert verdict(checks.polls_no_faster_than(polls(*times), 10)) == (passed, shown)


def test_rounding_does_not_make_a_wait_too_short() -> None:
    times = [0.1 * nth for nth in range(1000)]

    assert checks.polls_no_faster_than(polls(*times), 0.1).passed


def test_waits_are_those_of_one_task_and_tenant() -> None:
    mixed = [
        *polls(0, task="t1"),
        *polls(1, task="t2", first=2),
        *polls(2, tenant="bob", first=3),
        *polls(10, task="t1", first=4),
    ]

    assert checks.polls_no_faster_than(mixed, 10).passed


def test_the_shortest_wait_is_told() -> None:
    says = checks.polls_no_faster_than(polls(0, 5, 7, 20), 10).message

    assert "2 of 3" in says
    assert "the shortest 2 s, of task t1" in says


def test_polls_of_one_task_are_limited() -> None:
    seen = [*polls(0, 1, 2), *polls(3, 4, task="t2", first=4)]

    assert verdict(checks.polls_per_task(seen, 3)) == (True, ())
    assert verdict(checks.polls_per_task(seen, 2)) == (False, (1, 2, 3))
    assert verdict(checks.polls_per_task([], 0)) == (True, ())


def test_no_poll_after_the_end() -> None:
    end = entry(2, "poll", ended=True)
    before, after, other = entry(1, "poll"), entry(3, "poll"), entry(4, "poll", task="t2")

    assert verdict(checks.no_poll_after_end([before, end, other])) == (True, ())
    assert verdict(checks.no_poll_after_end([before, end, after, other])) == (False, (2, 3))
    again = [before, end, entry(3, "poll", ended=True), entry(4, "poll", ended=True)]
    assert verdict(checks.no_poll_after_end(again)) == (False, (2, 3, 4))


def test_an_end_that_did_not_arrive_may_be_asked_for_again() -> None:
    lost = entry(1, "poll", ended=True, arrived=False)

    assert checks.no_poll_after_end([lost, entry(2, "poll")]).passed
    assert checks.no_poll_after_end([lost, entry(2, "file")]).passed


def test_no_create_after_a_status() -> None:
    told = entry(1, "poll", status=401)
    create, of_bob = entry(3, "create"), entry(2, "create", tenant="bob")

    assert verdict(checks.no_create_after([told, of_bob], 401)) == (True, ())
    assert verdict(checks.no_create_after([told, of_bob, create], 401)) == (False, (1, 3))
    assert verdict(checks.no_create_after([create, told], 401)) == (True, ())
    assert verdict(checks.no_create_after([told, create], 403)) == (True, ())


def test_the_create_that_is_refused_is_none_after() -> None:
    refused = [entry(1, "create", status=401, tenant=""), entry(2, "create", tenant="")]

    assert checks.no_create_after(refused[:1], 401).passed
    assert verdict(checks.no_create_after(refused, 401)) == (False, (1, 2))


@pytest.mark.parametrize(
    ("delivery", "passed"),
    [
        ("", False),
        ("truncated", False),
        ("reset-midway", False),
        ("reset", True),
        ("silence", True),
    ],
)
def test_a_status_binds_those_who_saw_it(delivery: str, passed: bool) -> None:  # noqa: FBT001
    told = entry(1, "create", status=401, delivery=delivery, arrived=False)

    assert checks.no_create_after([told, entry(2, "create")], 401).passed is passed


@pytest.mark.parametrize(
    "header", ["2", "2.0", "Tue, 14 Nov 2023 22:13:22 GMT", "Tue, 14 Nov 2023 22:13:22 -0000"]
)
def test_retry_after_in_either_form(header: str) -> None:
    told = entry(1, "create", status=429, answer=waiting(header), task="")

    assert checks.retry_after_obeyed([told, entry(2, "create", at=2)]).passed
    assert checks.retry_after_obeyed([told, entry(2, "create", at=1.9995)]).passed
    early = [told, entry(2, "create", at=1.9)]
    assert verdict(checks.retry_after_obeyed(early)) == (False, (1, 2))
    assert "1.9 s after" in checks.retry_after_obeyed(early).message


@pytest.mark.parametrize("header", ["", "soon", "-1", "1e9", "²", "Tue, 99 Nov 2023 22:13:22 GMT"])
def test_what_is_no_retry_after_binds_nobody(header: str) -> None:
    told = entry(1, "create", status=429, answer=waiting(header))

    assert checks.retry_after_obeyed([told, entry(2, "create")]).passed


def test_a_far_retry_after_never_ends() -> None:
    told = entry(1, "create", status=429, answer=waiting("9" * 12))

    assert not checks.retry_after_obeyed([told, entry(2, "create", at=10**8)]).passed


def test_retry_after_is_about_the_same_thing_again() -> None:
    after_create = entry(1, "create", answer=waiting("10"))
    after_poll = entry(1, "poll", answer=waiting("10"))
    after_file = entry(1, "file", answer=waiting("10"), path="/files/t1/1.png")

    def obeyed(told: Entry, **later: Any) -> bool:
        return checks.retry_after_obeyed([told, entry(2, **later)]).passed

    assert obeyed(after_create, action="poll")
    assert obeyed(after_create, action="create", tenant="bob")
    assert not obeyed(after_create, action="create", task="t2")
    assert obeyed(after_poll, action="create")
    assert obeyed(after_poll, action="poll", task="t2")
    assert not obeyed(after_poll, action="poll")
    assert obeyed(after_file, action="file", path="/files/t1/2.png")
    assert not obeyed(after_file, action="file", path="/files/t1/1.png")


def test_the_longest_of_several_retry_afters_holds() -> None:
    told = [
        entry(1, "poll", answer=waiting("10")),
        entry(2, "poll", at=10, answer=waiting("1")),
        entry(3, "poll", at=11, answer=waiting("5")),
    ]

    assert checks.retry_after_obeyed([*told, entry(4, "poll", at=16)]).passed
    assert verdict(checks.retry_after_obeyed([*told, entry(4, "poll", at=15)])) == (False, (3, 4))


def test_a_task_that_is_left_before_its_end() -> None:
    made = [entry(1, "create"), entry(2, "create", task="t2", arrived=False)]
    end = entry(3, "poll", ended=True)

    assert verdict(checks.no_task_abandoned([*made, end])) == (True, ())
    assert verdict(checks.no_task_abandoned(made)) == (False, (1,))


def test_findings() -> None:
    def found(severity: str) -> Entry:
        note = Note(rule="n-range", code=None, severity=severity, pointer="/n", message="n is 9")
        return entry(1, "create", findings=(note,))

    assert checks.no_findings([found("info")]).passed
    assert verdict(checks.no_findings([found("warning")])) == (False, (1,))
    assert "n-range: n is 9" in checks.no_findings([found("error")]).message


def charge(task: str, number: int, usd: str | None = "0.03", *, billed: bool = True) -> Charge:
    amount = None if usd is None else Decimal(usd)
    return Charge(
        task=task, tenant="alice", model="m", usd=amount, billed=billed, at=START, entry=number
    )


def test_duplicates_fail() -> None:
    pair = DuplicateCharge(first=charge("t1", 1), second=charge("t2", 4))

    assert verdict(checks.no_duplicate_charges([])) == (True, ())
    assert verdict(checks.no_duplicate_charges([pair])) == (False, (1, 4))


def test_spending() -> None:
    charges = [charge("t1", 1), charge("t2", 2), charge("t3", 3, billed=False)]
    unknown = [*charges, charge("t4", 4, None)]

    assert verdict(checks.usd_at_most(charges, Decimal("0.06"))) == (True, (1, 2))
    assert verdict(checks.usd_at_most(charges, Decimal("0.05"))) == (False, (1, 2))
    assert verdict(checks.usd_at_most(unknown, Decimal(1))) == (False, (4,))


@pytest.mark.parametrize(
    "judge",
    [
        checks.no_poll_after_end,
        checks.retry_after_obeyed,
        checks.no_task_abandoned,
        checks.no_findings,
    ],
)
def test_where_nothing_happened_nothing_was_wrong(judge: Judge) -> None:
    assert verdict(judge([])) == (True, ())


def test_a_full_journal_is_judged_in_one_pass() -> None:
    """Ten thousand refusals, each of which forbids what comes next."""
    refused = [
        entry(number, "create", status=401, answer=waiting("1")) for number in range(1, 10_001)
    ]

    assert len(checks.no_create_after(refused, 401).entries) == 10_000
    assert len(checks.retry_after_obeyed(refused).entries) == 10_000
