"""Reads the options of lint, serve and check from a file and the environment."""

from __future__ import annotations

from .options import add_arguments, parse_options

__all__ = ["add_arguments", "parse_options"]
