"""Sphinx builds the documentation: ``make docs``."""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version as version_of
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent / "contract_tests" / "tests")]
logging.getLogger("httpx").setLevel(logging.WARNING)  # a table is made from a response

project = "wanproof"
author = "the wanproof authors"
version = release = version_of("wanproof")
extensions = ["myst_parser", "reference_tables", "playground_page"]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

smartquotes = False  # they would change options such as --strict

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_title = "wanproof"
html_show_sphinx = False
html_show_copyright = False
