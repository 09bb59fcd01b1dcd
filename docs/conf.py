"""Sphinx builds the documentation: ``make docs``."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "wanproof"
author = "the wanproof authors"
version = release = version_of("wanproof")
extensions = ["myst_parser", "reference_tables"]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]  # consoles show cut output

html_theme = "furo"
html_title = "wanproof"
html_show_sphinx = False
html_show_copyright = False
