"""Builds messages from constraints: the problem, the allowed values, the actual value."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from ..constraints import basic as c
from ..constraints import items as i
from ..constraints import media as m
from ..constraints import relations as r
from ..constraints import size as s
from ..constraints import text as t
from ..media.reference import Media
from ..source.json_pointer import MISSING
from .allowed_values import describe_allowed
from .formatting import (
    clip,
    format_last_name,
    format_megabytes,
    format_number,
    format_outside,
    format_range,
    summarize_value,
)

__all__ = [
    "describe_fault",
    "describe_got",
    "describe_requirement",
    "describe_violation",
]

if TYPE_CHECKING:
    from ..spec import Rule


_ADVICE = {
    t.Filled: "send the text that you mean, since each result of this one is billed",
    t.Undamaged: "send the text as it should be read",
}


def describe_violation(rule: Rule, pointer: str, value: Any) -> str:
    """Describes how *value* at *pointer* breaks *rule*, without a full stop."""
    constraint, name = rule.constraint, format_last_name(pointer)
    if value is MISSING:
        return f"{name} is required"
    if isinstance(constraint, m.MediaConstraint):
        seen = constraint.view.extract(value)
        if seen is not None:
            return f"{name} {describe_fault(constraint, seen)}"
    if isinstance(constraint, t.TextConstraint) and type(value) is str:
        fault = constraint.find_fault(constraint.view.extract(value))
        return f"{name} {fault}; {_ADVICE[type(constraint)]}"
    if isinstance(constraint, c.KnownMembers):
        return f"{name} is not a documented member"
    return f"{name} {describe_requirement(constraint)}"


@singledispatch
def describe_requirement(constraint: c.Constraint) -> str:
    """Describes what a value must be, as a phrase that follows a name."""
    return f"must be {describe_allowed(constraint)}"


@describe_requirement.register(c.Between)
@describe_requirement.register(c.BetweenIf)
def _(constraint: c.Constraint) -> str:
    return f"must be an integer from {describe_allowed(constraint)}"


@describe_requirement.register
def _(constraint: r.LimitWithItem) -> str:
    item = constraint.name or constraint.member
    return f"{describe_requirement(constraint.inner)} if there is a {item}"


@describe_requirement.register
def _(constraint: s.Ratio) -> str:
    return f"must have an aspect ratio from {describe_allowed(constraint)}"


@describe_requirement.register(s.Pixels)
@describe_requirement.register(s.AdvisedPixels)
def _(constraint: c.Constraint) -> str:
    return f"must have {describe_allowed(constraint)}"


@singledispatch
def describe_fault(constraint: m.MediaConstraint, seen: Media) -> str:
    """Describes the problem of a reference, as a phrase that follows its name."""
    return f"must be {describe_allowed(constraint)}"


@describe_fault.register
def _(constraint: m.Reachable, seen: Media) -> str:
    return "is at an address that only your own machine or network can reach"


@describe_fault.register
def _(constraint: m.AddressesFile, seen: Media) -> str:
    return f"{seen.wrong}; the API would download something else or nothing"


@describe_fault.register
def _(constraint: m.Unexpired, seen: Media) -> str:
    return "has a signature that has expired; sign the URL again"


@describe_fault.register
def _(constraint: m.Prefixed, seen: Media) -> str:
    return "is base64 without data:{MIME type};base64, before it"


@describe_fault.register
def _(constraint: m.Base64, seen: Media) -> str:
    return f"is not valid base64: {seen.flaw}"


@describe_fault.register
def _(constraint: m.Format, seen: Media) -> str:
    if seen.header.format in constraint.names:
        return f"is a {seen.header.format} file whose header is damaged or cut short"
    return f"is {seen.header.format or 'of an unknown format'}, not {describe_allowed(constraint)}"


@describe_fault.register
def _(constraint: m.Complete, seen: Media) -> str:
    return f"is a {seen.header.format} file that ends early: its end is missing"


@describe_fault.register
def _(constraint: m.Declared, seen: Media) -> str:
    return f"is declared as {clip(seen.declared or 'nothing')} but is {seen.header.format}"


@describe_fault.register
def _(constraint: m.Opaque, seen: Media) -> str:
    return "has an alpha channel or a transparent colour"


@describe_fault.register
def _(constraint: m.Dimensions, seen: Media) -> str:
    return f"is {'*'.join(map(str, seen.header.sides or ()))} pixels"


@describe_fault.register
def _(constraint: m.Aspect, seen: Media) -> str:
    sides = "*".join(map(str, seen.header.sides or ()))
    low, high = (f"{width}:{height}" for width, height in (constraint.low, constraint.high))
    return f"is {sides} pixels, outside the aspect ratio from {low} to {high}"


@describe_fault.register
def _(constraint: m.FileSize, seen: Media) -> str:
    return f"is a file of {format_megabytes(seen.size or 0)}"


@describe_fault.register
def _(constraint: m.Duration, seen: Media) -> str:
    most, least = seen.header.seconds or 0.0, seen.header.min_seconds or 0.0
    seconds = least if most > constraint.high else most
    return f"plays for {format_outside(seconds, constraint.low, constraint.high)} seconds"


@describe_fault.register
def _(constraint: m.PaddedDuration, seen: Media) -> str:
    most = format_outside(seen.header.seconds or 0.0, 0, constraint.high)
    least = f"{seen.header.min_seconds or 0.0:.2f}"
    return f"plays for {most} seconds, {least} without the silence that encoders add"


def describe_got(rule: Rule, value: Any) -> Any:
    """Describes *value*, which breaks *rule*, as a short JSON value.

    A text or an array of a wrong length becomes its length. Media become the wrong property.
    """
    constraint = rule.constraint
    if isinstance(constraint, c.Text) and type(value) is str:
        return format_range(len(value), len(value), "character")
    if isinstance(constraint, c.Items) and type(value) is list:
        return format_range(len(value), len(value), "item")
    if isinstance(constraint, c.ObjectCount) and type(value) is list:
        count = constraint.view.extract(value).count(constraint.key)
        return format_range(count, count, f"{constraint.key} object")
    if isinstance(constraint, i.TypeSets) and type(value) is list:
        return ", ".join(map(str, constraint.view.extract(value))) or "no items"
    if isinstance(constraint, i.UrlOnly) and type(value) is dict:
        return f"a data: URI for {value['type']}"
    if isinstance(constraint, _OF_SIZE) and type(value) is str and len(value) <= 32:
        return f"{value} ({_describe_size(constraint, *s.parse_sides(value) or (0, 1))})"
    if isinstance(constraint, m.MediaConstraint) and type(value) is str:
        return _describe_media_got(constraint, constraint.view.extract(value), value)
    return summarize_value(value)


_OF_SIZE = (s.Pixels, s.AdvisedPixels, s.Ratio)


def _describe_size(constraint: c.Constraint, width: int, height: int) -> str:
    if not isinstance(constraint, s.Ratio):
        return f"{format_number(width * height)} pixels"
    ratio = width / height
    return f"{ratio:.4g}:1" if ratio >= 1 else f"1:{height / width:.4g}"


def _describe_media_got(constraint: m.MediaConstraint, seen: Media, value: str) -> Any:
    header = seen.header
    facts: dict[type, Any] = {
        m.Base64: seen.flaw,
        m.Format: header.format or "unknown",
        m.Declared: clip(seen.declared or ""),
        m.Dimensions: "*".join(map(str, header.sides or ())),
        m.Aspect: "*".join(map(str, header.sides or ())),
        m.FileSize: seen.size,
        m.Duration: header.seconds,
        m.PaddedDuration: header.seconds,
    }
    return facts.get(type(constraint), clip(value))
