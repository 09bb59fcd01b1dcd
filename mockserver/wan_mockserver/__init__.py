"""The mock server: both vendors' task life, offline."""
