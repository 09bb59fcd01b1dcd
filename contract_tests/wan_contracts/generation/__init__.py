"""Hypothesis strategies for payloads, and the values at every limit."""
