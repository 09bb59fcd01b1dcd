"""Says why the rules exist: what happens to a payload that breaks one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..constraints import basic as c
from ..constraints import items as i
from ..constraints import media as m
from ..constraints import relations as r
from ..constraints import size as s
from ..constraints import text as t
from ..spec import Rule

__all__ = ["describe_reason"]

_BY_CONSTRAINT: Final[Mapping[type, str]] = {
    c.JsonType: "The member has one JSON type. A number as text, or null for a default, is "
    "another type.",
    c.OneOf: "The member has a closed list of values, in exactly this spelling.",
    c.Between: 'The member is a JSON integer in a documented range. 1.0 and "1" are others.',
    c.BetweenIf: "The member is valid alone, but not together with another one.",
    c.Text: "The length is limited, in characters. It depends on the page whether longer text is "
    "refused or cut.",
    c.NotBlank: "The text has no visible character, so the model would have nothing to go by.",
    t.Filled: "The text looks like a template that was not filled in, or like a value that was "
    "turned into text.",
    t.Undamaged: "The text was decoded with a wrong encoding, or has characters that nobody sees.",
    c.Items: "The number of items is limited.",
    c.ObjectCount: "The number of objects of this kind is limited.",
    i.TypeSets: "Only some kinds of media go together, each of them so often.",
    i.UrlOnly: "Audio and video are too large for base64, so the vendor takes a URL only.",
    i.VideoUrls: "The number of videos among the references is limited.",
    i.Percentage: "A ratio is text with two decimals and a percent sign, not a number.",
    i.PercentageSum: "The parts of a whole make 100 percent.",
    r.LimitWithItem: "The range of the member is smaller with this kind of input.",
    r.EntryPerItem: "Each entry belongs to the input at the same place.",
    c.MutuallyExclusive: "Each object has one part, a text or an image.",
    c.KnownMembers: "No page documents the member. An API usually ignores what it does not know, "
    "so a misspelt member leaves its default in force.",
    c.Absent: "The member has no meaning in this mode.",
    c.Undocumented: "An example shows the member, and no table explains it.",
    s.TwoPartSize: "A size is a string of two sides around one asterisk, in pixels.",
    s.Size: "Both sides are whole numbers of pixels above 0.",
    s.Pixels: "The total number of pixels is limited, not each side.",
    s.AdvisedPixels: "The pages disagree about such a small size, so the vendor may refuse it.",
    s.Ratio: "The aspect ratio is limited.",
    m.Reference: "The vendor gets the file from a public URL, or from base64 in the payload. A "
    "path of your machine means nothing to it.",
    m.Reachable: "The vendor downloads the file, and cannot reach your machine or your network.",
    m.AddressesFile: "The URL is a web page, a placeholder or a folder, so the download is not "
    "the file.",
    m.Prefixed: "Base64 has a prefix with its MIME type, data:{MIME_type};base64,{data}.",
    m.Base64: "The data is base64 of the standard alphabet with padding and without line breaks.",
    m.Format: "The content of the file decides on its format, not its name.",
    m.Complete: "The file ends before its own end, as after a broken download.",
    m.Declared: "The declared MIME type is not that of the content.",
    m.Opaque: "The model takes no transparent pixels.",
    m.Dimensions: "Width and height of the file are each limited.",
    m.Aspect: "The aspect ratio of the file is limited.",
    m.FileSize: "The size of the file is limited, not that of its base64 text.",
    m.Duration: "The playing time is limited.",
    m.PaddedDuration: "Only the silence that an encoder added makes the file too long.",
}

_BY_RULE: Final[Mapping[str, str]] = {
    "n-default": "The default makes several images, and each one is billed.",
    "max-images-default": "The model decides on the number of images up to the default, and each "
    "one is billed.",
    "audio-conflict": "The two members contradict each other, and one of them wins.",
    "seed-span": "Each image of a request uses the next seed, and the last one is too large.",
    "stream-interleave": "The page demands a stream for text with images in a synchronous call.",
    "model-value": "All models share one path, so the payload names its model.",
}


def describe_reason(rule: Rule) -> str:
    """Returns one or two sentences on the background of *rule*."""
    return _BY_RULE.get(rule.id) or _BY_CONSTRAINT[type(rule.constraint)]
