"""wan26_i2i at Vtrix: image editing and interleaved output, with the 001021xxx codes (S4)."""

from ..ambiguity import Ambiguity
from ..constraints.basic import (
    ARRAY,
    BOOLEAN,
    OBJECT,
    STRING,
    Absent,
    Between,
    BetweenIf,
    Items,
    MutuallyExclusive,
    NotBlank,
    ObjectCount,
    OneOf,
    Text,
)
from ..constraints.size import Pixels, Ratio, Size, TwoPartSize
from ..shared_ambiguities import (
    ALPHA,
    BARE_BASE64_REJECTED,
    LEADING_ZEROS,
    MEGABYTES,
    MODEL_IN_HEADER,
    NULL,
    ORIENTATION,
    WHOLE_FLOATS,
)
from ..shared_prices import build_image_price
from ..shared_rules import SEEDS, coded_rule, image, maximum_notice, no_effect, wording
from ..spec import ModelSpec, Rule, Severity
from ..upstream_messages import (
    CONTENT,
    EDITING,
    IMAGE,
    INTERLEAVED,
    MAX_IMAGES,
    MESSAGE,
    PARAMETERS,
    SIZE,
    TEXT,
    N,
    build_message_outputs,
)
from ..vendors.vtrix import VENDOR
from ..vtrix_rules import SIZE_SIGN

NEGATIVE = f"{PARAMETERS}/negative_prompt"
COUNT = Between(1, 4)

