"""What chance draws from a seed happens again, to the byte, and every answer says what it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.chaos import Chaos
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import model

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 2}
VTRIX = {
    "model": "wan26_i2i",
    "input": {
        "messages": [
            {"role": "user", "content": [{"text": "x"}, {"image": "https://example.com/a.jpg"}]}
        ]
    },
    "parameters": {"size": "768*768", "n": 1},
}

Send = Callable[..., Response]
Make = Callable[..., Simulator]


def calls(send: Send, server: Simulator, count: int, key: str) -> Iterator[Response]:
    """Calls to both vendors by turns, each with polls, and a download if it comes to that."""
    for nth in range(count):
        spec = model("wan26_i2i" if nth % 2 else "wan2.5-i2i-preview")
        path = spec.create_path
        yield (answer := send(server, "POST", path, VTRIX if nth % 2 else EDIT, key=key))
        body = read(answer)
        task = (body.get("task_info") or body).get("id", "lost")
        place = spec.poll_path.format(task_id=task)
        for _ in range(4):
            yield (answer := send(server, "GET", place, key=key))
        for url in urls(read(answer))[: nth < 6]:
            yield send(server, "GET", url.removeprefix("http://mock.example.com:8321"))


def read(answer: Response) -> dict[str, Any]:
    got = json.loads(answer.body) if answer.body.startswith(b"{") else {}
    return got if isinstance(got, dict) else {}


def urls(body: dict[str, Any]) -> list[str]:
    output = body.get("output")
    items = output if isinstance(output, list) else []
    content = [part for out in items for part in out["content"]]
    return [*(body.get("images") or ()), *(part["url"] for part in content if "url" in part)]


def run(send: Send, server: Simulator, count: int = 30, key: str = "alice") -> list[Response]:
    return list(calls(send, server, count, key))


def steps(answers: list[Response]) -> list[str | None]:
    return [answer.headers.get("X-Wanproof-Step") for answer in answers]


def test_the_same_seed_replays_it_to_the_byte(simulator: Make, send: Send) -> None:
    first, again = (run(send, simulator(chaos=Chaos(11, 0.4))) for _ in range(2))
    assert first == again
    assert steps(first) != steps(run(send, simulator(chaos=Chaos(12, 0.4))))


def test_every_answer_names_its_plan_step(simulator: Make, send: Send) -> None:
    answers = run(send, simulator(chaos=Chaos(11, 0.4)))
    assert len(answers) > 150
    assert all((step or "").startswith("chaos:11:0.4") for step in steps(answers))


def test_what_happens_is_what_the_step_says(simulator: Make, send: Send) -> None:
    answers = run(send, simulator(chaos=Chaos(11, 0.4)), count=60)
    for answer in answers:
        says = answer.headers.get("X-Wanproof-Step", "").partition(": ")[2]
        if says.isdigit():
            assert answer.status == int(says)
        cut = answer.delivery.cut
        assert (cut.value if cut else "") in says


@pytest.mark.parametrize(("rate", "low", "high"), [(0.0, 0, 0), (0.2, 20, 100), (1.0, 60, 999)])
def test_the_rate_says_how_much_goes_wrong(
    simulator: Make, send: Send, rate: float, low: int, high: int
) -> None:
    said = steps(run(send, simulator(chaos=Chaos(3, rate)), count=60))
    usual = [step for step in said if step and " ok " in step]
    odd = [step for step in said if step and " ok " not in step]
    assert low <= len(odd) <= high
    assert len(usual) > len(odd) or rate == 1


def test_one_tenants_chaos_does_not_depend_on_anothers(simulator: Make, send: Send) -> None:
    alone = run(send, simulator(chaos=Chaos(5, 0.5)), count=6)
    server = simulator(chaos=Chaos(5, 0.5))
    others = calls(send, server, 12, "bob")
    together = []
    for answer in calls(send, server, 6, "alice"):
        together.append(answer)
        next(others)
    assert [answer.body for answer in together] == [answer.body for answer in alone]


def test_a_chosen_scenario_is_stronger_than_chance(simulator: Make, send: Send) -> None:
    server = simulator(chaos=Chaos(5, 1.0))
    chosen = {"X-Wanproof-Scenario": "http-451"}
    answers = [send(server, "POST", MULE, EDIT, headers=chosen) for _ in range(5)]
    assert [answer.status for answer in answers] == [451] * 5
    assert steps(answers)[0] == "http-451 create 1: 451"
