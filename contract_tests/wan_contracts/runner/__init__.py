"""Runs a client through all cases and observes each call."""
