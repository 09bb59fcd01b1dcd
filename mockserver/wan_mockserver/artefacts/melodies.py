"""Melodies played from a seed: two plucked notes a second over a low tone."""

from __future__ import annotations

from array import array
from math import exp, pi, sin
from random import Random
from typing import Final

RATE: Final = 48_000
"""Samples a second."""

_BEAT: Final = RATE // 2
_ATTACK: Final = RATE // 100
_LOUDNESS: Final = 7_000
_SCALE: Final = (1.0, 9 / 8, 5 / 4, 3 / 2, 5 / 3, 2.0)
"""Ratios to the tonic: a pentatonic scale, in which any two notes go together."""


def melody(seconds: int, seed: int) -> array[int]:
    """Exactly *seconds* of sound: one channel of signed 16-bit samples."""
    chance = Random(seed)  # noqa: S311  (must repeat, need not surprise)
    tonic = 220 * 2 ** (chance.randrange(12) / 12)
    notes = [_note(tonic * ratio, tonic / 2) for ratio in _SCALE]
    samples = array("h")
    for _ in range(2 * seconds):
        samples.extend(chance.choice(notes))
    return samples


def _note(pitch: float, ground: float) -> array[int]:
    """One beat; it begins and ends in silence, so that beats join without a click."""
    return array("h", (round(_LOUDNESS * _sample(nth, pitch, ground)) for nth in range(_BEAT)))


def _sample(nth: int, pitch: float, ground: float) -> float:
    turn = 2 * pi * nth / RATE
    swell = min(1, nth / _ATTACK, (_BEAT - nth) / _ATTACK)
    pluck = sin(turn * pitch) + 0.3 * sin(2 * turn * pitch)
    return swell * (pluck * exp(-6 * nth / RATE) + 0.5 * sin(turn * ground))
