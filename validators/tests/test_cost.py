"""What a payload costs, typed by hand: units times price, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from wan_validators import Report, lint
from wan_validators.catalog import catalog
from wan_validators.cost import estimate_cost
from wan_validators.outputs import Price
from wan_validators.source.json_pointer import MISSING

from .independent_fixtures import Golden, check_each, golden, limits, per_model

IMAGE = "https://example.com/a.jpg"
DEFAULT_TIER = "resolution is left out, and the default"
I2I, I2V, PLUS = "wan2.5-i2i-preview", "wan2.5-i2v-preview", "wan2.2-i2v-plus"


def edit(**more: Any) -> tuple[str, dict[str, Any]]:
    return I2I, {"prompt": "a cat", "images": [IMAGE], **more}


def film(model: str = I2V, **more: Any) -> tuple[str, dict[str, Any]]:
    return model, {"prompt": "a cat", "image": IMAGE, **more}


def chat(**parameters: Any) -> tuple[str, dict[str, Any]]:
    message = {"role": "user", "content": [{"text": "make it night"}, {"image": IMAGE}]}
    payload = {"model": "wan26_i2i", "input": {"messages": [message]}, "parameters": parameters}
    return "wan26_i2i", payload


def intl(**parameters: Any) -> tuple[str, dict[str, Any]]:
    given = {"prompt": "a cat", "images": [IMAGE]}
    model = "wan25_i2i_preview_intl"
    return model, {"model": model, "input": given, "parameters": parameters}


@pytest.mark.parametrize(
    ("given", "units", "low", "high"),
    [
        (edit(n=1), "1 image", "0.03", "0.03"),
        (edit(n=3), "3 images", "0.09", "0.09"),
        (edit(), "4 images", "0.12", "0.12"),
        (intl(n=2), "2 images", "0.06", "0.06"),
        (intl(), "4 images", "0.12", "0.12"),
        (chat(n=2), "2 images", "0.06", "0.06"),
        (chat(), "1 image", "0.03", "0.03"),
        (chat(enable_interleave=True), "1 to 5 images", "0.03", "0.15"),
        (chat(enable_interleave=True, max_images=3), "1 to 3 images", "0.03", "0.09"),
        (chat(enable_interleave=True, max_images=1), "1 image", "0.03", "0.03"),
        (film(duration=5), "5 seconds of video at 720P", "0.50", "0.50"),
        (film(duration=10, resolution="1080P"), "10 seconds of video at 1080P", "1.50", "1.50"),
        (film(resolution="480P"), "5 to 10 seconds of video at 480P", "0.25", "0.50"),
        (film(PLUS), "5 seconds of video at 1080P", "0.50", "0.50"),
        (film(PLUS, resolution="480P"), "5 seconds of video at 480P", "0.10", "0.10"),
    ],
)
def test_a_cost_is_units_times_price(
    given: tuple[str, Any], units: str, low: str, high: str
) -> None:
    model, payload = given
    cost = lint(payload, model).cost

    assert (cost.model, cost.units) == (model, units)
    assert (cost.low, cost.high) == (Decimal(low), Decimal(high))
    assert cost.is_known


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (edit(n=5), "n is not valid, and it decides on the cost"),
        (edit(n=None), "n is not valid, and it decides on the cost"),
        (edit(n="2"), "n is not valid, and it decides on the cost"),
        (chat(n=True), "n is not valid, and it decides on the cost"),
        (chat(enable_interleave="yes"), "enable_interleave is not valid, and it decides"),
        (chat(enable_interleave=True, max_images=9), "max_images is not valid, and it decides"),
        (film(duration=7), "duration is not valid, and it decides on the cost"),
        (film(resolution="720p"), "resolution is not valid, and it decides on the cost"),
        (film(PLUS, resolution="720P"), "resolution is not valid, and it decides on the cost"),
        ((I2I, []), "the payload is not a JSON object"),
        ((I2I, "{"), "the payload is not a JSON object"),
        ((None, {"model": "sora"}), "the model is not known"),
        (("wan26_i2i", {"parameters": "n=1"}), "enable_interleave is not valid"),
    ],
)
def test_a_cost_that_nobody_knows_is_not_zero(given: tuple[Any, Any], why: str) -> None:
    model, payload = given
    cost = lint(payload, model).cost

    assert (cost.low, cost.high, cost.is_known) == (None, None, False)
    assert why in str(cost)
    assert cost.as_dict()["high_usd"] is None


@pytest.mark.parametrize(("model", "payload"), [edit(n=2), film(duration=5), film(PLUS)])
def test_without_a_price_the_units_are_known_and_the_cost_is_not(model: str, payload: Any) -> None:
    cost = lint(payload, model).estimate_cost({})

    assert cost.units
    assert cost.high is None
    assert f"of {model}" in str(cost)
    assert "unknown cost: no price is known for a" in str(cost)


def test_a_price_list_without_the_tier_gives_no_cost() -> None:
    own = Price(usd={"480P": Decimal("0.01")}, source="a contract", on="", confidence="exact")
    model, payload = film(duration=5)

    assert not lint(payload, model).estimate_cost({I2V: own}).is_known
    model, payload = film(duration=5, resolution="480P")
    assert lint(payload, model).estimate_cost({I2V: own}).high == Decimal("0.05")


def test_a_default_that_is_the_cheapest_tier_needs_no_note() -> None:
    own = Price(usd={"720P": Decimal(1), "1080P": Decimal(2)}, source="", on="", confidence="")
    model, payload = film(duration=5)

    assert lint(payload, model).estimate_cost({I2V: own}).notes == ()


def test_a_tier_that_the_model_decides_on_has_a_range_of_costs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = next(spec for spec in catalog() if spec.id == I2V)
    undecided = tuple(
        replace(rule, default=MISSING) if rule.id == "resolution-tier" else rule
        for rule in spec.rules
    )
    monkeypatch.setattr("wan_validators.cost.find", lambda name: replace(spec, rules=undecided))
    cost = estimate_cost(I2V, film(duration=5)[1])

    assert cost.units == "5 seconds of video at 480P or 720P or 1080P"
    assert (cost.low, cost.high) == (Decimal("0.25"), Decimal("0.75"))
    assert cost.notes == (
        "resolution is left out, and no default is documented: 480P or 720P or 1080P",
    )


@pytest.mark.parametrize(
    ("given", "notes"),
    [
        (edit(), ["n is left out, and the default makes and bills 4 images"]),
        (edit(n=4), []),
        (
            chat(enable_interleave=True),
            ["max_images is left out, and the default makes and bills up to 5 images"],
        ),
        (chat(), []),
        (
            film(PLUS, duration=5),
            [f"{DEFAULT_TIER} 1080P costs 0.10 USD a second; 480P costs 0.02 USD"],
        ),
        (
            film(resolution="480P"),
            ["duration is left out, and no default is documented: 5 or 10 seconds"],
        ),
        (film(PLUS, resolution="480P"), []),
        (film(resolution="1080P", duration=10), []),
    ],
)
def test_a_default_that_costs_more_than_the_least_is_named(
    given: tuple[str, Any], notes: list[str]
) -> None:
    model, payload = given
    assert list(lint(payload, model).cost.notes) == notes


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model, payload: {"model": model, "payload": payload},
        lambda model, payload: {"model": model, "input": [{"params": payload}]},
    ],
)
def test_the_cost_of_a_wrapped_payload_is_that_of_the_payload(wrap: Any) -> None:
    model, payload = intl(n=3)
    assert lint(wrap(model, payload)).cost.high == Decimal("0.09")


def test_text_has_the_cost_of_its_payload() -> None:
    model, payload = edit(n=2)
    assert lint('{"prompt": "a", "images": ["https://example.com/a.jpg"], "n": 2}', model).cost == (
        lint(payload, model).cost
    )


def test_a_report_made_by_hand_has_no_known_cost() -> None:
    assert not Report(None, []).cost.is_known


def test_an_estimate_names_its_price() -> None:
    model, payload = edit(n=1)
    assert lint(payload, model).cost.as_dict() == {
        "units": "1 image",
        "low_usd": "0.03",
        "high_usd": "0.03",
        "unknown": None,
        "notes": [],
        "price": {
            "usd": {"image": "0.03"},
            "source": "two public price lists of the upstream model, which agree",
            "on": "2026-10",
            "confidence": "medium",
        },
    }


@per_model(golden("valid"))
def test_every_valid_payload_has_a_cost(cases: list[Golden]) -> None:
    def check(case: Golden) -> None:
        cost = lint(case.text, case.model).cost
        priced = limits(case.vendor, case.model)["outputs"]["usd"]
        if "listed-by-the-api" in case.name or not priced:
            assert not cost.is_known
            assert "no price is known for a second at " in str(cost)
            return
        assert cost.low is not None
        assert cost.low > 0
        if cost.unknown:
            assert "at least" in str(cost)
            return
        assert cost.high is not None
        assert cost.low <= cost.high

    check_each(check, cases)


CAT, WALK = "https://example.com/cat.jpg", "https://example.com/walk.mp4"


def media(model: str, *items: tuple[str, str], **parameters: Any) -> tuple[str, dict[str, Any]]:
    array = [{"type": kind, "url": url} for kind, url in items]
    given = {"prompt": "a cat", "media": array}
    return f"dashscope/{model}", {"model": model, "input": given, "parameters": parameters}


def references(*urls: Any) -> tuple[str, dict[str, Any]]:
    given = {"prompt": "a cat", "reference_urls": [*urls]}
    return "dashscope/wan2.6-r2v", {"model": "wan2.6-r2v", "input": given}


@pytest.mark.parametrize(
    ("given", "low"),
    [
        (media("wan2.7-r2v", ("reference_video", WALK), duration=10), "1.50"),
        (media("wan2.7-i2v", ("first_clip", WALK), resolution="720P"), "0.50"),
        (media("wan2.7-videoedit", ("video", WALK), duration=2), "0.30"),
        (references(CAT, WALK), "0.75"),
        (references("oss://bucket/walk"), "0.75"),
        (references("https://[::1/walk.jpg"), "0.75"),
        (references(f"https://example.com/{'a' * 4096}.jpg"), "0.75"),
    ],
)
def test_the_seconds_of_input_videos_are_billed_and_not_known(given: Any, low: str) -> None:
    model, payload = given
    cost = estimate_cost(model, payload)

    assert (cost.low, cost.high, cost.is_known) == (Decimal(low), None, False)
    assert f"at least {low} USD: the seconds of input videos" in str(cost)
    assert cost.as_dict()["high_usd"] is None


@pytest.mark.parametrize(
    ("given", "usd"),
    [
        (media("wan2.7-r2v", ("reference_image", CAT), duration=10), "1.50"),
        (media("wan2.7-i2v", ("first_frame", CAT)), "0.75"),
        (references(CAT, "https://example.com/CAT.PNG?x=1", "data:image/png;base64,", 5), "0.75"),
        ((I2V, {"prompt": "a", "image": IMAGE, "duration": 5}), "0.50"),
        (("dashscope/wan2.7-i2v", {"model": "wan2.7-i2v", "input": {"media": 5}}), "0.75"),
    ],
)
def test_the_cost_of_a_video_from_images_is_known(given: Any, usd: str) -> None:
    model, payload = given
    cost = estimate_cost(model, payload)

    assert (cost.low, cost.high, cost.unknown) == (Decimal(usd), Decimal(usd), None)


def test_a_note_about_a_stream_is_no_note_about_costs() -> None:
    message = {"role": "user", "content": [{"text": "a story"}]}
    body = {"messages": [message]}
    payload = {"model": "wan2.6-image", "input": body, "parameters": {"enable_interleave": True}}
    report = lint(payload)

    assert {found.rule for found in report.findings} == {"stream-interleave", "max-images-default"}
    assert len(report.estimate_cost().notes) == 1
