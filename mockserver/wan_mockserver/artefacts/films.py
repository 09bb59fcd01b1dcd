"""Draws films from a seed: a balloon moves over a still scene, as MP4 with H.264 and AAC."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from math import pi, sin

from PIL import Image, ImageDraw

from wan_validators.optional_dependencies import explain_missing_extra

from .melodies import RATE, melody
from .pictures import Colour, label, palette, scene
from .plan import Film

with explain_missing_extra():
    import av
    from av.audio.frame import AudioFrame
    from av.video.frame import VideoFrame

__all__ = ["mp4"]

_X264 = {
    "preset": "ultrafast",
    "crf": "24",
    # One thread, because the bytes must not depend on the machine's cores.
    "threads": "1",
    # Players interpret colours differently unless the film names its colour space.
    "x264-params": "colorprim=bt709:transfer=bt709:colormatrix=bt709",
}


def mp4(film: Film) -> bytes:
    """Returns an MP4 with the sides, frames and length of *film*; equal films give equal bytes.

    The index comes before the data, so that a player can seek with Range requests. Every
    second starts with a key frame.
    """
    file = io.BytesIO()
    # To move the index, the muxer opens its own output a second time, by name.
    with av.open(
        file,
        "w",
        format="mp4",
        options={"movflags": "+faststart"},
        io_open=lambda *_: io.BytesIO(file.getvalue()),
    ) as container:
        video = container.add_stream("libx264", rate=film.fps, options=_X264)
        video.width, video.height, video.pix_fmt = film.width, film.height, "yuv420p"
        video.gop_size = film.fps
        if film.audio:
            audio = container.add_stream("aac", rate=RATE, layout="mono")
            for packet in (*audio.encode(_build_sound(film)), *audio.encode(None)):
                container.mux(packet)
        for frame in _draw_frames(film):
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return file.getvalue()


def _build_sound(film: Film) -> AudioFrame:
    samples = melody(film.seconds, film.seed)
    frame = AudioFrame(format="s16", layout="mono", samples=len(samples), align=1)
    frame.sample_rate = RATE
    # With a start time the muxer marks the lead-in of the encoder as not to be played.
    frame.pts, frame.time_base = 0, Fraction(1, RATE)
    frame.planes[0].update(samples.tobytes())
    return frame


def _draw_frames(film: Film) -> Iterator[VideoFrame]:
    """Yields the frames; each is the still scene with only the area of the balloon redrawn."""
    still = scene(film.width, film.height, film.seed)
    label(still, f"seed {film.seed} · {film.width}*{film.height} · {film.fps} fps", "top left")
    planes = [bytes(plane) for plane in _convert_to_yuv(still).planes]
    balloon = _draw_balloon(min(film.width, film.height) // 4, film.seed)
    count = film.seconds * film.fps
    for nth in range(count):
        frame = VideoFrame(film.width, film.height, "yuv420p")
        for plane, content in zip(frame.planes, planes, strict=True):
            plane.update(content)
        _draw_balloon_at(frame, still, balloon, nth / count)
        yield frame


def _draw_balloon_at(
    frame: VideoFrame, still: Image.Image, balloon: Image.Image, time: float
) -> None:
    """Draws the balloon where it is at *time*, from 0 at the start to 1 at the end."""
    x = round(time * (still.width - balloon.width))
    y = round(still.height * (0.28 - 0.08 * sin(2 * pi * time)))
    left, top = x // 2 * 2, y // 2 * 2
    patch = still.crop((left, top, left + balloon.width + 2, top + balloon.height + 2))
    patch.paste(balloon, (x - left, y - top), balloon)
    _copy_patch(frame, _convert_to_yuv(patch), left, top)


def _copy_patch(frame: VideoFrame, patch: VideoFrame, left: int, top: int) -> None:
    """Copies *patch* into *frame* at even coordinates: chroma covers two by two pixels."""
    for plane, part, scale in zip(frame.planes, patch.planes, (1, 2, 2), strict=True):
        target, source = memoryview(plane), memoryview(part)
        width = min(part.width, plane.width - left // scale)
        for row in range(min(part.height, plane.height - top // scale)):
            at = (top // scale + row) * plane.line_size + left // scale
            start = row * part.line_size
            target[at : at + width] = source[start : start + width]


def _convert_to_yuv(image: Image.Image) -> VideoFrame:
    frame: VideoFrame = VideoFrame.from_image(image)  # type: ignore[no-untyped-call]  # PyAV's stub
    return frame.reformat(format="yuv420p", dst_colorspace="itu709")


def _draw_balloon(height: int, seed: int) -> Image.Image:
    """Draws a striped hot-air balloon on a transparent ground, in the aspect 3:4."""
    colours = palette(seed)
    high, wide = 4 * height, 3 * height
    image = Image.new("RGBA", (wide, high), (*colours.accent, 0))
    pen = ImageDraw.Draw(image)
    for share, colour in ((1.0, colours.accent), (0.62, colours.sun), (0.24, colours.accent)):
        _draw_gore(pen, wide / 2, share * wide / 2, high, colour)
    for rope in (0.42, 0.58):
        pen.line((rope * wide, 0.8 * high, rope * wide, 0.9 * high), colours.near, high // 80)
    pen.rectangle((0.4 * wide, 0.89 * high, 0.6 * wide, 0.99 * high), colours.near)
    return image.reduce(4)


def _draw_gore(
    pen: ImageDraw.ImageDraw, middle: float, half: float, high: float, colour: Colour
) -> None:
    """Draws one gore of the balloon, of width 2 * *half*: a dome that narrows downwards."""
    pen.ellipse((middle - half, 0, middle + half, 0.74 * high), colour)
    shoulder, mouth = 0.93 * half, 0.25 * half
    pen.polygon(
        (
            (middle - shoulder, 0.5 * high),
            (middle + shoulder, 0.5 * high),
            (middle + mouth, 0.83 * high),
            (middle - mouth, 0.83 * high),
        ),
        colour,
    )
