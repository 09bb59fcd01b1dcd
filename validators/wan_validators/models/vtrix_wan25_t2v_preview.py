"""wan25_t2v_preview at Vtrix: a video with sound from text."""

from ..outputs import Videos
from ..shared_ambiguities import AUDIO_AS_DATA, AUDIO_PADDING
from ..shared_prices import TWO_LISTS, USD_25, build_video_price
from ..shared_rules import SIZES_480P, SIZES_720P, SIZES_1080P, negative_prompt, prompt
from ..spec import ModelSpec
from ..upstream_rules import upstream_body
from ..upstream_videos import size_choice
from ..vendors.vtrix import VENDOR
from ..vtrix_rules import COMMON_AMBIGUITIES, build_video_parameters, build_video_sound

SPEC = ModelSpec(
    id="wan25_t2v_preview",
    vendor=VENDOR,
    title="Wan 2.5 video from text",
    source="Vtrix, the page of wan25_t2v_preview about the queue, "
    "and the public page of the upstream model for the sizes",
    on="2026-11",
    confidence="low",
    rules=(
        *upstream_body("wan25_t2v_preview"),
        *prompt("/input/prompt", None),
        *negative_prompt("/input/negative_prompt", cut=True),
        *build_video_sound("/input/audio_url", limited=True),
        *build_video_parameters(size_choice(*SIZES_480P, *SIZES_720P, *SIZES_1080P)),
    ),
    outputs=Videos(
        resolution="/parameters/size",
        duration="/parameters/duration",
        seed="/parameters/seed",
        audio_url="/input/audio_url",
        always_audio=True,
        seconds=5,
        fps=24,
        price=build_video_price(USD_25, TWO_LISTS, "medium"),
    ),
    ambiguities=(*COMMON_AMBIGUITIES, AUDIO_PADDING, AUDIO_AS_DATA),
    gaps=(
        "the limit of prompt, at which the page says that text is cut",
        "the sizes at this vendor; the page shows 832*480",
        "the defaults of size and duration; upstream they are 1920*1080 and 5 seconds",
        "the payload of the protocol with input and parameters; it is that of the related models",
        "the sound and the frame rate of the result; the mock takes those of the upstream model",
    ),
)
