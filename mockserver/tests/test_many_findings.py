"""A create with more findings than anyone reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wan_mockserver.http.messages import Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.context import MAX_FINDINGS_KEPT
from wan_mockserver.simulator.simulator import Simulator

PATH = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
HEADER = "X-Wanproof-Findings"

Send = Callable[..., Response]
Make = Callable[..., Simulator]


def edit(*images: Any) -> dict[str, Any]:
    return {"prompt": "x", "images": [*images], "size": "768*768", "n": 9}


def test_errors_that_are_not_listed_count(simulator: Make, send: Send) -> None:
    mock = Mock(simulator())
    few = send(mock, "POST", PATH, edit(*["no.png"] * 300))
    many = send(mock, "POST", PATH, edit(*[1] * 100_000))
    notes = [entry.findings for entry in mock.journal()]

    assert few.headers[HEADER] == "302"
    assert int(many.headers[HEADER]) > 1000
    assert [len(each) for each in notes] == [MAX_FINDINGS_KEPT + 1] * 2
    assert all("n-range" in [note.rule for note in each] for each in notes)
    assert notes[0][-1].message.startswith("and 202 more findings; `wanproof lint` lists more")
    assert notes[1][-1].message.startswith("and at least 1,")


def test_warnings_that_are_not_listed_do_not_count_as_errors(simulator: Make, send: Send) -> None:
    mock = Mock(simulator())
    strays = {f"stray{number}": number for number in range(5000)}
    answer = send(mock, "POST", PATH, edit("https://example.com/a.jpg") | strays)

    assert answer.headers[HEADER] == "1"
    assert mock.journal()[0].findings[-1].message.startswith("and 4,901 more findings; ")
