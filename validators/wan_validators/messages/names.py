"""Knows the names that neighbouring APIs use, and where members belong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..source.json_pointer import ANY
from ..spec import ModelSpec
from .sizes import find_allowed_size
from .values import propose_values, unwrap_url

__all__ = [
    "adapt_value",
    "collect_homes",
    "find_meanings",
    "last_name",
    "normalize_name",
    "parent_of",
]

_ALIASES: Final[Mapping[str, str]] = {
    "image": "img imgurl imageurl imageurls firstframe firstframeurl firstframeimage inputimage "
    "inputimageurl inputimages initimage startimage startframe sourceimage baseimage imageinput "
    "imageinputs imagebase64 imagefile images image referenceimage referenceimages refimage "
    "refimages refimageurl refimagesurl inputurls imagelist imagepath picture photo file url src "
    "imageuri imgs firstimage imageprompt",
    "last_frame": "lastframeurl lastframeimage lastimage lastimageurl endimage endimageurl "
    "endframe tailimage tailframe imagetail tailimageurl finalframe",
    "n": "numimages numoutputs count batchsize numberofimages num imagecount imagescount "
    "numresults numberofresults samples numsamples samplecount nsamples quantity batch "
    "numimagesperprompt numberofoutputs outputcount numgenerations variations maximages nimages",
    "max_images": "maximagecount maxoutputs maximage",
    "size": "imagesize imgsize outputsize dimensions imagedimensions aspectratio aspect ratio "
    "resolution outputresolution imageresolution quality",
    "resolution": "quality tier videoresolution videoquality videosize size outputresolution "
    "definition outputsize res videoresolutiontier",
    "duration": "videolength seconds length videoduration durationseconds durationsec "
    "durationinseconds numseconds lengthseconds secs videoseconds",
    "audio_url": "audio audiofile sound audiopath drivingaudiourl drivingaudio music bgm "
    "audiouri voice inputaudio audioinput soundurl musicurl audiourls",
    "audio": "generateaudio withaudio enableaudio sound hasaudio audioenabled audiogeneration "
    "audioflag addaudio generatesound enablesound",
    "prompt": "text instruction instructions description caption query inputtext textprompt "
    "positiveprompt input userprompt message content",
    "negative_prompt": "negative negprompt negativetext exclude undesired uc promptnegative",
    "prompt_extend": "enhanceprompt promptoptimizer enablepromptexpansion promptexpansion "
    "expandprompt promptupsampling promptenhancement magicprompt autoprompt promptenhance "
    "enablepromptenhancement promptenhancer rewriteprompt promptrewrite extendprompt smartrewrite",
    "safety_filter": "enablesafetychecker safetychecker safetycheck enablesafety nsfwfilter "
    "contentfilter safety enablesafetyfilter safetyfilterenabled",
    "watermark": "addwatermark enablewatermark withwatermark logoadd",
    "enable_interleave": "interleave interleaved enableinterleaved interleavemode",
    "video": "videourl videourls videofile videopath videouri inputvideo inputvideourl sourcevideo "
    "clip clipurl firstclipurl",
    "seed": "randomseed noiseseed manualseed generatorseed rngseed seeds",
    "text": "prompt",
}
"""The names of neighbouring APIs in lower case without separators, by the name that they mean."""


def normalize_name(name: str) -> str:
    return re.sub(r"[\W_]", "", name[:200]).lower()


def find_meanings(name: str, known: Iterable[str]) -> list[str]:
    """Returns the *known* names that *name* may mean, the surest first."""
    plain = normalize_name(name)
    found = [each for each in known if normalize_name(each) == plain]
    for each in known:
        alias = "image" if each == "images" else each
        if each not in found and plain in _ALIASES.get(alias, "").lower().split():
            found.append(each)
    return found


def collect_homes(spec: ModelSpec) -> dict[str, str]:
    """Returns the pointer of each named member that is not within an array."""
    return {
        str(rule.path[-1]): rule.pointer
        for rule in spec.rules
        if rule.path and all(type(part) is str and part != ANY for part in rule.path)
    }


def adapt_value(spec: ModelSpec, row: str, value: Any) -> Iterator[tuple[Any, str | None]]:
    """Yields *value*, and what it may mean as the member at *row*."""
    yield value, None
    size = find_allowed_size(spec, row, value)
    if size is not None:
        yield size, f'write "{size}"'
    for rule in spec.rules:
        if rule.pointer == row:
            for other in (value, unwrap_url(value)):
                yield from propose_values(rule.constraint, other)


def last_name(pointer: str) -> str:
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def parent_of(pointer: str) -> str:
    return pointer.rpartition("/")[0]
