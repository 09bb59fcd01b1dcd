"""Lints large inputs: in several processes, in shards, and on clusters."""
