"""Checks of what a client sent: pure functions from journal entries to verdicts."""
