"""Which hosts no proxy is asked for, as the environment says it to clients."""

from __future__ import annotations

import os

import pytest

from wan_mockserver.http.no_proxy import NAMES, bypass_proxy

LOW, UP = NAMES
HOST = "127.0.0.1"
BOTH = f"{HOST},localhost"


def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in NAMES if name in os.environ}


@pytest.mark.parametrize(
    ("before", "within"),
    [
        ({}, {LOW: BOTH, UP: BOTH}),
        ({LOW: "a.corp"}, {LOW: f"a.corp,{BOTH}", UP: f"a.corp,{BOTH}"}),
        ({UP: "a.corp"}, {LOW: f"a.corp,{BOTH}", UP: f"a.corp,{BOTH}"}),
        ({LOW: "a", UP: "b"}, {LOW: f"a,{BOTH}", UP: f"b,{BOTH}"}),
        ({LOW: ""}, {LOW: BOTH, UP: BOTH}),
        ({UP: "*"}, {LOW: "*", UP: "*"}),
    ],
)
def test_the_host_is_added_to_those_that_are_known_and_taken_out_again(
    before: dict[str, str], within: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in before.items():
        monkeypatch.setenv(name, value)
    with bypass_proxy(HOST):
        assert environment() == within
    assert environment() == before
