"""wan2.6-r2v at Alibaba Model Studio: a video of what reference files show."""

from ..ambiguity import Ambiguity
from ..constraints.basic import Between, Items
from ..constraints.items import VideoUrls
from ..spec import ModelSpec, Rule
from ..upstream_media import INPUT_LENGTH_GAP, url_rules
from ..upstream_videos import (
    FRAME_AMBIGUITIES,
    FRAME_RATE_GAP,
    LISTED_PRICE_26,
    SIZES_720P,
    SIZES_1080P,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-r2v",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 video from references, upstream",
    source="the public page of Alibaba Model Studio about reference to video 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.6-r2v",
        characters=1500,
        choice=size_choice(*SIZES_720P, *SIZES_1080P),
        duration=Between(2, 10),
        needs_prompt=True,
        extends=False,
        shots=True,
        inputs=(
            Rule("references-count", "/input/reference_urls", Items(1, 5), required=True),
            Rule("videos-count", "/input/reference_urls", VideoUrls(3)),
            *url_rules("/input/reference_urls/*", required=False),
        ),
    ),
    outputs=build_video_outputs(
        "size",
        price=LISTED_PRICE_26,
        fps=24,
        always_audio=True,
        hides_prompt=True,
        billed_inputs="/input/reference_urls",
        usage=(
            *("duration", "size", "input_video_duration", "output_video_duration"),
            *("video_count", "SR"),
        ),
    ),
    ambiguities=(
        *(each for each in FRAME_AMBIGUITIES if "resolution-tier" not in each.rules),
        Ambiguity(
            "prompt_extend",
            interpretations=(
                "the table of this model has no such member",
                "its prose mentions that the prompt is rewritten, as other models do",
            ),
            chosen="an unknown member, which is only a warning",
            rules=("prompt-type",),
        ),
        Ambiguity(
            "reference_video_urls",
            interpretations=(
                "reference_urls is required",
                "the deprecated reference_video_urls was sent in its place, with 2 to 30 seconds",
            ),
            chosen="reference_urls is required, and the other is an unknown member",
            rules=("references-count",),
        ),
    ),
    gaps=(
        FRAME_RATE_GAP,
        INPUT_LENGTH_GAP,
        "which URLs are videos, if their suffixes do not tell",
    ),
)
