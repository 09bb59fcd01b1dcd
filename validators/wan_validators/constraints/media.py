"""Constraints on images and audio, checked on the properties of a reference.

An unknown property (the content of a public URL, the sides of a damaged file) satisfies its
limit. Only :class:`Format` requires a readable header.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from ..frozen import Frozen, field
from ..media import reference
from ..media.reference import Media
from .basic import Json, View

__all__ = [
    "AUDIO_VIEW",
    "IMAGE_VIEW",
    "MEDIA_VIEW",
    "AddressesFile",
    "Aspect",
    "Base64",
    "Complete",
    "ContentConstraint",
    "Declared",
    "Dimensions",
    "Duration",
    "FileSize",
    "Format",
    "MediaConstraint",
    "Opaque",
    "PaddedDuration",
    "Prefixed",
    "Reachable",
    "Reference",
    "Unexpired",
]

IMAGE_VIEW: Final = View(reference.parse_image_reference, str, reference.KNOWN_GOOD, cacheable=True)
AUDIO_VIEW: Final = View(reference.parse_audio_reference, str, reference.KNOWN_GOOD, cacheable=True)

MEDIA_VIEW: Final = View(reference.parse_media_reference, str, reference.KNOWN_GOOD, cacheable=True)
"""The view of a file of any kind: an image, a sound or a video."""


class MediaConstraint(Frozen, ABC):
    """The base of all media constraints; they apply to every string."""

    view: View = field(default=IMAGE_VIEW, repr=False)

    def applies_to(self, seen: Media | None) -> bool:
        return seen is not None

    @abstractmethod
    def is_satisfied(self, seen: Media) -> bool:
        """Returns True if no known property of the reference breaks the limit."""


class Reference(MediaConstraint):
    """An http(s) URL or a base64 ``data:`` URI; :class:`Prefixed` checks bare base64.

    If *oss* is true, it may be an ``oss://`` URL; if *data* is false, it must be a URL.
    """

    oss: bool = False
    data: bool = True

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of a reference that are accepted."""
        return ("url", *(("data", "bare") if self.data else ()), *(("oss",) if self.oss else ()))

    def is_satisfied(self, seen: Media) -> bool:
        return seen.form in self.forms


class Reachable(MediaConstraint):
    """A URL that can be reached from the internet."""

    def is_satisfied(self, seen: Media) -> bool:
        return seen.public


class AddressesFile(MediaConstraint):
    """A URL whose own text does not show that it cannot be the file."""

    def is_satisfied(self, seen: Media) -> bool:
        return seen.wrong is None


class Unexpired(MediaConstraint):
    """A URL whose signature is still valid; without the current time, every URL is.

    It stands in no table, since verdicts by a table depend on the payload alone.
    """

    def is_satisfied(self, seen: Media) -> bool:
        return True

    def is_satisfied_at(self, value: Json, now: float) -> bool:
        """Returns True unless *value* has a signature that expired before *now*."""
        from ..media.url_faults import find_expiry

        expiry = find_expiry(value) if type(value) is str and value[:4].lower() == "http" else None
        return expiry is None or expiry > now


class Prefixed(MediaConstraint):
    """Base64 with the prefix ``data:{MIME_type};base64,``."""

    def is_satisfied(self, seen: Media) -> bool:
        return seen.form != "bare"


class Base64(MediaConstraint):
    """Base64 of the standard alphabet, padded, without other characters, not empty."""

    def is_satisfied(self, seen: Media) -> bool:
        return seen.flaw is None


class ContentConstraint(MediaConstraint):
    """The base of constraints on the content of a file, which all others than data satisfy."""


class Format(ContentConstraint, kw_only=True):
    """A file with a readable header whose content has one of the formats *names*."""

    names: tuple[str, ...]

    def is_satisfied(self, seen: Media) -> bool:
        if seen.size is None:
            return True
        return seen.header.format in self.names and seen.header.is_readable


class Complete(ContentConstraint):
    """A file that does not end before the end that its header or its format tells."""

    def is_satisfied(self, seen: Media) -> bool:
        return not seen.header.truncated


class Declared(ContentConstraint):
    """A ``data:`` URI with the MIME type of its content, or a common alias.

    A file that is not readable breaks :class:`Format` and nothing else.
    """

    def is_satisfied(self, seen: Media) -> bool:
        if seen.form != "data" or not seen.header.is_readable:
            return True
        return seen.declared in reference.get_mime_types(seen.header.format or "")


class Opaque(ContentConstraint, kw_only=True):
    """An image with no alpha channel and no transparent colour, if in one of *formats*."""

    formats: tuple[str, ...] = ("PNG",)

    def is_satisfied(self, seen: Media) -> bool:
        return seen.header.format not in self.formats or not seen.header.transparent


class Dimensions(ContentConstraint, kw_only=True):
    """An image whose width and height are each from *low* to *high* pixels, both included."""

    low: int
    high: int

    def is_satisfied(self, seen: Media) -> bool:
        return all(self.low <= side <= self.high for side in seen.header.sides or ())


class Aspect(ContentConstraint, kw_only=True):
    """An image with an aspect ratio from *low* to *high*, each a pair, both included."""

    low: tuple[int, int]
    high: tuple[int, int]

    def is_satisfied(self, seen: Media) -> bool:
        if seen.header.sides is None:
            return True
        width, height = seen.header.sides
        return (
            width * self.low[1] >= height * self.low[0]
            and width * self.high[1] <= height * self.high[0]
        )


class FileSize(ContentConstraint, kw_only=True):
    """A file (not its base64 text) of at most *high* bytes."""

    high: int

    def is_satisfied(self, seen: Media) -> bool:
        return seen.size is None or seen.size <= self.high


class Duration(ContentConstraint, kw_only=True):
    """Audio with a playing time from *low* to *high* seconds, both included.

    The silence that an encoder may have added counts at the minimum, not at the maximum.
    """

    low: int
    high: int

    def is_satisfied(self, seen: Media) -> bool:
        least, most = seen.header.min_seconds, seen.header.seconds
        return least is None or most is None or (most >= self.low and least <= self.high)


class PaddedDuration(ContentConstraint, kw_only=True):
    """Audio that does not need the silence of its encoder to exceed *high* seconds.

    There is no lower limit: whoever does not know the silence measures the longer time.
    """

    high: int

    def is_satisfied(self, seen: Media) -> bool:
        least, most = seen.header.min_seconds, seen.header.seconds
        return least is None or most is None or most <= self.high or least > self.high
