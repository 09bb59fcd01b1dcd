"""Generates melodies from a seed: two plucked notes a second over a low tone."""

from __future__ import annotations

from array import array
from math import exp, pi, sin
from random import Random
from typing import Final

__all__ = ["RATE", "melody"]

RATE: Final = 48_000
"""Samples per second."""

_BEAT: Final = RATE // 2
_ATTACK: Final = RATE // 100
_LOUDNESS: Final = 7_000
_SCALE: Final = (1.0, 9 / 8, 5 / 4, 3 / 2, 5 / 3, 2.0)
"""Ratios to the tonic: in a pentatonic scale any two notes sound well together."""


def melody(seconds: int, seed: int) -> array[int]:
    """Returns exactly *seconds* of sound: one channel of signed 16-bit samples."""
    random = Random(seed)  # noqa: S311  (must be reproducible, not secure)
    tonic = 220 * 2 ** (random.randrange(12) / 12)
    notes = [_build_note(tonic * ratio, tonic / 2) for ratio in _SCALE]
    samples = array("h")
    for _ in range(2 * seconds):
        samples.extend(random.choice(notes))
    return samples


def _build_note(pitch: float, ground: float) -> array[int]:
    """Returns one beat, which starts and ends in silence, so that beats join without a click."""
    return array("h", (round(_LOUDNESS * _sample(nth, pitch, ground)) for nth in range(_BEAT)))


def _sample(nth: int, pitch: float, ground: float) -> float:
    phase = 2 * pi * nth / RATE
    envelope = min(1, nth / _ATTACK, (_BEAT - nth) / _ATTACK)
    pluck = sin(phase * pitch) + 0.3 * sin(2 * phase * pitch)
    return envelope * (pluck * exp(-6 * nth / RATE) + 0.5 * sin(phase * ground))
