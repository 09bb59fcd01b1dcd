"""Checks clients that the suite cannot start, from the requests that they send."""
