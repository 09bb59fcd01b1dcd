"""Models that take no image: described, linted and planned as the others are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from wan_mockserver.artefacts.plan import Film, Picture, plan
from wan_validators import model
from wan_validators.constraints.basic import OBJECT, Between, OneOf
from wan_validators.linter import find_findings
from wan_validators.outputs import Images, Price, Videos
from wan_validators.shared_rules import SEEDS, prompt, size
from wan_validators.spec import ModelSpec, Rule

VENDOR = model("wan2.5-i2i-preview").vendor
PRICE = Price(usd={"image": Decimal("0.03")}, source="invented", on="2026-11", confidence="none")

PICTURES = ModelSpec(
    id="invented-t2i",
    vendor=VENDOR,
    title="Images from text alone",
    source="invented",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 800),
        *size("/size", (768 * 768, 1440 * 1440)),
        Rule("n-range", "/n", Between(1, 4), default=1),
        Rule("seed-range", "/seed", SEEDS),
    ),
    outputs=Images(count="/n", size="/size", seed="/seed", price=PRICE),
)

FILMS = ModelSpec(
    id="invented-t2v",
    vendor=VENDOR,
    title="Videos from text alone",
    source="invented",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 800),
        Rule("resolution-tier", "/resolution", OneOf(("480P", "720P")), default="720P"),
        Rule("duration-choice", "/duration", OneOf((5, 10))),
        Rule("seed-range", "/seed", SEEDS),
    ),
    outputs=Videos(
        resolution="/resolution", duration="/duration", seed="/seed", seconds=5, fps=24, price=PRICE
    ),
)


@pytest.mark.parametrize("spec", [PICTURES, FILMS])
@pytest.mark.parametrize(
    ("payload", "rules"),
    [
        ({"prompt": "a cat"}, []),
        ({"prompt": "a cat", "seed": -1}, ["seed-range"]),
        ({"prompt": "a cat", "images": ["https://example.com/a.png"]}, ["unknown-member"]),
        ({}, ["prompt-type"]),
    ],
)
def test_their_payloads_are_linted(
    spec: ModelSpec, payload: dict[str, Any], rules: list[str]
) -> None:
    assert [finding.rule for finding in find_findings(spec, payload)] == rules


def test_images_without_a_size_are_square() -> None:
    made = plan(PICTURES, {"prompt": "a cat", "n": 2}, seed=7)

    assert made.parts == (Picture(1280, 1280, 7), Picture(1280, 1280, 8))


def test_images_have_the_size_that_is_asked_for() -> None:
    [picture] = plan(PICTURES, {"prompt": "a cat", "size": "800*1200"}, seed=7).parts

    assert picture == Picture(800, 1200, 7)


def test_videos_are_sixteen_to_nine() -> None:
    [film] = plan(FILMS, {"prompt": "a cat"}, seed=7).parts

    assert film == Film(1280, 720, 5, 24, audio=False, seed=7)
