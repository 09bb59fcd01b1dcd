"""Implements the subcommands of ``wanproof`` that need the mock server."""
