"""Answers vendor requests: routing, handlers, rate limits, scenarios, faults."""
