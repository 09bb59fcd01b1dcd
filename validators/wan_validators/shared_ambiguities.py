"""Ambiguities that occur in the same words on several pages."""

from __future__ import annotations

from .ambiguity import Ambiguity

__all__ = [
    "ALPHA",
    "AUDIO_AS_DATA",
    "AUDIO_PADDING",
    "BARE_BASE64",
    "BARE_BASE64_REJECTED",
    "DEFAULT_OF_N",
    "LEADING_ZEROS",
    "MEGABYTES",
    "MODEL_IN_HEADER",
    "MULTI_SHOTS",
    "NULL",
    "NULL_UNMARKED",
    "ORIENTATION",
    "SEED_SPAN",
    "SHOT_TYPE",
    "TEMPLATE",
    "VIDEO_LENGTH",
    "VIDEO_SIZE",
    "VIDEO_SIZES",
    "WHOLE_FLOATS",
]

MEGABYTES = Ambiguity(
    "the meaning of a file size of 10MB (for audio, 15MB)",
    interpretations=("1024 * 1024 bytes for each MB", "1,000,000 bytes for each MB"),
    chosen="the larger, so that no allowed file is rejected",
    rules=("image-bytes",),
)


BARE_BASE64 = Ambiguity(
    "base64 without the prefix data:",
    interpretations=('"Base64 encoded data" is allowed', "every example is a data: URI"),
    chosen="allowed, with a warning",
    rules=("image-prefix",),
)


ALPHA = Ambiguity(
    "an alpha channel whose pixels are all opaque, and the formats that must not have one",
    interpretations=(
        "transparent is an image with an alpha channel, in any format that can have one",
        "transparent is an image with a transparent pixel, and only PNG is named",
    ),
    chosen="an alpha channel counts even if it is opaque: an error in PNG, a warning in WEBP "
    "and BMP; a PNG palette whose levels are all opaque is allowed",
    rules=("image-transparency", "image-alpha"),
)


ORIENTATION = Ambiguity(
    "width and height of an image with an EXIF orientation",
    interpretations=("as stored in the file", "as shown, after the rotation"),
    chosen="as stored; both sides have the same limits, so only the aspect of the output "
    "depends on it",
    rules=("image-dimensions",),
)


BARE_BASE64_REJECTED = Ambiguity(
    "base64 without the prefix data:",
    interpretations=(
        'a "Base64-encoded string" is allowed (S2)',
        "the format is data:{MIME_type};base64,{base64_data} (S2 and S4)",
    ),
    chosen="rejected at this vendor: both pages give the format, with one example",
    rules=("image-prefix",),
)


SEED_SPAN = Ambiguity(
    "a seed near the maximum with n over 1",
    interpretations=(
        "seed must be at most 2147483647",
        "the images use seed to seed+n-1, which can exceed the maximum",
    ),
    chosen="allowed, with a warning",
    rules=("seed-span",),
)


LEADING_ZEROS = Ambiguity(
    "leading zeros in a size, such as 0720*1280",
    interpretations=("width*height with integers, which 0720 is", "JSON has no such integers"),
    chosen="allowed, and read as decimal",
    rules=("size-integers",),
)


MODEL_IN_HEADER = Ambiguity(
    "the model",
    interpretations=(
        "model is required in the body (S2 and S4)",
        "the newest public SDKs name it in a header, and the body has no model",
    ),
    chosen="required in the body of a payload; the mock also reads the header",
    rules=("model-value",),
)


NULL = Ambiguity(
    "null",
    interpretations=(
        "no member is marked as nullable, so null has the wrong type",
        "many JSON writers send null for a member without a value, which means absent",
    ),
    chosen="null is rejected everywhere",
    rules=("parameters-type",),
)


VIDEO_SIZE = Ambiguity(
    "the width and height of a video tier",
    interpretations=(
        "the standard sizes, such as 1920*1080 for 1080P",
        "multiples of 16 or more, such as 1920*1072, as video encoders prefer",
    ),
    chosen="about the pixels of the standard size, in the aspect of the image, "
    "with sides that are multiples of 16",
    rules=("resolution-tier",),
)


WHOLE_FLOATS = Ambiguity(
    "1.0 for an integer",
    interpretations=(
        "JSON Schema counts 1.0 as an integer, and the pages are rendered from such schemas",
        "a strict parser of integers refuses a number with a fraction",
    ),
    chosen="rejected by linter and mock; no JSON Schema can say so, so the OpenAPI document "
    "says it in words",
    rules=("seed-range",),
)


VIDEO_LENGTH = Ambiguity(
    "the duration of a video when none is given",
    interpretations=("an enumeration with no default", "5 seconds, as in the sample payload"),
    chosen="5 seconds in the mock; leaving it out is allowed",
    rules=("duration-choice",),
)


DEFAULT_OF_N = Ambiguity(
    "the number of images when n is left out",
    interpretations=("4, on the page", "1, which the vendor's clients declare and send"),
    chosen="4: the clients send n, so nothing contradicts the page",
    rules=("n-range", "n-default"),
)


NULL_UNMARKED = Ambiguity(
    "null",
    interpretations=(
        "the readable part of the page does not mark the members that may be null",
        "the pages of related models mark size, audio, audio_url and safety_filter",
    ),
    chosen="null is allowed as on the pages of related models",
    rules=("safety-filter-type",),
)


SHOT_TYPE = Ambiguity(
    "shot_type without prompt_extend",
    interpretations=(
        "shot_type has an effect only if prompt_extend is true",
        "no page says that it is rejected otherwise",
    ),
    chosen="allowed",
    rules=("shot-type-value",),
)


TEMPLATE = Ambiguity(
    "the names of template",
    interpretations=(
        "the page has the member, without a list of its names",
        "another gateway of the same model lists five names",
    ),
    chosen="any text",
    rules=("template-type",),
)


VIDEO_SIZES = Ambiguity(
    "the sizes of a video",
    interpretations=(
        "the page lists 720P and 1080P sizes",
        "the vendor's client has 480P sizes too",
        "the API was seen to list three sizes of 2560*1440 pixels in addition",
    ),
    chosen="all that one of these sources has",
    rules=("size-choice",),
)


AUDIO_PADDING = Ambiguity(
    "the playing time of an MP3",
    interpretations=(
        "3-30 seconds",
        "encoders pad to whole frames, so a file of 30 s plays for 0.04 s more",
    ),
    chosen="without the padding if the file tells it; else a warning if only the "
    "padding is outside, and an error if the sound itself is",
    rules=("audio-duration", "audio-padding"),
)


AUDIO_AS_DATA = Ambiguity(
    "audio as a data: URI",
    interpretations=(
        "audio_url is a URI, which a data: URI is",
        "it is called an audio file URL",
    ),
    chosen="allowed, and its content is checked",
    rules=("audio-source",),
)


MULTI_SHOTS = Ambiguity(
    "multi_shots",
    interpretations=(
        "the page has shot_type",
        "multi_shots is the older name, which a client of the vendor sends in each call",
    ),
    chosen="shot_type is known; multi_shots is an unknown member, which is only a warning",
    rules=("shot-type-value",),
)


"""These ambiguities occur in the same words on several pages."""
