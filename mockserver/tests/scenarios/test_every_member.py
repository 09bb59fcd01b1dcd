"""The example that has every member of a scenario file, read member by member."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from wan_mockserver.http.delivery import Cut
from wan_mockserver.scenarios.lifecycle import Seconds
from wan_mockserver.scenarios.scenario import PollBehaviour, Progress, Results, UnsetMembers
from wan_mockserver.scenarios.step import Body, Lag, Step
from wan_mockserver.scenarios.toml_format import read_scenarios
from wan_mockserver.scenarios.toml_parts import SCENARIO
from wan_mockserver.scenarios.toml_steps import STEP
from wan_validators.task import State

EVERY = Path(__file__).parents[3] / "fixtures/scenarios/every-member.toml"


def test_every_member_is_read_as_what_it_says() -> None:
    every = read_scenarios(EVERY)
    assert every["create-errors"].create.steps == (
        Step(handled=False, status=429, retry_after=2, times=2),
        Step(handled=False, status=503, retry_after=30, retry_as_date=True),
        Step(handled=False, status=451, detail="Not in your country."),
        Step(handled=False, status=502, body=Body.HTML, detail="Bad gateway"),
        Step(handled=False, status=200, body=Body.XML),
        Step(handled=False, status=200, body=Body.ERROR),
        Step(status=202, body=Body.EMPTY),
        Step(content_type="text/plain; charset=utf-8"),
        Step(handled=False, status=307, body=Body.EMPTY, location="/elsewhere"),
        Step(handled=False, status=302, body=Body.EMPTY, location=""),
    )
    assert every["create-cuts"].create.steps == (
        Step(cut=Cut.RESET),
        Step(handled=False, cut=Cut.RESET),
        Step(cut=Cut.RESET_MIDWAY),
        Step(cut=Cut.TRUNCATED, pace=1000),
        Step(cut=Cut.GARBAGE),
        Step(cut=Cut.SILENCE, times=None),
    )
    lost = Step(status=504, delay=Lag(median=3))
    assert every["create-lost"].create.steps == (lost, Step(handled=False, status=599))
    assert every["odd-polls"].poll == PollBehaviour(
        steps=(
            Step(handled=False, status=404, times=2),
            Step(delay=Lag(median=0.4, sigma=0.7), times=None),
        ),
        words={
            State.PENDING: "",
            State.RUNNING: "archiving",
            State.DONE: "SUCCESS",
            State.FAILED: "oops",
        },
        upper_case=True,
        backwards=True,
        integer_codes=True,
    )
    assert every["other-page"].poll == PollBehaviour(other_words=True)
    assert every["other-page"].vendor == "mulerouter"
    assert every["odd-bodies"].poll == PollBehaviour(
        as_recorded=True,
        unset_members=UnsetMembers.NULL,
        extra_members=True,
        no_error=True,
        split_output=True,
        progress=Progress.STALLS,
    )
    end = every["odd-end"].outcome
    assert (end.lifecycle, end.fail, end.message) == (
        Seconds(30),
        "9999",
        "The GPU is on holiday.",
    )
    assert every["refused-late"].outcome.moderated
    few = every["few-images"].outcome
    assert (few.images, few.interleaved, few.discount) == (2, True, 0.85)
    assert few.texts == ("  Erstes Bild\n", "第二")
    assert every["nothing"].outcome.results is Results.NONE
    files = every["files"].download
    assert (files.lifetime, files.signed_urls) == (60, True)
    assert (files.unsorted_names, files.no_ranges) == (True, True)
    whole = every["all-of-that"]
    assert whole.create.steps == (
        replace(lost, times=2),
        Step(handled=False, status=599, times=2),
    )
    assert whole.poll.steps == (Step(handled=False, status=500),)
    assert (whole.outcome, whole.download) == (
        every["few-images"].outcome,
        every["files"].download,
    )
    assert (whole.name, whole.summary, whole.group) == (
        "all-of-that",
        "Several of these at once.",
        "own",
    )


def test_the_example_shows_every_member() -> None:
    shown = EVERY.read_text(encoding="utf-8")
    for table in (SCENARIO, STEP):
        assert [field.name for field in table.fields if field.name not in shown] == []
