"""The models: their rules, and the ambiguities of the vendors' documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from wan_validators.catalog import models_of, vendors

from .commands import run_json
from .markdown import code, escape, table

__all__ = [
    "format_ambiguities",
    "format_counts",
    "format_models",
    "format_rules",
    "format_vendors",
]


def format_models() -> str:
    """Returns a table of all models, and what is not known of each."""
    head = ["model", "vendor", "what it is", "create", "source", "read", "confidence"]
    rows = [
        [
            code(model["model"]),
            model["vendor"],
            model["title"],
            code(f"POST {model['create']}"),
            escape(model["source"]),
            model["on"],
            model["confidence"],
        ]
        for model in _models()
    ]
    gaps = [[code(model["model"]), escape(gap)] for model in _models() for gap in model["gaps"]]
    return f"{table(head, rows)}\n\n## Not known\n\n{table(['model', 'no source says'], gaps)}"


def format_counts() -> str:
    """Returns the number of models of each vendor in words, as in the README."""
    counts = [f"{len(models_of(vendor))} at {vendor.title}" for vendor in vendors()]
    return f"{', '.join(counts[:-1])} and {counts[-1]}"


def format_vendors() -> str:
    """Returns a table of the vendors, with their models and those that have no table."""
    rows = [
        [
            vendor.title,
            ", ".join(code(name) for spec in models_of(vendor).values() for name in spec.names),
            ", ".join(map(code, vendor.other_models)) or "none known",
        ]
        for vendor in vendors()
    ]
    return table(["vendor", "models, with their further names", "without a table"], rows)


def format_rules() -> str:
    """Returns a section for each model with its rules."""
    head = ["rule", "at", "code", "severity", "allowed"]
    return "\n".join(
        f"## {model['model']}\n\n{model['source']}\n\n"
        f"{table(head, [_rule(each) for each in model['rules']])}"
        for model in _models()
    )


def format_ambiguities() -> str:
    """Returns a section for each model with the ambiguities of its documents."""
    head = ["about", "interpretations", "chosen", "rules"]
    return "\n".join(
        f"## {model['model']}\n\n{table(head, [_ambiguity(each) for each in model['doubts']])}"
        for model in _models()
    )


@cache
def _models() -> list[dict[str, Any]]:
    models: list[dict[str, Any]] = run_json("rules")["models"]
    return models


def _rule(rule: Mapping[str, Any]) -> list[str]:
    return [
        code(rule["rule"]),
        code(rule["at"] or "/"),
        code(rule["code"]),
        rule["severity"],
        "; ".join(_limits(rule)),
    ]


def _limits(rule: Mapping[str, Any]) -> Iterator[str]:
    yield code(rule["allowed"] or "given")
    yield from (word for word in ("required", "nullable") if rule[word])
    if "default" in rule:
        yield f"default {code(json.dumps(rule['default']))}"
    if rule["when"]:
        yield f"when {code(rule['when'])}"


def _ambiguity(ambiguity: Mapping[str, Any]) -> list[str]:
    return [
        escape(ambiguity["about"]),
        escape("; or: ".join(ambiguity["readings"])),
        escape(ambiguity["taken"]),
        ", ".join(map(code, ambiguity["rules"])),
    ]
