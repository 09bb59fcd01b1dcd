"""Findings in words, derived from the checks: what is allowed, what was got, what is wrong."""

from __future__ import annotations

import json
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from ..constraints import basic as c
from ..constraints import media as m
from ..constraints import size as s
from ..media.reference import Media
from ..source.json_pointer import MISSING
from .formatting import (
    clip,
    format_bounds,
    format_last_name,
    format_megabytes,
    format_number,
    format_range,
    summarize_value,
)

if TYPE_CHECKING:
    from ..spec import Rule

TYPE_NOUNS = {dict: "an object", list: "an array", str: "a string", bool: "true or false"}


def describe_violation(rule: Rule, pointer: str, value: Any) -> str:
    """Says how *value* at *pointer* breaks *rule*, as a sentence without a full stop."""
    check, name = rule.constraint, format_last_name(pointer)
    if value is MISSING:
        return f"{name} is required"
    if isinstance(check, m.MediaConstraint):
        seen = check.view.extract(value)
        if seen is not None:
            return f"{name} {describe_fault(check, seen)}"
    if isinstance(check, c.KnownMembers):
        return f"{name} is not a documented member here"
    return f"{name} must be {describe_wanted(check)}"


@singledispatch
def describe_wanted(check: c.Constraint) -> str | None:
    """:func:`describe_allowed`, in more words where it would not read well after "must be"."""
    return describe_allowed(check)


@describe_wanted.register(c.Between)
@describe_wanted.register(c.BetweenIf)
def _(check: c.Constraint) -> str:
    return f"an integer from {describe_allowed(check)}"


@describe_wanted.register
def _(check: s.Ratio) -> str:
    return f"of an aspect ratio from {describe_allowed(check)}"


@describe_wanted.register
def _(check: s.Pixels) -> str:
    return f"of {describe_allowed(check)}"


@singledispatch
def describe_allowed(check: c.Constraint) -> str | None:
    """What *check* accepts, as a phrase that can follow "must be"; None if that says nothing."""
    return None


@describe_allowed.register
def _(check: c.JsonType) -> str:
    return TYPE_NOUNS[check.type]


@describe_allowed.register
def _(check: c.Absent) -> str:
    return "left out"


@describe_allowed.register
def _(check: c.OneOf) -> str:
    *others, last = (json.dumps(value) for value in check.values)
    return f"{', '.join(others)} or {last}" if others else last


@describe_allowed.register
def _(check: c.Between) -> str:
    return format_bounds(check.low, check.high)


@describe_allowed.register
def _(check: c.BetweenIf) -> str:
    return format_bounds(check.inner.low, check.inner.high)


@describe_allowed.register
def _(check: c.Text) -> str:
    return format_range(check.low, check.high, "character")


@describe_allowed.register
def _(check: c.NotBlank) -> str:
    return "more than white space"


@describe_allowed.register
def _(check: c.Items) -> str:
    return f"an array of {format_range(check.low, check.high, 'item')}"


@describe_allowed.register
def _(check: c.ObjectCount) -> str:
    return f"an array with {format_range(check.low, check.high, f'{check.key} object')}"


@describe_allowed.register
def _(check: c.MutuallyExclusive) -> str:
    return f"an object with one of {' and '.join(check.keys)}"


@describe_allowed.register
def _(check: c.KnownMembers) -> str:
    return ", ".join(sorted(check.known))


@describe_allowed.register(s.TwoPartSize)
@describe_allowed.register(s.Size)
def _(check: c.Constraint) -> str:
    return "width*height in pixels, such as 1280*720"


@describe_allowed.register
def _(check: s.Pixels) -> str:
    return f"{format_number(check.low)} to {format_number(check.high)} pixels in all"


@describe_allowed.register
def _(check: s.Ratio) -> str:
    return f"{check.low[0]}:{check.low[1]} to {check.high[0]}:{check.high[1]}"


@describe_allowed.register
def _(check: m.Reference) -> str:
    return "an http(s) URL or a data: URI in base64"


