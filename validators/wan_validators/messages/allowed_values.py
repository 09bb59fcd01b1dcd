"""Describes what a constraint accepts, as a noun phrase."""

from __future__ import annotations

import json
from functools import singledispatch
from typing import TYPE_CHECKING

from ..constraints import basic as c
from ..constraints import items as i
from ..constraints import media as m
from ..constraints import relations as r
from ..constraints import size as s
from ..constraints import text as t
from .formatting import (
    format_bounds,
    format_megabytes,
    format_number,
    format_range,
)

if TYPE_CHECKING:
    pass

__all__ = ["TYPE_NOUNS", "describe_allowed"]

TYPE_NOUNS = {dict: "an object", list: "an array", str: "a string", bool: "true or false"}


@singledispatch
def describe_allowed(constraint: c.Constraint) -> str | None:
    """Describes the accepted values as a noun phrase; None if *constraint* accepts any value."""
    return None


@describe_allowed.register
def _(constraint: c.JsonType) -> str:
    return TYPE_NOUNS[constraint.type]


@describe_allowed.register
def _(constraint: c.Absent) -> str:
    return "left out"


@describe_allowed.register
def _(constraint: c.OneOf) -> str:
    *others, last = (json.dumps(value) for value in constraint.values)
    return f"{', '.join(others)} or {last}" if others else last


@describe_allowed.register
def _(constraint: c.Between) -> str:
    return format_bounds(constraint.low, constraint.high)


@describe_allowed.register
def _(constraint: c.BetweenIf) -> str:
    return format_bounds(constraint.inner.low, constraint.inner.high)


@describe_allowed.register
def _(constraint: c.Text) -> str:
    return format_range(constraint.low, constraint.high, "character")


@describe_allowed.register
def _(constraint: c.NotBlank) -> str:
    return "text that is not blank"


@describe_allowed.register
def _(constraint: c.Items) -> str:
    return f"an array of {format_range(constraint.low, constraint.high, 'item')}"


@describe_allowed.register
def _(constraint: c.ObjectCount) -> str:
    count = format_range(constraint.low, constraint.high, f"{constraint.key} object")
    return f"an array with {count}"


@describe_allowed.register
def _(constraint: c.MutuallyExclusive) -> str:
    return f"an object with one of {' and '.join(constraint.keys)}"


@describe_allowed.register
def _(constraint: i.TypeSets) -> str:
    return "; or ".join(", ".join(map(_describe_count, each)) for each in constraint.sets)


def _describe_count(count: i.TypeCount) -> str:
    if count.low == count.high == 1:
        return f"one {count.name}"
    least = f"at least {count.low} " if count.low else ""
    most = "any number of " if count.high is None else f"at most {count.high} "
    return f"{least or most}{count.name}"


@describe_allowed.register
def _(constraint: i.VideoUrls) -> str:
    return f"an array with at most {constraint.high} videos"


@describe_allowed.register
def _(constraint: i.Percentage) -> str:
    return 'a percentage with two decimals, such as "12.50%"'


@describe_allowed.register
def _(constraint: i.PercentageSum) -> str:
    return f"an array in which every {constraint.member} together make 100.00%"


@describe_allowed.register
def _(constraint: r.LimitWithItem) -> str:
    item = constraint.name or constraint.member
    return f"{describe_allowed(constraint.inner)} if there is a {item}"


@describe_allowed.register
def _(constraint: r.EntryPerItem) -> str:
    return f"an array with an item for each {constraint.member}"


@describe_allowed.register
def _(constraint: i.UrlOnly) -> str:
    return f"a URL, not base64, for {' and '.join(constraint.types)}"


@describe_allowed.register
def _(constraint: c.KnownMembers) -> str:
    return ", ".join(sorted(constraint.known))


@describe_allowed.register
def _(constraint: s.TwoPartSize) -> str:
    tokens = "".join(f"{token}, " for token in constraint.tokens)
    return f"{tokens}{'or ' * bool(tokens)}width*height in pixels, such as 1280*720"


@describe_allowed.register
def _(constraint: s.Size) -> str:
    return "width*height in pixels, such as 1280*720"


@describe_allowed.register
def _(constraint: s.Pixels) -> str:
    return f"{format_number(constraint.low)} to {format_number(constraint.high)} pixels in total"


@describe_allowed.register
def _(constraint: s.AdvisedPixels) -> str:
    return (
        f"at least {format_number(constraint.high)} pixels in total, or one of the usual sizes "
        f"{', '.join(constraint.usual)}"
    )


@describe_allowed.register
def _(constraint: s.Ratio) -> str:
    return f"{constraint.low[0]}:{constraint.low[1]} to {constraint.high[0]}:{constraint.high[1]}"


@describe_allowed.register
def _(constraint: m.Reference) -> str:
    oss = ", an oss:// URL" if constraint.oss else ""
    return f"an http(s) URL{oss}" + (" or a data: URI in base64" if constraint.data else "")


@describe_allowed.register
def _(constraint: m.Reachable) -> str:
    return "a URL that can be reached from the internet"


@describe_allowed.register
def _(constraint: m.AddressesFile) -> str:
    return "the URL of the file itself"


@describe_allowed.register
def _(constraint: m.Unexpired) -> str:
    return "a URL whose signature has not expired"


@describe_allowed.register
def _(constraint: t.Filled) -> str:
    return "text with every placeholder filled in"


@describe_allowed.register
def _(constraint: t.Undamaged) -> str:
    return "text without invisible, lost or encoded characters"


@describe_allowed.register
def _(constraint: m.Prefixed) -> str:
    return "data:{MIME type};base64,{data}"


@describe_allowed.register
def _(constraint: m.Base64) -> str:
    return "base64 of A-Z a-z 0-9 + / and padding"


@describe_allowed.register
def _(constraint: m.Format) -> str:
    return ", ".join(constraint.names)


@describe_allowed.register
def _(constraint: m.Complete) -> str:
    return "a complete file"


@describe_allowed.register
def _(constraint: m.Declared) -> str:
    return "the MIME type of the content"


@describe_allowed.register
def _(constraint: m.Opaque) -> str:
    return "an image without transparency"


@describe_allowed.register
def _(constraint: m.Dimensions) -> str:
    return f"{constraint.low} to {constraint.high} pixels for width and for height"


@describe_allowed.register
def _(constraint: m.Aspect) -> str:
    (width, height), (other, per) = constraint.low, constraint.high
    return f"an image with an aspect ratio from {width}:{height} to {other}:{per}"


@describe_allowed.register
def _(constraint: m.FileSize) -> str:
    return f"at most {format_megabytes(constraint.high)}"


@describe_allowed.register
def _(constraint: m.Duration) -> str:
    return f"{constraint.low} to {constraint.high} seconds"


@describe_allowed.register
def _(constraint: m.PaddedDuration) -> str:
    return f"at most {constraint.high} seconds"
