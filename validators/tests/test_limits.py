"""The tables beside the limits that were typed by hand from each model's page.

Each row of a table is turned into the plain form of ``fixtures/limits``, and the two sets of
rows must be the same. The table below is keyed on the class of the check, and knows no limit.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from wan_validators import error_codes
from wan_validators.catalog import catalog, model
from wan_validators.constraints import basic as c
from wan_validators.constraints import items as i
from wan_validators.constraints import media as m
from wan_validators.constraints import relations as r
from wan_validators.constraints import size as s
from wan_validators.constraints import text as t
from wan_validators.outputs import Images, Outputs
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import Equals, ModelSpec, Rule, Severity

from . import independent_fixtures

Plain = dict[str, Any]

KINDS = {dict: "object", list: "array", str: "string", bool: "boolean"}
FILES = {m.IMAGE_VIEW: "image", m.AUDIO_VIEW: "audio", m.MEDIA_VIEW: "media"}


def is_(words: str) -> Callable[[Any], Plain]:
    return lambda _: {"is": words}


def type_count(count: i.TypeCount) -> str:
    low, high = count.low, count.high
    number = f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"
    return f"{count.name} {number}"


def tokens(check: Any) -> Plain:
    return {"tokens": list(check.tokens)} if check.tokens else {}


def item_of(check: Any) -> str:
    name = getattr(check, "name", None)
    return f"{check.array} {check.member}" + (f" {name}" if name else "")


def limit_of(check: Any) -> Plain:
    return PLAIN[type(check)](check)


PLAIN: Mapping[type, Callable[[Any], Plain]] = {
    c.JsonType: lambda check: {"is": KINDS[check.type]},
    c.Anything: is_("given"),
    c.Absent: is_("absent"),
    c.OneOf: lambda check: {"values": list(check.values)},
    c.Between: lambda check: {"integer": [check.low, check.high]},
    c.BetweenIf: lambda check: {
        "integer": [check.inner.low, check.inner.high],
        "of": [check.outer.low, check.outer.high],
    },
    c.Text: lambda check: {"characters": [check.low, check.high]},
    c.NotBlank: lambda check: {"not": [text for text in ("", " ") if not check.is_satisfied(text)]},
    c.Items: lambda check: {"items": [check.low, check.high]},
    c.ObjectCount: lambda check: {"objects": [check.low, check.high], "with": check.key},
    c.MutuallyExclusive: lambda check: {"one-of": list(check.keys)},
    i.TypeSets: lambda check: {"sets": [[*map(type_count, each)] for each in check.sets]},
    i.UrlOnly: lambda check: {"url-only": list(check.types)},
    i.VideoUrls: lambda check: {"videos": [0, check.high]},
    i.Percentage: is_("percentage with two decimals"),
    i.PercentageSum: lambda check: {"sum": "100.00%", "of-each": check.member},
    r.LimitWithItem: lambda check: {
        "with-any": item_of(check),
        "limit": limit_of(check.inner),
        "of": limit_of(check.outer),
    },
    r.EntryPerItem: lambda check: {"one-for-each": item_of(check)} | limit_of(check.items),
    s.AdvisedPixels: lambda check: {
        "advised-pixels": [check.low, check.high],
        "usual": list(check.usual),
    },
    m.Aspect: lambda check: {"aspect": ["{}:{}".format(*check.low), "{}:{}".format(*check.high)]},
    c.KnownMembers: lambda check: {"members": sorted(check.known)},
    c.Undocumented: is_("absent"),
    t.Filled: is_("filled in"),
    t.Undamaged: is_("undamaged"),
    m.AddressesFile: is_("not seen to be something else"),
    s.TwoPartSize: lambda check: {"is": "two parts around *"} | tokens(check),
    s.Size: lambda check: {"is": "two integers around *"} | tokens(check),
    s.Pixels: lambda check: {"pixels": [check.low, check.high]} | tokens(check),
    s.Ratio: lambda check: (
        {"ratio": ["{}:{}".format(*check.low), "{}:{}".format(*check.high)]} | tokens(check)
    ),
    m.Reference: lambda check: {
        "is": "URL"
        + (", " if check.data else " or ") * check.oss
        + "oss://" * check.oss
        + " or data URI" * check.data
    },
    m.Reachable: is_("reachable"),
    m.Prefixed: is_("prefixed"),
    m.Base64: is_("base64"),
    m.Complete: is_("complete"),
    m.Declared: is_("declared type"),
    m.Opaque: lambda check: {"opaque": list(check.formats)},
    m.Format: lambda check: {"formats": list(check.names)},
    m.Dimensions: lambda check: {"sides": [check.low, check.high]},
    m.FileSize: lambda check: {"bytes": check.high},
    m.Duration: lambda check: {"seconds": [check.low, check.high]},
    m.PaddedDuration: lambda check: {"padded-seconds": check.high},
}


def plain(rule: Rule) -> Plain:
    """A row of a table in the form of ``fixtures/limits``; what is usual is left out."""
    row: Plain = {
        "id": rule.id,
        "at": rule.pointer,
        **PLAIN[type(rule.constraint)](rule.constraint),
    }
    if rule.constraint.view in FILES:
        row["file"] = FILES[rule.constraint.view]
    if rule.severity is not Severity.ERROR:
        row["severity"] = str(rule.severity)
    if rule.when is not None:
        row["when"] = condition(rule.when)
    if rule.default is not MISSING:
        row["default"] = rule.default
    return row | {
        name: value
        for name, value in (
            ("code", rule.code),
            ("required", rule.required),
            ("nullable", rule.nullable),
            ("says", rule.message),
        )
        if value not in (None, False)
    }


def condition(when: Equals) -> str:
    return f"{when.pointer} is {json.dumps(when.value)}, by default {json.dumps(when.default)}"


def typed(row: Plain) -> Plain:
    """A row of ``fixtures/limits`` with the message that its code stands for."""
    message = (
        {"says": independent_fixtures.codes()["payload"][row["code"]]} if "code" in row else {}
    )
    names = {"members": sorted(row["members"])} if "members" in row else {}
    return row | message | names


def keyed(rows: list[Plain]) -> dict[tuple[str, str, str], str]:
    """Rows by what names them, each as JSON, so that 1, 1.0 and true are not the same."""
    keys = [(row["id"], row["at"], row.get("when", "")) for row in rows]
    assert len(set(keys)) == len(keys)
    return {key: json.dumps(row, sort_keys=True) for key, row in zip(keys, rows, strict=True)}


def outputs(made: Outputs) -> Plain:
    fields: Plain = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(made).items()
        if value
    }
    price = fields.pop("price")
    usd = {unit: str(amount) for unit, amount in price["usd"].items()}
    return fields | {"makes": "images" if isinstance(made, Images) else "videos", "usd": usd}


def name(spec: ModelSpec) -> str:
    return spec.id


def page(spec: ModelSpec) -> dict[str, Any]:
    return independent_fixtures.limits(spec.vendor.name, spec.id)


SPECS = (*catalog(), model("vtrix-queue/wan25_i2i_preview_intl"))
"""All written tables, and one that is derived for flat payloads, which has pages of its own."""

every_model = pytest.mark.parametrize("spec", SPECS, ids=name)


@every_model
def test_the_table_has_the_rows_of_the_page_and_no_others(spec: ModelSpec) -> None:
    in_table = keyed([plain(rule) for rule in spec.all_rules])
    on_page = keyed([typed(row) for row in page(spec)["rules"]])

    assert in_table == on_page


@every_model
def test_what_a_model_makes_is_what_its_page_says(spec: ModelSpec) -> None:
    assert outputs(spec.outputs) == page(spec)["outputs"]


@every_model
def test_the_paths_are_those_of_the_page(spec: ModelSpec) -> None:
    paths = {"create": spec.create_path, "poll": spec.poll_path}

    assert paths == {at: page(spec)[at] for at in paths}
    assert spec.vendor.created_status == page(spec)["created_status"]


@every_model
def test_every_known_contradiction_is_recorded_as_a_doubt(spec: ModelSpec) -> None:
    for known in page(spec)["doubts"]:
        about = [
            " ".join((doubt.about, *doubt.interpretations, doubt.chosen))
            for doubt in spec.ambiguities
            if set(doubt.rules) == set(known["rules"])
        ]
        assert any(known["says"] in text for text in about), known


@every_model
def test_every_doubt_has_two_readings_and_a_decision(spec: ModelSpec) -> None:
    for doubt in spec.ambiguities:
        assert len(set(doubt.interpretations)) >= 2
        assert doubt.chosen
        assert doubt.rules


def test_every_page_has_a_table_and_every_table_a_page() -> None:
    pages = {(file.parent.name, file.stem) for file in independent_fixtures.LIMITS.glob("*/*.toml")}

    assert pages == {(spec.vendor.name, spec.name) for spec in SPECS}


def test_the_codes_are_those_of_the_page() -> None:
    table = independent_fixtures.codes()

    assert {**table["payload"], **table["lifecycle"]} == error_codes.TEXTS
    assert tuple(table["lifecycle"]) == error_codes.LIFECYCLE


def test_every_code_about_the_payload_has_its_row() -> None:
    used = [rule.code for spec in catalog() for rule in spec.rules if rule.code]

    assert sorted(used) == list(independent_fixtures.codes()["payload"])
