"""Mistakes in a table are rejected on load, with a message about what to do."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from wan_validators import UnknownModel, catalog, model
from wan_validators.ambiguity import Ambiguity
from wan_validators.catalog import list_all_specs, models_of, restrict, suggest_model, vendors
from wan_validators.constraints.basic import BOOLEAN, OBJECT, STRING, Absent
from wan_validators.rejection import find_status_phrase
from wan_validators.spec import Equals, ModelSpec, Rule
from wan_validators.spec_loading import _spec

FLAG = Equals("/flag", value=True, default=False)
BODY = Rule("payload-type", "", OBJECT)


def spec(*rules: Rule, **more: Any) -> ModelSpec:
    return replace(model("wan26_i2i"), rules=(BODY, *rules), ambiguities=(), **more)


def test_the_first_rule_for_a_pointer_has_no_condition() -> None:
    with pytest.raises(ValueError, match=r"/flag .* first rule without a condition"):
        spec(Rule("flag-mode", "/flag", Absent(), when=FLAG))


def test_a_pointer_needs_a_rule_for_its_container() -> None:
    with pytest.raises(ValueError, match="/a/b and the pointer above it each need a first rule"):
        spec(Rule("b-type", "/a/b", STRING))


def test_duplicate_rules_are_rejected() -> None:
    with pytest.raises(ValueError, match=r"two rules for .*flag-type"):
        spec(Rule("flag-type", "/flag", BOOLEAN), Rule("flag-type", "/flag", STRING))


def test_the_same_rule_may_occur_once_for_each_condition() -> None:
    row = Rule("flag-mode", "/flag", Absent(), when=FLAG)

    both = spec(Rule("flag-type", "/flag", BOOLEAN), row, replace(row, when=~FLAG))

    assert [rule.id for rule in both.rules] == ["payload-type", "flag-type", *["flag-mode"] * 2]


def test_an_ambiguity_names_existing_rules() -> None:
    with pytest.raises(ValueError, match=r"ambiguities name unknown rules: \['size-format'\]"):
        replace(spec(), ambiguities=(Ambiguity("a", ("b", "c"), "b", rules=("size-format",)),))


def test_only_a_boolean_condition_can_be_inverted() -> None:
    assert Equals("/flag", value=False, default=False) == ~FLAG
    with pytest.raises(TypeError, match="only a condition with a boolean value can be inverted"):
        ~Equals("/n", value=2, default=1)


@pytest.mark.parametrize(
    ("given", "met"), [(True, True), (False, False), (1, False), ("true", False), (None, False)]
)
def test_a_condition_takes_nothing_for_a_flag_but_a_flag(given: Any, met: bool) -> None:  # noqa: FBT001
    assert FLAG.is_satisfied_by(given) is met


def test_rules_are_found_by_their_ids() -> None:
    assert model("wan26_i2i").rule("unknown-member").pointer == ""
    with pytest.raises(LookupError, match="wan26_i2i has no rule 'n-rnage'"):
        model("wan26_i2i").rule("n-rnage")


def test_a_value_that_is_null_or_absent_is_the_default() -> None:
    table = model("wan2.5-i2i-preview")

    assert table.value({"size": None}, "/size") == "1280*1280"
    assert table.value({"size": "800*1200"}, "/size") == "800*1200"
    assert repr(table.value({}, "/seed")) == "MISSING"


def test_models_are_found_by_name_and_in_paths_and_urls() -> None:
    wanted = model("wan2.5-i2v-preview")
    path = "/vendors/alibaba/v1/wan2.5-i2v-preview/generation"

    assert model(path) is wanted
    assert model(f"https://api.example.com{path}?a=b") is wanted
    with pytest.raises(UnknownModel, match=r"'wan2.5-i2v'; did you mean wan2\.5-i2v-preview\?"):
        model("wan2.5-i2v")
    with pytest.raises(UnknownModel, match=r"known models: wan2\.2-i2v-plus, "):
        model("veo")
    with pytest.raises(UnknownModel, match="wanproof knows no model"):
        model("/vendors/alibaba/v1/veo/generation")


def test_a_path_of_a_model_without_a_table_names_the_model() -> None:
    with pytest.raises(UnknownModel, match=r"MuleRouter has the model wan2\.1-vace-plus, but"):
        model("https://api.example.com/vendors/alibaba/v1/wan2.1-vace-plus/generation")


def test_few_of_many_models_are_suggested() -> None:
    assert suggest_model("veo").endswith(" more, which wanproof rules lists")
    with restrict("2026-10"):
        assert suggest_model("veo") == f"known models: {', '.join(each.id for each in catalog())}"


def test_every_model_belongs_to_one_vendor() -> None:
    assert [vendor.name for vendor in vendors()] == [
        *("mulerouter", "vtrix", "dashscope", "vtrix-queue")
    ]
    assert sorted(name for vendor in vendors() for name in models_of(vendor)) == sorted(
        table.name for table in list_all_specs()
    )


def test_the_text_about_a_model_without_a_table_names_it_and_its_vendor() -> None:
    for vendor in vendors():
        for name in vendor.other_models:
            text = vendor.describe_unmodelled(name)
            assert text.startswith(f"{vendor.title} has the model {name}, but ")
            assert suggest_model(f"{vendor.name}/{name.upper()}") == text
            assert name not in models_of(vendor)


def test_ids_are_names_or_names_with_the_vendor() -> None:
    assert len({table.id for table in catalog()}) == len(catalog())
    assert all(table.id in (table.name, table.qualified_name) for table in catalog())


def test_a_module_in_models_must_define_a_spec() -> None:
    with pytest.raises(TypeError, match="must define SPEC, a ModelSpec"):
        _spec(ModuleType("wan_validators.models.empty"))


@pytest.mark.parametrize(
    ("status", "phrase"),
    [(503, "Service Unavailable"), (524, "A Timeout Occurred"), (599, "Unknown Status")],
)
def test_every_status_has_a_phrase(status: int, phrase: str) -> None:
    assert find_status_phrase(status) == phrase


def test_a_model_with_a_table_is_not_listed_as_one_without() -> None:
    for vendor in vendors():
        names = {name for spec in models_of(vendor).values() for name in spec.names}

        assert names & {*vendor.other_models} == set()


def test_a_further_name_means_the_same_table() -> None:
    table = model("dashscope/wanx2.1-kf2v-plus")

    assert table.names == ("wanx2.1-kf2v-plus", "wan2.1-kf2v-plus")
    assert model("wanx2.1-kf2v-plus") is table
    assert model("dashscope/wan2.1-kf2v-plus") is table
    assert model("wan2.1-kf2v-plus") is model("mulerouter/wan2.1-kf2v-plus")


@pytest.mark.parametrize(
    ("name", "payload", "is_fixed"),
    [
        ("wan2.5-i2v-preview", {}, True),
        ("wan26_i2i", {"parameters": {"enable_interleave": True}}, False),
        ("wan26_i2i", {"parameters": {"n": 2}}, True),
        ("dashscope/wan2.7-image", {"parameters": {"enable_sequential": True}}, False),
    ],
)
def test_the_number_of_images_may_be_an_upper_bound(
    name: str, payload: dict[str, Any], *, is_fixed: bool
) -> None:
    assert model(name).has_fixed_count(payload) is is_fixed
