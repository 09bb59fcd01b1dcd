"""Payloads drawn from the documented rules, for property tests."""
