"""Defines scenarios: the faults and behaviours of the mock server."""
