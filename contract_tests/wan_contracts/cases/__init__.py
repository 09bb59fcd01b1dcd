"""The calls that a run asks of a client: systematic ones and random ones."""
