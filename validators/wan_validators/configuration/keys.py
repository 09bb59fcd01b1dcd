"""The table of all configuration keys, which the JSON Schema is built from, too."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from ..catalog import vendors

__all__ = ["ID", "KINDS", "Key", "build_schema", "get_keys"]

ID: Final = "urn:wanproof:schema:configuration:1"  # as json_schema names them; too slow to import

KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "flag": {"type": "boolean"},
    "text": {"type": "string"},
    "path": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "list": {"type": "array", "items": {"type": "string"}},
    "names": {"type": "object", "additionalProperties": {"type": "string"}},
    "lists": {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
    "number-or-text": {"type": ["string", "number"]},
}
"""The JSON Schema of each kind of value. A path is relative to the file that has it."""


class Key(NamedTuple):
    """One key: the option ``--NAME`` of a command, or a table that only a file can have.

    Arguments on the command line that set the attribute *yields_to* replace the key, too.
    """

    name: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    yields_to: str = ""


_FORMATS: Final = ("text", "json")

_LINT: Final = (
    Key("allow-unknown-cost", "flag"),
    Key("column"),
    Key("cost", "flag"),
    Key("edition"),
    Key("exclude", "list"),
    Key("exit-zero", "flag"),
    Key("fail-on", choices=("error", "warning", "info")),
    Key("format", choices=(*_FORMATS, "jsonl", "github", "gitlab", "junit", "sarif", "md")),
    Key("ignore", "list"),
    Key("jobs", "integer"),
    Key("jsonl", "flag"),
    Key("max-cost", "number-or-text"),
    Key("max-findings", "integer"),
    Key("max-per-payload", "integer"),
    Key("media-root", "path"),
    Key("model"),
    Key("models", "names", yields_to="model"),
    Key("now", "number-or-text"),
    Key("output", "path"),
    Key("prices", "path"),
    Key("per-file-ignores", "lists"),
    Key("quiet", "flag"),
    Key("select", "list"),
    Key("statistics", "flag"),
    Key("strict", "flag"),
)
_SERVE: Final = (
    Key("balance", "number-or-text"),
    Key("chaos", "number-or-text"),
    Key("clock", choices=("real", "manual", "auto")),
    Key("creates-per-second", "integer"),
    Key("duplicate-window", "number"),
    Key("edition"),
    Key("host"),
    Key("lifecycle"),
    Key("polls-per-second", "integer"),
    Key("port", "integer"),
    Key("port-file", "path"),
    Key("prices", "path"),
    Key("quiet", "flag"),
    Key("replay", "path"),
    Key("running-tasks", "integer"),
    Key("scenario"),
    Key("scenarios", "path"),
    Key("seed", "integer"),
    Key("store"),
    Key("strict", "flag"),
)
_CHECK: Final = (
    Key("badge", "path"),
    Key("base-url"),
    Key("brief", "flag"),
    Key("call-timeout", "number"),
    Key("client", yields_to="command"),
    Key("deadline", "number"),
    Key("edition"),
    Key("examples", "integer"),
    Key("expect", "path"),
    Key("format", choices=(*_FORMATS, "junit", "sarif", "html", "md")),
    Key("full-size", "flag"),
    Key("idle", "number"),
    Key("in-flight", "integer"),
    Key("law", "list"),
    Key("model", "list"),
    Key("origin", "list"),
    Key("poll-interval", "number"),
    Key("profile", choices=("full", "money-safe")),
    Key("real-time", "flag"),
    Key("replays", "path"),
    Key("report", "list"),
    Key("scenario", "list"),
    Key("scenarios", "path"),
    Key("seconds", "number"),
    Key("seed", "integer"),
    Key("skip", "list"),
    Key("strict", "flag"),
    Key("timeout", "number"),
)


@cache
def get_keys() -> Mapping[str, Mapping[str, Key]]:
    """Returns the keys of each command by name."""
    rejects = [Key(f"{vendor.name}-reject", choices=("task", "create")) for vendor in vendors()]
    errors = [
        Key(f"{vendor.name}-error", choices=("object", "text"))
        for vendor in vendors()
        if vendor.build_error_text_response
    ]
    results = [
        Key(f"{vendor.name}-result", choices=("plain", "status"))
        for vendor in vendors()
        if vendor.result
    ]
    serve = (*_SERVE, *rejects, *errors, *results)
    sections = {"lint": _LINT, "serve": serve, "check": _CHECK}
    return {name: {key.name: key for key in keys} for name, keys in sections.items()}


def build_schema() -> dict[str, Any]:
    """Builds the JSON Schema of ``wanproof.toml`` and of ``[tool.wanproof]``."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": ID,
        "title": "wanproof.toml, or [tool.wanproof] in pyproject.toml",
        **_build_object(
            {
                command: _build_object(
                    {key.name: _build_value(key, command) for key in keys.values()}
                )
                for command, keys in get_keys().items()
            }
        ),
    }


def _build_object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _build_value(key: Key, command: str) -> dict[str, Any]:
    choices = {"enum": list(key.choices)} if key.choices else {}
    where = f"--{key.name}; wanproof help {command} describes it"
    if key.kind in ("names", "lists"):
        where = "a table whose names are patterns of paths, as in .gitignore"
    return {"description": where, **KINDS[key.kind], **choices}