SPEC = ModelSpec(
    id="wan26_i2i",
    vendor=VENDOR,
    title="Wan 2.6 image editing and interleaved output",
    source="S4: Vtrix, model page wan26_i2i",
    rules=(
        Rule("payload-type", "", OBJECT),
        Rule("model-value", "/model", OneOf(("wan26_i2i",)), required=True),
        coded_rule("input-object", "/input", OBJECT, "001021001", required=True),
        coded_rule("messages-count", "/input/messages", Items(1, 1), "001021002", required=True),
        Rule("message-type", MESSAGE, OBJECT),
        coded_rule("role-value", f"{MESSAGE}/role", OneOf(("user",)), "001021003", required=True),
        coded_rule("content-array", CONTENT, ARRAY, "001021004", required=True),
        coded_rule("text-count", CONTENT, ObjectCount("text", 1, 1), "001021005"),
        Rule("content-part-type", f"{CONTENT}/*", OBJECT),
        Rule(
            "content-part-members",
            f"{CONTENT}/*",
            MutuallyExclusive(("text", "image")),
            severity=Severity.WARNING,
        ),
        Rule("prompt-type", TEXT, STRING),
        coded_rule("prompt-length", TEXT, Text(1, 2000), "001021006"),
        Rule("prompt-blank", TEXT, NotBlank(empty=True), severity=Severity.WARNING),
        *wording("prompt", TEXT),
        coded_rule(
            "images-count-interleave",
            CONTENT,
            ObjectCount("image", 0, 1),
            "001021007",
            when=INTERLEAVED,
        ),
        coded_rule("images-count", CONTENT, ObjectCount("image", 1, 4), "001021008", when=EDITING),
        *image(IMAGE, sides=(384, 5000), opaque=True, bare=Severity.ERROR),
        Rule("parameters-type", PARAMETERS, OBJECT),
        Rule("negative-prompt-type", NEGATIVE, STRING),
        coded_rule("negative-prompt-length", NEGATIVE, Text(0, 500), "001021009"),
        *wording("negative-prompt", NEGATIVE),
        Rule("interleave-type", INTERLEAVED.pointer, BOOLEAN, default=False),
        coded_rule("n-range", N, COUNT, "001021011", default=1),
        coded_rule(
            "n-interleave", N, BetweenIf(COUNT, Between(1, 1)), "001021010", when=INTERLEAVED
        ),
        coded_rule("max-images-range", MAX_IMAGES, Between(1, 5), "001021013", default=5),
        maximum_notice(MAX_IMAGES, 5, INTERLEAVED),
        coded_rule("max-images-mode", MAX_IMAGES, Absent(), "001021012", when=EDITING),
        coded_rule("seed-range", f"{PARAMETERS}/seed", SEEDS, "001021014"),
        coded_rule("size-format", SIZE, TwoPartSize(), "001021015"),
        coded_rule("size-integers", SIZE, Size(), "001021018"),
        coded_rule("size-pixels", SIZE, Pixels(768 * 768, 1280 * 1280), "001021016"),
        coded_rule("size-ratio", SIZE, Ratio((1, 4), (4, 1)), "001021017"),
        Rule("prompt-extend-type", f"{PARAMETERS}/prompt_extend", BOOLEAN, default=True),
        no_effect("prompt-extend-mode", f"{PARAMETERS}/prompt_extend", INTERLEAVED),
        Rule("watermark-type", f"{PARAMETERS}/watermark", BOOLEAN, default=False),
    ),
    outputs=build_message_outputs(
        interleave=INTERLEAVED.pointer,
        max_images=MAX_IMAGES,
        price=build_image_price(
            "0.03", "a public price list of a related model", "low", on="2026-10"
        ),
    ),
    ambiguities=(
        BARE_BASE64_REJECTED,
        MEGABYTES,
        ALPHA,
        ORIENTATION,
        NULL,
        WHOLE_FLOATS,
        LEADING_ZEROS,
        MODEL_IN_HEADER,
        Ambiguity(
            "the size when none is given",
            interpretations=(
                "the page gives no default",
                "as wan25_i2i_preview_intl: about 1280*1280 pixels, aspect of the last image",
            ),
            chosen="leaving it out is allowed; the mock uses the aspect of the last image",
            rules=("size-format",),
        ),
        Ambiguity(
            "text over the limit",
            interpretations=(
                "the prose says that it is truncated",
                "codes 001021006 and 001021009 reject it",
            ),
            chosen="rejected",
            rules=("prompt-length", "negative-prompt-length"),
        ),
        Ambiguity(
            "the code for a malformed size",
            interpretations=(
                "001021015: the format must be width*height",
                "001021018: it must be width*height with integers",
            ),
            chosen="015 unless it is a string of two parts around one asterisk; "
            "018 unless both parts are ASCII digits above zero",
            rules=("size-format", "size-integers"),
        ),
        SIZE_SIGN,
        Ambiguity(
            "what 001021016 measures",
            interpretations=(
                "each side, as its text could be read",
                "the total, as the prose says, which allows 1024*1536",
            ),
            chosen="the total",
            rules=("size-pixels",),
        ),
        Ambiguity(
            "max_images in editing mode",
            interpretations=('it is "only effective" when interleaved', "001021012 rejects it"),
            chosen="rejected",
            rules=("max-images-mode",),
        ),
        Ambiguity(
            "the code for an n over 4 when interleaved",
            interpretations=("001021010: n must be 1", "001021011: n must be from 1 to 4"),
            chosen="011 unless n is an integer from 1 to 4; 010 for 2 to 4",
            rules=("n-range", "n-interleave"),
        ),
        Ambiguity(
            "errors without a code",
            interpretations=(
                "the table has none for the model, flags, images or unknown members",
                "the API must answer something",
            ),
            chosen="reported without a code; the mock's task then fails with 001021099",
            rules=("model-value", "interleave-type", "image-source", "prompt-type"),
        ),
        Ambiguity(
            "the code for a missing member",
            interpretations=(
                "a missing messages or content breaks 001021001 (a field is missing)",
                "they break 001021002 and 001021004 (what the field must be)",
            ),
            chosen="001 only for input; 002 for messages, 004 for content",
            rules=("input-object", "messages-count", "content-array", "text-count"),
        ),
        Ambiguity(
            "a content object with both text and image, or with neither",
            interpretations=(
                "one text object and 0-4 image objects",
                "one object may serve as both",
            ),
            chosen="counted as both, with a warning",
            rules=("content-part-members",),
        ),
        Ambiguity(
            "n when moving to or from wan25_i2i_preview_intl",
            interpretations=("the default here is 1", "the default there is 4"),
            chosen="the default of each page",
            rules=("n-range",),
        ),
    ),
)
