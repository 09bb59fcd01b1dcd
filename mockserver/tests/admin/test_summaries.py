"""Checks and the ledger of what stores keep at hand say the same as those of whole values."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from wan_mockserver.admin import query_routes
from wan_mockserver.admin.verify import CHECKS
from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
from wan_mockserver.scenarios.chaos import Chaos
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores.memory import MAX_UNPACKED
from wan_mockserver.state.stores.packed_values import PackedValues

CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
PAYLOADS: list[dict[str, Any]] = [
    {"prompt": "x", "images": ["https://example.com/a.jpg"]},
    {"prompt": "x", "images": ["https://example.com/a.jpg"], "seed": -1},
]
ARGUMENTS = {
    **dict.fromkeys(("creates", "polls", "downloads", "tasks"), 1),
    "polls_per_task_at_most": 2,
    "polls_no_faster_than": 5,
    "no_create_after": 429,
    "usd_at_most": "0.01",
}
UNPACKED_BY_ONE = 2
"""A task and an exchange, at most."""


def serve(**options: Any) -> httpx.Client:
    artefacts = Artefacts(make_file=lambda _: b"file")
    mock = Mock(
        Simulator(clock=ManualClock(), listener=lambda _: None, artefacts=artefacts, **options)
    )
    headers = {"Authorization": "Bearer key"}
    return httpx.Client(transport=WanTransport(mock), base_url=BASE_URL, headers=headers)


def use(http: httpx.Client, nth: int) -> None:
    """Creates a task, polls it, and downloads its files, as far as faults allow it."""
    try:
        answer = http.post(CREATE, json=PAYLOADS[nth % 7 == 0]).json()
        for _ in range(4):
            task = http.get(f"{CREATE}/{answer['task_info']['id']}").json()
        for url in task.get("images", ()):
            http.get(url)
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
        """A fault of the scenario."""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_check_says_the_same_of_summaries(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    http = serve(chaos=Chaos(seed=seed, rate=0.7))
    for nth in range(40):
        use(http, nth)
    body = {"checks": [{name: ARGUMENTS.get(name, True)} for name in CHECKS]}
    whole = http.post("/_wanproof/verify", json=body).json()
    monkeypatch.setattr(query_routes, "MAX_NAMED", 0)
    assert http.post("/_wanproof/verify", json=body).json() == whole
    assert len(whole["requests"]) > 50
    assert sum(not result["passed"] for result in whole["results"]) > len(CHECKS) / 2


def test_what_has_not_changed_is_not_unpacked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    http = serve()
    for nth in range(MAX_UNPACKED):
        use(http, nth)
    monkeypatch.setattr(query_routes, "MAX_NAMED", 0)
    unpacked: list[str] = []
    usual = PackedValues.read

    def read(packed: PackedValues, *keys: str) -> list[Any]:
        unpacked.extend(keys)
        return usual(packed, *keys)

    monkeypatch.setattr(PackedValues, "read", read)
    body = {"checks": [{"no_duplicate_charges": True}, {"no_create_after": 429}]}
    counts = []
    for _ in range(2):
        unpacked.clear()
        ledger = http.get("/_wanproof/ledger").json()
        verdict = http.post("/_wanproof/verify", json=body).json()
        counts.append(len(unpacked))
    assert verdict["passed"]
    assert counts[0] > MAX_UNPACKED
    assert counts[1] == 0
    http.get(f"{CREATE}/{ledger['entries'][0]['task']}")
    unpacked.clear()
    assert http.get("/_wanproof/ledger").json() == ledger
    http.post("/_wanproof/verify", json=body).raise_for_status()
    assert len(unpacked) <= UNPACKED_BY_ONE
