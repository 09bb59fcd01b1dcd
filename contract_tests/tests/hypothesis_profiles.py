"""How long Hypothesis looks: settings by name, chosen by the environment.

``HYPOTHESIS_PROFILE`` names one; without it, ``CI`` (as continuous integration sets it)
chooses ``ci``, which draws the same few examples every time. This module is also a pytest
plugin: with ``-p hypothesis_profiles`` every test of a run has the chosen profile.
"""

from __future__ import annotations

import os
from typing import Final

from hypothesis import settings

EXAMPLES: Final = {"ci": 8, "dev": 25, "thorough": 150}
"""How many examples a test of one rule gets."""


def load() -> None:
    """Registers the profiles and loads the one that the environment asks for."""
    for name, examples in EXAMPLES.items():
        settings.register_profile(
            name, max_examples=examples, deadline=None, derandomize=name == "ci"
        )
    settings.load_profile(_find_name())


def examples(times: float, *, ci: float | None = None) -> settings:
    """The loaded profile with *times* as many examples, for tests of more than one rule.

    *ci* takes the place of *times* in the profile ``ci``, whose few examples are always the same.
    """
    if ci is not None and _find_name() == "ci":
        times = ci
    return settings(max_examples=max(1, round(settings().max_examples * times)))


def _find_name() -> str:
    return os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
