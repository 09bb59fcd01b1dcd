"""Builds the cases of a run: systematic ones and random ones."""
