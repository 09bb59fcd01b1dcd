"""Chance from a seed: the same draws, in whatever order, at the rate that was asked for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest

from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.chaos import RATE, Chaos, parse_chaos
from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.scenarios.scenario import PARTS, Scenario
from wan_mockserver.simulator.scenario_selection import HEADER, STEP
from wan_mockserver.simulator.simulator import Simulator

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "n": 2}
KNOWN = Scenarios()

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def everything(scenario: Scenario) -> bool:
    return True


def draws(chaos: Chaos, part: str = "create", many: int = 300) -> list[str | None]:
    return [chaos.draw(part, f"alice/{nth}", KNOWN, everything) for nth in range(many)]


def test_the_same_seed_draws_the_same_in_any_order() -> None:
    forwards = draws(Chaos(7, 0.5))
    backwards = [
        Chaos(7, 0.5).draw("create", f"alice/{nth}", KNOWN, everything)
        for nth in reversed(range(300))
    ]
    assert forwards == backwards[::-1]
    assert draws(Chaos(8, 0.5)) != forwards
    assert draws(Chaos(7, 0.5), "poll") != forwards


@pytest.mark.parametrize("part", PARTS)
def test_rate_0_never_draws_and_rate_1_always(part: str) -> None:
    assert set(draws(Chaos(7, 0.0), part)) == {None}
    drawn = set(draws(Chaos(7, 1.0), part, many=500))
    among = {name for name, each in KNOWN.items() if getattr(each, part) != PARTS[part]()}
    assert drawn == among


def test_a_lower_rate_draws_some_of_what_a_higher_one_does() -> None:
    some, more = draws(Chaos(7, 0.2)), draws(Chaos(7, 0.6))
    assert 0 < sum(map(bool, some)) < sum(map(bool, more)) < 300
    assert all(one in (None, other) for one, other in zip(some, more, strict=True))


def test_only_what_applies_is_drawn() -> None:
    def only_slow(scenario: Scenario) -> bool:
        return scenario.name in ("slow", "accept-lost")

    def nothing(scenario: Scenario) -> bool:
        return False

    chaos = Chaos(7, 1.0)
    assert {chaos.draw("outcome", str(nth), KNOWN, only_slow) for nth in range(20)} == {"slow"}
    assert {chaos.draw("outcome", str(nth), KNOWN, nothing) for nth in range(20)} == {None}


@pytest.mark.parametrize(
    ("text", "chaos"),
    [
        ("7", Chaos(7, RATE)),
        ("-7:0", Chaos(-7, 0.0)),
        ("7:1", Chaos(7, 1.0)),
        ("0:0.25", Chaos(0, 0.25)),
        ("7:1e-3", Chaos(7, 0.001)),
    ],
)
def test_its_form_is_read(text: str, chaos: Chaos) -> None:
    assert parse_chaos(text) == chaos


@pytest.mark.parametrize("text", ["", "x", "7.5", ":0.5", "1" * 19, "٧", "7 ", "+7"])
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a valid chaos; it must be SEED or SEED:RATE"):
        parse_chaos(text)


@pytest.mark.parametrize("rate", ["", "x", "-0.1", "1.1", "nan", "inf", "1:1"])
def test_another_rate_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="after the colon comes a RATE from 0 to 1"):
        parse_chaos(f"7:{rate}")


def run(send: Send, server: Simulator, many: int = 40) -> list[Response]:
    """Creates, and three polls of each task that is known by then."""
    answers = []
    for _ in range(many):
        answers.append(send(server, "POST", MULE, EDIT))
        if answers[-1].status == 202 and answers[-1].body.startswith(b'{"task_info'):
            place = f"{MULE}/{json.loads(answers[-1].body)['task_info']['id']}"
            answers.extend(send(server, "GET", place) for _ in range(3))
    return answers


def test_a_run_repeats_to_the_byte_and_every_answer_names_its_step(
    simulator: Make, send: Send
) -> None:
    one, other = (run(send, simulator(chaos=Chaos(3, 0.5))) for _ in range(2))
    assert one == other
    assert all(answer.headers[STEP].startswith("chaos:3:0.5") for answer in one)
    assert len(Counter(answer.status for answer in one)) > 4
    assert any(not answer.delivery.is_plain for answer in one)


def test_at_rate_0_all_goes_as_usual(simulator: Make, send: Send) -> None:
    calm = run(send, simulator(chaos=Chaos(3, 0.0)))
    assert [answer.body for answer in calm] == [answer.body for answer in run(send, simulator())]


def test_requests_that_choose_do_not_meet_chance_nor_change_it(simulator: Make, send: Send) -> None:
    server, other = (simulator(chaos=Chaos(3, 1.0)) for _ in range(2))
    chosen = send(server, "POST", MULE, EDIT, headers={HEADER: "ok"})
    assert chosen.status == 202
    assert "#0" not in chosen.headers.get(STEP, "")
    first = send(server, "POST", MULE, EDIT)
    assert "#0" in first.headers[STEP]
    assert first.headers[STEP] == send(other, "POST", MULE, EDIT).headers[STEP]


def test_chance_draws_nothing_that_cannot_happen_there(simulator: Make, send: Send) -> None:
    answers = run(send, simulator(chaos=Chaos(5, 1.0)), many=150)
    assert not [answer.body for answer in answers if b"can only happen" in answer.body]
    assert not [answer.body for answer in answers if b"needs a model" in answer.body]
    assert not [answer.body for answer in answers if b"fault in the mock" in answer.body]
