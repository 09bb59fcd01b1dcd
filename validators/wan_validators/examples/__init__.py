"""Builds payloads that keep or break one rule, from the tables alone."""
