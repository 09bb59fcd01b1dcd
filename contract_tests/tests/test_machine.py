"""Compares the mock server with a model of it in long random histories."""

from __future__ import annotations

from itertools import cycle
from typing import Any, Final

import pytest
from hypothesis import settings

from hypothesis_profiles import examples
from machine import Machine
from machine_draws import KEYS, Client, Order, Ticket
from machine_model import (
    DAY,
    SCENARIOS,
    START,
    WINDOW,
)
from wan_validators.catalog import list_default_models

MODELS: Final = {spec.id: spec for spec in list_default_models()}


TestServer = Machine.TestCase


TestServer.settings = settings(examples(6), stateful_step_count=50)


def by_hand(model: str, payload: dict[str, Any], fault: str | None = None) -> Order:
    spec = MODELS[model]
    named = {"model": model} if spec.vendor.name == "vtrix" else {}
    return Order(spec, {**named, **payload}, fault)


URL: Final = "https://example.com/a.jpg"


CONTENT: Final = {"messages": [{"role": "user", "content": [{"text": "a hill"}, {"image": URL}]}]}


BY_HAND: Final = (
    by_hand("wan2.2-i2v-plus", {"prompt": "a hill", "image": URL}),
    by_hand("wan2.5-i2i-preview", {"prompt": "a hill", "images": [URL]}),
    by_hand(
        "wan2.5-i2v-preview",
        {"prompt": "a hill", "image": URL, "duration": 10, "resolution": "480P"},
    ),
    by_hand("wan25_i2i_preview_intl", {"input": {"prompt": "a hill", "images": [URL]}}),
    by_hand("wan26_i2i", {"input": CONTENT, "parameters": {"n": 2}}),
    by_hand("wan26_i2i", {"input": CONTENT, "parameters": {"n": 9}}, "001021011"),
    by_hand("wan26_i2i", {"input": CONTENT, "parameters": {"enable_interleave": True}}),
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_from_create_to_the_expiry_of_its_files(scenario: str) -> None:
    """Systematic, because chance may miss limits: the machine's rules to the second."""
    machine = Machine()
    tickets: list[Ticket] = []
    thrice, once = Client(3, polls=0, gone=False), Client(1, polls=0, gone=False)
    chosen = cycle((machine.create_by_header, machine.create_by_key))
    clients = [*zip(BY_HAND, cycle(KEYS), chosen, strict=False)]

    for order, tenant, create in clients:
        machine.arm(scenario, tenant, 2)
        tickets += machine.create(tenant, order, thrice).values
        tickets += create(tenant, order, thrice, scenario).values
    for ticket in tickets:
        machine.poll_as_another(ticket)
    for spec in list_default_models():
        machine.poll_at_any_model(tickets[0], spec)
    for seconds in (60, 60, 479, 1, 1, DAY - 601, 1, 598, 1, 1):
        machine.wait(seconds)
        if machine.model.now == START + WINDOW:  # polled a second later: what is over was before
            for order, tenant, create in clients:
                create(tenant, order, once, scenario)
            continue
        for ticket in tickets:
            machine.poll(ticket, 1)
        for told in machine.told():
            machine.downloaded(*told, "GET")
        machine.books_agree()
    machine.arm(scenario, clients[0][1], 1)
    machine.forget(clients[0][1])
    for order, tenant, create in clients:
        machine.create(tenant, order, once)
        create(tenant, order, once, scenario)
        machine.books_agree()
