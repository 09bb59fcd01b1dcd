"""Tests the payloads of the systematic cases."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from representative_models import REPRESENTATIVE_PARAMS, REPRESENTATIVES
from wan_contracts.cases import systematic
from wan_contracts.cases.case import Case
from wan_contracts.cases.systematic import find_supported_case, iter_systematic_cases
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.cases.varied_payloads import build_varied_payload
from wan_validators import lint
from wan_validators.catalog import catalog, model
from wan_validators.constraints.basic import Undocumented
from wan_validators.outputs import TIERS
from wan_validators.source.json_pointer import ANY, MISSING, parse, value


@pytest.mark.parametrize("edges", [True, False])
@pytest.mark.parametrize("spec", REPRESENTATIVE_PARAMS)
def test_systematic_cases_include_every_member_and_no_optional_member(
    spec: Any, edges: Any
) -> None:
    cases = iter_systematic_cases([spec], VIRTUAL, everywhere=True, edges=edges)
    usual = list(itertools.takewhile(lambda case: case.scenario == "ok", cases))
    texts = [json.dumps(case.payload) for case in usual[:-1]]
    paths = {rule.path for rule in spec.rules if rule.path and {*rule.path}.isdisjoint({ANY, 0})}
    written = {path for path in paths if not _is_undocumented(spec, path)}
    missing = [{path for path in written if _is_absent(case, path)} for case in usual]

    assert all(lint(case.payload, spec.qualified_name).valid for case in usual)
    never_together = {path for path in written if path[-1] == "max_images"}
    assert any(absent <= never_together for absent in missing)
    mandatory = {rule.path for rule in spec.rules if rule.is_mandatory}
    assert any(written - mandatory <= absent for absent in missing)
    has_urls = any(rule.id in {"image-source", "audio-source"} for rule in spec.rules)
    of_urls = ("%2B", "?Expires=", "B") if has_urls else ()
    signs = (r"\r\n", r"\u201c", r"e\u0301", r"\ud83c", r'": " ', r' \n"', *of_urls)
    assert any(all(sign in text for sign in signs) for text in texts)


@pytest.mark.parametrize("edges", [True, False])
def test_systematic_cases_include_choices_zeros_and_repeated_images(
    edges: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # They are not valid, and to find them for all models takes long.
    monkeypatch.setattr(systematic, "find_fault_payloads", lambda spec: ())
    cases = list(iter_systematic_cases(catalog(), VIRTUAL, everywhere=False, edges=edges))

    def values(pointer: str) -> list[Any]:
        return [value(case.payload, parse(pointer)) for case in cases]

    assert {"480P", "720P", "1080P"} <= {each for each in values("/resolution") if each in TIERS}
    assert {5, 10} <= {each for each in values("/duration") if type(each) is int}
    assert values("/seed").count(0) >= 3
    twice = [["https://example.com/1"] * 2]
    assert [each for each in values("/images") if each in twice]
    contents = [case.payload for case in cases if json.dumps(case.payload).count('/1"}') == 2]
    assert any(case.get("model") == "wan26_i2i" for case in contents)


def test_an_empty_array_gets_no_item_and_a_missing_one_does() -> None:
    plain: dict[str, Any] = {"prompt": "night", "images": []}
    spec = model("wan2.5-i2i-preview")

    assert build_varied_payload(spec, plain) == plain
    assert build_varied_payload(spec, {"prompt": "night"})["images"]


def test_scenarios_and_limits_are_for_one_model_of_each_shape() -> None:
    cases = list(iter_systematic_cases(catalog(), VIRTUAL, everywhere=True, edges=True))
    representatives = {spec.id for spec in REPRESENTATIVES}
    others = {spec.id for spec in catalog()} - representatives

    assert others >= {"wan2.6-t2i", "wan2.6-image", "wan2.6-t2v", "wan2.6-i2v", "wan2.2-i2v-flash"}
    assert {case.model_id for case in cases if case.scenario != "ok"} <= representatives
    for name in others:
        payloads = [case.payload for case in cases if case.model_id == name]
        assert len([each for each in payloads if lint(each, name).valid]) in (2, 3), name
        assert len([each for each in payloads if not lint(each, name).valid]) > 8, name


def test_a_scenario_of_a_declined_model_is_for_another_model_of_its_vendor() -> None:
    case = Case("wan2.5-t2i-preview", {"prompt": "a"}, "poll-500")
    declined = {"wan2.5-t2i-preview", "wan2.2-i2v-plus"}

    def find(specs: Any, case: Case = case) -> Case | None:
        return find_supported_case(case, specs, declined, VIRTUAL)

    supported = find(catalog())
    assert supported is not None
    assert supported.model_id == "wan2.5-i2i-preview"
    assert supported.scenario == "poll-500"
    assert lint(supported.payload, supported.model_id).valid
    assert find_supported_case(case, catalog(), (), VIRTUAL) is case
    assert find([model("wan26_i2i")]) is None
    assert find(catalog(), Case("wan2.5-t2i-preview", {"prompt": "a"})) is None


def _is_absent(case: Case, path: tuple[Any, ...]) -> bool:
    return value(case.payload, path) is MISSING


def _is_undocumented(spec: Any, path: tuple[Any, ...]) -> bool:
    rules = [rule for rule in spec.rules if rule.path == path]
    return any(isinstance(rule.constraint, Undocumented) for rule in rules)


@pytest.mark.parametrize("name", ["split-output", "unsorted-names"])
def test_the_order_of_results_is_changed_where_there_are_several(name: str) -> None:
    specs = [model(each) for each in ("wan25_i2v_preview_intl", "wan26_i2i")]
    film = Case(specs[0].id, {}, name)

    every = iter_systematic_cases(specs, VIRTUAL, everywhere=True, edges=False)
    first = next(case for case in every if case.scenario == name)
    declined = Case("wan25_i2i_preview_intl", {}, name)
    other = find_supported_case(declined, specs, {declined.model_id}, VIRTUAL)
    alone = find_supported_case(film, specs[:1], (), VIRTUAL)

    assert other is not None
    assert [first.model_id, other.model_id] == ["wan26_i2i", "wan26_i2i"]
    assert alone == film
