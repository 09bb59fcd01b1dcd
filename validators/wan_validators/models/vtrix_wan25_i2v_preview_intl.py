"""wan25_i2v_preview_intl at Vtrix: a video with sound from an image."""

from ..outputs import Videos
from ..shared_ambiguities import AUDIO_AS_DATA, BARE_BASE64_REJECTED, VIDEO_SIZE
from ..shared_prices import TWO_LISTS, USD_26, build_video_price
from ..shared_rules import negative_prompt, prompt
from ..spec import ModelSpec
from ..upstream_rules import upstream_body
from ..upstream_videos import tier_choice
from ..vendors.vtrix import VENDOR
from ..vtrix_rules import (
    COMMON_AMBIGUITIES,
    build_video_parameters,
    build_video_sound,
    image_of_unknown_limits,
)

SPEC = ModelSpec(
    id="wan25_i2v_preview_intl",
    vendor=VENDOR,
    title="Wan 2.5 video from an image, international",
    source="Vtrix, the page of wan25_i2v_preview_intl about its parameters",
    on="2026-11",
    confidence="medium",
    rules=(
        *upstream_body("wan25_i2v_preview_intl"),
        *prompt("/input/prompt", None, required=False),
        *image_of_unknown_limits("/input/img_url"),
        *negative_prompt("/input/negative_prompt", max_length=None),
        *build_video_sound("/input/audio_url", limited=False),
        *build_video_parameters(tier_choice("720P", "1080P")),
    ),
    outputs=Videos(
        resolution="/parameters/resolution",
        duration="/parameters/duration",
        seed="/parameters/seed",
        input="/input/img_url",
        audio_url="/input/audio_url",
        always_audio=True,
        seconds=5,
        fps=24,
        price=build_video_price(USD_26, TWO_LISTS, "medium"),
    ),
    ambiguities=(*COMMON_AMBIGUITIES, BARE_BASE64_REJECTED, AUDIO_AS_DATA, VIDEO_SIZE),
    gaps=(
        "the limits of prompt and negative_prompt",
        "the range of seed; the upstream API has 0 to 2147483647",
        "the formats and sizes of the image and of the sound",
        "the sound and the frame rate of the result; the mock takes those of the upstream model",
    ),
)
