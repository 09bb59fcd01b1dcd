"""The subcommands of ``wanproof`` that need the mock server."""
