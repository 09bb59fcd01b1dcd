"""Price lists: the tables' own, and a file's in their place."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from wan_mockserver.artefacts.plan import cost, plan
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators import lint
from wan_validators.catalog import catalog
from wan_validators.field_types import InvalidField
from wan_validators.prices import load_shipped_prices, read_prices
from wan_validators.spec import ModelSpec
from wan_validators.wrappers import unwrap_all

LIST = """
["wan2.5-i2i-preview"]
usd = {image = "0.025"}
source = "our contract"
on = "2026-11-01"
confidence = "exact"

["wan2.5-i2v-preview"]
usd = {"720P" = 0.08}
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a price list."""

    def written(text: str) -> Path:
        path = tmp_path / "prices.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_every_shipped_price_has_a_source_a_date_and_a_confidence() -> None:
    assert load_shipped_prices().keys() == {spec.id for spec in catalog()}
    for price in load_shipped_prices().values():
        assert price.source
        assert price.confidence
        assert price.on.startswith("2026-")


def test_a_file_replaces_the_prices_of_its_models(file: Callable[[str], Path]) -> None:
    prices = read_prices(file(LIST))
    own = prices["wan2.5-i2i-preview"]
    assert own.usd == {"image": Decimal("0.025")}
    assert (own.source, own.on, own.confidence) == ("our contract", "2026-11-01", "exact")
    assert prices["wan2.5-i2v-preview"].usd == {"720P": Decimal("0.08")}
    assert prices["wan2.5-i2v-preview"].source == "prices.toml"
    assert prices["wan26_i2i"] == load_shipped_prices()["wan26_i2i"]


def test_the_ledger_uses_the_prices_of_the_file(
    simulator: Callable[..., Simulator],
    send: Callable[..., Response],
    file: Callable[[str], Path],
) -> None:
    mock = Mock(simulator(prices=read_prices(file(LIST)), lifecycle=Polls(0)))
    path = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
    edit = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 3}
    task = json.loads(send(mock, "POST", path, edit).body)["task_info"]["id"]
    send(mock, "GET", f"{path}/{task}")
    assert mock.ledger().total_usd == Decimal("0.075")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("= 1", "is not valid TOML"),
        ('["wan2.5-i2i-prevew"]', "did you mean wan2.5-i2i-preview?"),
        ("[sora]", "there is no model 'sora'; allowed: wan2.2-i2v-plus"),
        ("wan26_i2i = 1", 'a table with the member usd, such as usd = {image = "0.05"}'),
        ("[wan26_i2i]", "wan26_i2i: the member usd is missing: such as usd = {image"),
        ("[wan26_i2i]\nusd = 1", "wan26_i2i.usd: 1 is not valid; allowed: a table"),
        ("[wan26_i2i]\nusd = {}\neur = 1", "there is no member 'eur'; allowed: usd, source"),
        (
            "[wan26_i2i]\nusd = {second = 1}",
            "wan26_i2i.usd: there is no unit 'second'; allowed: image",
        ),
        ('["wan2.5-i2v-preview"]\nusd = {image = 1}', "allowed: 480P, 720P, 1080P"),
        (
            "[wan26_i2i]\nusd = {image = -1}",
            "usd.image: -1 is not valid; allowed: an amount in USD",
        ),
        (
            '[wan26_i2i]\nusd = {image = "much"}',
            "'much' is not valid; allowed: an amount in USD, such as",
        ),
        ("[wan26_i2i]\nusd = {image = true}", "true is not valid; allowed: an amount"),
        ("[wan26_i2i]\nusd = {image = nan}", "nan is not valid; allowed: an amount"),
    ],
)
def test_an_error_in_a_list_names_its_place(
    file: Callable[[str], Path], text: str, says: str
) -> None:
    with pytest.raises(InvalidField) as error:
        read_prices(file(text))
    assert says in str(error.value)
    assert "prices.toml" in str(error.value)


def test_a_file_that_is_not_text_is_rejected(file: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidField, match=r"prices\.toml is not valid TOML"):
        read_prices(tmp_path / "prices.toml")


PAYLOADS = Path(__file__).parents[2] / "fixtures/payloads"


@pytest.mark.parametrize("spec", catalog(), ids=lambda spec: spec.id)
def test_the_mock_charges_what_the_linter_estimates(spec: ModelSpec) -> None:
    files = sorted((PAYLOADS / spec.vendor.name / spec.name / "valid").glob("*.json"))
    assert files
    for file, seed in product(files, range(3)):
        report = lint(file.read_bytes(), spec.qualified_name)
        payload, _ = unwrap_all(spec, report.payload)
        charged = cost(spec.outputs.price, plan(spec, payload, seed))

        low, high = report.cost.low, report.cost.high
        if low is not None and high is None:
            # Seconds of input videos are billed, too, and not known.
            assert charged is not None, file.name
            assert charged >= low, file.name
            assert "at least" in str(report.cost), file.name
        elif low is None or high is None or charged is None:
            assert (low, high, charged) == (None, None, None), file.name
            assert "no price is known" in str(report.cost), file.name
        else:
            assert low <= charged <= high, file.name
