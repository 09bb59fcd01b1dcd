"""wan2.6-image at Alibaba Model Studio: image editing and interleaved output."""

from ..ambiguity import Ambiguity
from ..constraints.basic import (
    BOOLEAN,
    OBJECT,
    STRING,
    Anything,
    Between,
    BetweenIf,
    ObjectCount,
)
from ..constraints.size import Pixels, Ratio, Size, TwoPartSize
from ..shared_ambiguities import LEADING_ZEROS, MEGABYTES, ORIENTATION, WHOLE_FLOATS
from ..shared_prices import build_image_price
from ..shared_rules import SEEDS, billing_notice, maximum_notice, negative_prompt, no_effect
from ..spec import ModelSpec, Rule, Severity
from ..upstream_messages import (
    CONTENT,
    EDITING,
    FAILED_TASK,
    IMAGE,
    INTERLEAVED,
    MAX_IMAGES,
    PARAMETERS,
    SIZE,
    N,
    build_message_outputs,
    message_rules,
    part_rules,
)
from ..upstream_rules import ALPHA_IGNORED, OSS_IMAGES, upstream_image
from ..vendors.dashscope import MESSAGES, VENDOR

COUNT = Between(1, 4)
TOKENS = ("1K", "2K")

SPEC = ModelSpec(
    id="dashscope/wan2.6-image",
    endpoint=MESSAGES,
    vendor=VENDOR,
    title="Wan 2.6 image editing and interleaved output, upstream",
    source="public page of Alibaba Model Studio about wan2.6-image, in Chinese",
    on="2026-11",
    confidence="medium",
    rules=(
        *message_rules("wan2.6-image"),
        *part_rules(2000),
        Rule(
            "images-count-interleave",
            CONTENT,
            ObjectCount("image", 0, 1),
            when=INTERLEAVED,
        ),
        Rule("images-count", CONTENT, ObjectCount("image", 1, 4), when=EDITING),
        *upstream_image(IMAGE, sides=(240, 8000), megabytes=10),
        Rule("parameters-type", PARAMETERS, OBJECT),
        billing_notice(PARAMETERS, 4),
        *negative_prompt(f"{PARAMETERS}/negative_prompt", cut=True),
        Rule("interleave-type", INTERLEAVED.pointer, BOOLEAN, default=False),
        Rule("stream-type", f"{PARAMETERS}/stream", BOOLEAN, default=False),
        Rule(
            "stream-interleave",
            f"{PARAMETERS}/stream",
            Anything(),
            severity=Severity.INFO,
            required=True,
            when=INTERLEAVED,
            message="stream is left out, and a synchronous call with enable_interleave=true needs "
            "stream=true and the header X-DashScope-SSE: enable; an asynchronous one needs neither",
        ),
        Rule("n-range", N, COUNT, default=4),
        Rule("n-interleave", N, BetweenIf(COUNT, Between(1, 1)), when=INTERLEAVED),
        billing_notice(N, 4, EDITING),
        Rule("max-images-range", MAX_IMAGES, Between(1, 5), default=5),
        maximum_notice(MAX_IMAGES, 5, INTERLEAVED),
        no_effect("max-images-mode", MAX_IMAGES, EDITING),
        Rule("seed-range", f"{PARAMETERS}/seed", SEEDS),
        Rule("size-type", SIZE, STRING, default="1K"),
        Rule("size-format", SIZE, TwoPartSize(TOKENS), when=EDITING),
        Rule("size-format", SIZE, TwoPartSize(), when=INTERLEAVED),
        Rule("size-integers", SIZE, Size(TOKENS)),
        Rule("size-pixels", SIZE, Pixels(768 * 768, 2048 * 2048, TOKENS), when=EDITING),
        Rule("size-pixels", SIZE, Pixels(768 * 768, 1280 * 1280, TOKENS), when=INTERLEAVED),
        Rule("size-ratio", SIZE, Ratio((1, 4), (4, 1), TOKENS)),
        Rule("prompt-extend-type", f"{PARAMETERS}/prompt_extend", BOOLEAN, default=True),
        no_effect("prompt-extend-mode", f"{PARAMETERS}/prompt_extend", INTERLEAVED),
        Rule("watermark-type", f"{PARAMETERS}/watermark", BOOLEAN, default=False),
    ),
    outputs=build_message_outputs(
        interleave=INTERLEAVED.pointer,
        max_images=MAX_IMAGES,
        tokens={"1K": 1280 * 1280, "2K": 2048 * 2048},
        price=build_image_price("0.03", "one public price list", "low"),
    ),
    ambiguities=(
        ALPHA_IGNORED,
        FAILED_TASK,
        MEGABYTES,
        ORIENTATION,
        WHOLE_FLOATS,
        LEADING_ZEROS,
        Ambiguity(
            "the sides of an input image",
            interpretations=(
                "384 to 5000 pixels, until about January 2026",
                "240 to 8000 pixels, on the page of today",
            ),
            chosen="240 to 8000 pixels",
            rules=("image-dimensions",),
        ),
        Ambiguity(
            "the pixels of the size 1K",
            interpretations=(
                "1280*1280 in total, in the text",
                "1024*1024 in total, as the sample fits: 1376*768 for an input of 1696x960",
            ),
            chosen="1280*1280 in total; it does not decide on validity",
            rules=("size-format",),
        ),
        Ambiguity(
            "the least pixels of an interleaved output",
            interpretations=(
                "only the upper end, 1280*1280, is printed",
                "768*768, as for editing",
            ),
            chosen="768*768, as at the other vendors",
            rules=("size-pixels",),
        ),
        Ambiguity(
            "how an interleaved output is asked for synchronously",
            interpretations=(
                "with the header X-DashScope-SSE and parameters.stream (the page)",
                "with the header alone, as the official SDK 2.0.2 does",
            ),
            chosen="the mock needs the header alone; lint mentions a missing stream",
            rules=("stream-interleave",),
        ),
        Ambiguity(
            "max_images in editing mode",
            interpretations=("it only takes effect when interleaved", "it is rejected"),
            chosen="allowed without effect",
            rules=("max-images-mode",),
        ),
        OSS_IMAGES,
    ),
    gaps=("whether an n other than 1 is refused at create or later when interleaved",),
)