@describe_allowed.register
def _(check: m.Reachable) -> str:
    return "a URL that can be reached from the internet"


@describe_allowed.register
def _(check: m.Prefixed) -> str:
    return "data:{MIME type};base64,{data}"


@describe_allowed.register
def _(check: m.Base64) -> str:
    return "base64 of A-Z a-z 0-9 + / and padding"


@describe_allowed.register
def _(check: m.Format) -> str:
    return ", ".join(check.names)


@describe_allowed.register
def _(check: m.Declared) -> str:
    return "the MIME type of the content"


@describe_allowed.register
def _(check: m.Opaque) -> str:
    return "an image without transparency"


@describe_allowed.register
def _(check: m.Dimensions) -> str:
    return f"{check.low} to {check.high} pixels for width and for height"


@describe_allowed.register
def _(check: m.FileSize) -> str:
    return f"at most {format_megabytes(check.high)}"


@describe_allowed.register
def _(check: m.Duration) -> str:
    return f"{check.low} to {check.high} seconds"


@singledispatch
def describe_fault(check: m.MediaConstraint, seen: Media) -> str:
    """What is wrong with the reference that *seen* tells of, to follow its name."""
    return f"must be {describe_allowed(check)}"


@describe_fault.register
def _(check: m.Reachable, seen: Media) -> str:
    return "is at an address that only your own machine or network can reach"


@describe_fault.register
def _(check: m.Prefixed, seen: Media) -> str:
    return "is base64 without data:{MIME type};base64, before it"


@describe_fault.register
def _(check: m.Base64, seen: Media) -> str:
    return f"is not valid base64: {seen.flaw}"


@describe_fault.register
def _(check: m.Format, seen: Media) -> str:
    if seen.header.format in check.names:
        return f"is a {seen.header.format} file whose header is damaged or cut short"
    return f"is {seen.header.format or 'of an unknown format'}, not {describe_allowed(check)}"


@describe_fault.register
def _(check: m.Declared, seen: Media) -> str:
    return f"is declared as {clip(seen.declared or 'nothing')} but is {seen.header.format}"


@describe_fault.register
def _(check: m.Opaque, seen: Media) -> str:
    return "has an alpha channel or a transparent colour"


@describe_fault.register
def _(check: m.Dimensions, seen: Media) -> str:
    return f"is {'*'.join(map(str, seen.header.sides or ()))} pixels"


@describe_fault.register
def _(check: m.FileSize, seen: Media) -> str:
    return f"is a file of {format_megabytes(seen.size or 0)}"


@describe_fault.register
def _(check: m.Duration, seen: Media) -> str:
    return f"plays for {seen.header.seconds:.2f} seconds"


def describe_got(rule: Rule, value: Any) -> Any:
    """Describes *value*, which breaks *rule*: short and safe to write as JSON, as :func:`brief`.

    A text or an array that is too long becomes its length, media the fact that was at fault.
    """
    check = rule.constraint
    if isinstance(check, c.Text) and type(value) is str:
        return format_range(len(value), len(value), "character")
    if isinstance(check, c.Items) and type(value) is list:
        return format_range(len(value), len(value), "item")
    if isinstance(check, c.ObjectCount) and type(value) is list:
        count = check.view.extract(value).count(check.key)
        return format_range(count, count, f"{check.key} object")
    if isinstance(check, m.MediaConstraint) and type(value) is str:
        return _describe_media_got(check, check.view.extract(value), value)
    return summarize_value(value)


def _describe_media_got(check: m.MediaConstraint, seen: Media, value: str) -> Any:
    header = seen.header
    facts: dict[type, Any] = {
        m.Base64: seen.flaw,
        m.Format: header.format or "unknown",
        m.Declared: clip(seen.declared or ""),
        m.Dimensions: "*".join(map(str, header.sides or ())),
        m.FileSize: seen.size,
        m.Duration: header.seconds,
    }
    return facts.get(type(check), clip(value))
