"""Scenarios by name: one, several together, and so many times."""

from __future__ import annotations

import pytest

from wan_mockserver.http.delivery import Cut
from wan_mockserver.scenarios.catalogue import DEFAULT_SCENARIO, GROUPS, load_shipped_scenarios
from wan_mockserver.scenarios.registry import MAX_CACHED_NAMES, Scenarios, UnknownScenario
from wan_mockserver.scenarios.scenario import (
    DEFAULT_FILE_LIFETIME_S,
    CreateBehaviour,
    DownloadBehaviour,
    Scenario,
    TaskOutcome,
)
from wan_mockserver.scenarios.step import Step

MINE = Scenario(name="partial", summary="Mine.", outcome=TaskOutcome(images=3))


def test_the_shipped_ones_are_there_by_name_and_group() -> None:
    known = Scenarios()
    assert dict(known) == load_shipped_scenarios()
    assert len(known) == len(load_shipped_scenarios()) > 100
    assert known["ok"] is known.find("ok") is DEFAULT_SCENARIO
    assert {scenario.group for scenario in known.values()} == GROUPS.keys() - {"own"}
    assert all(name == scenario.name for name, scenario in known.items())


def test_each_has_one_sentence_and_but_for_ok_something_to_say() -> None:
    for scenario in load_shipped_scenarios().values():
        assert scenario.summary.endswith(".")
        assert scenario.summary.isprintable()
        assert bool(scenario.parts) == (scenario.name != "ok")
    assert len({scenario.summary for scenario in load_shipped_scenarios().values()}) == len(
        load_shipped_scenarios()
    )


def test_own_ones_take_the_place_of_shipped_ones() -> None:
    known = Scenarios({"partial": MINE, "mine": Scenario(name="mine", summary="x")})
    assert known.find("partial") is MINE
    assert len(known) == len(load_shipped_scenarios()) + 1
    assert Scenarios().find("partial").outcome.images == 1


@pytest.mark.parametrize("count", [1, 3, 999_999])
def test_a_count_is_how_often_each_step_happens(count: int) -> None:
    limited = Scenarios().find(f"rate-limited:{count}")
    assert [step.times for step in limited.create.steps] == [count]
    assert limited.create.steps[0].retry_after == 2


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ("rate-limited:3", "Create is answered with 429, three times, and Retry-After in seconds."),
        ("rate-limited:1", "Create is answered with 429, once, and Retry-After in seconds."),
        ("rate-limited:12", "Create is answered with 429, 12 times, and Retry-After in seconds."),
        ("poll-503:2", "A poll is answered with 503 Service Unavailable, twice."),
        ("poll-401:2", "A poll is answered with 401 Unauthorized. This happens twice."),
        ("not-found-yet:4", "The first four polls after create do not find the task."),
        ("not-found-yet:1", "The first poll after create does not find the task."),
        ("partial:3", "At most three of several images succeed and are billed."),
    ],
)
def test_a_scenario_with_a_count_describes_it(name: str, summary: str) -> None:
    assert Scenarios().find(name).summary == summary


def test_a_count_limits_what_would_go_on_for_ever() -> None:
    assert Scenarios()["poll-401"].poll.steps[0].times is None
    assert Scenarios().find("poll-401:2").poll.steps[0].times == 2
    assert Scenarios().find("download-empty:2").download.steps[0].times == 2


def test_the_count_of_partial_is_how_many_images_succeed() -> None:
    assert Scenarios().find("partial:3").outcome == TaskOutcome(images=3)


def test_a_composition_has_all_parts_and_steps_in_order() -> None:
    both = Scenarios().find("http-503:1 + accept-lost+expired-urls+fail-3001")
    assert both.name == "http-503:1+accept-lost+expired-urls+fail-3001"
    assert both.create.steps == (Step(handled=False, status=503), Step(cut=Cut.RESET))
    assert both.download == DownloadBehaviour(lifetime=-1)
    assert (both.outcome.fail, both.vendor) == ("3001", "mulerouter")
    assert both.summary.startswith("Create is answered with 503 Service Unavailable, once. ")


def test_ok_adds_nothing_to_a_composition() -> None:
    known = Scenarios()
    assert known.find("ok+accept-lost").create == known["accept-lost"].create
    assert known.find("accept-lost+ok").download == DownloadBehaviour(
        lifetime=DEFAULT_FILE_LIFETIME_S
    )
    assert known.find("ok+ok").parts == ()
    assert known.find("ok+ok").create == CreateBehaviour()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fail-3001+fail-3002", "two of its scenarios differ about fail"),
        ("partial:2+partial:3", "two of its scenarios differ about images"),
        ("retrying+unknown-status", "two of its scenarios differ about words"),
        ("no-results+empty-results", "two of its scenarios differ about results"),
        ("slow+stuck", "two of its scenarios differ about lifecycle"),
        ("fail-3001+fail-001021095", "fail-001021095 can only happen at vtrix"),
        ("ok:2", "the scenario ok has nothing to count, so no :2"),
        ("expired-urls:2", "has nothing to count"),
        ("partial:0", "after the colon comes a whole number from 1 up"),
        ("partial:", "after the colon comes a whole number"),
        ("partial:-1", "after the colon comes a whole number"),
        ("partial:1000000", "after the colon comes a whole number"),
        ("partial:٣", "printable ASCII characters"),
        ("\x1b[31m", r"printable ASCII characters, not so '\x1b[31m'"),
        ("partial:1:2", "after the colon comes a whole number"),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        Scenarios().find(text)
    assert says in str(refused.value)
    assert not isinstance(refused.value, UnknownScenario)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("acept-lost", "there is no scenario 'acept-lost'; did you mean accept-lost?"),
        ("ok+partal:2", "there is no scenario 'partal'; did you mean partial?"),
        ("ratelimited", "did you mean rate-limited?"),
        ("mi", "did you mean mine?"),
        ("PARTIAL+", "there is no scenario 'PARTIAL'"),
        ("", "there is no scenario ''"),
        ("ok+", "there is no scenario ''"),
        ("+", "there is no scenario ''"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(text: str, says: str) -> None:
    known = Scenarios({"mine": Scenario(name="mine", summary="x")})
    with pytest.raises(UnknownScenario) as refused:
        known.find(text)
    assert says in str(refused.value)
    assert str(refused.value).isprintable()


def test_compositions_are_remembered_but_not_without_end() -> None:
    known = Scenarios()
    first = known.find("partial:1+slow")
    assert known.find("partial:1+slow") is first
    for count in range(1, MAX_CACHED_NAMES + 10):
        known.find(f"partial:{count}")
    assert known.find("partial:1+slow") is first
    assert known.find(f"partial:{MAX_CACHED_NAMES + 20}").outcome.images == MAX_CACHED_NAMES + 20
