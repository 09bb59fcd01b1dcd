"""Constraints: the frozen values that documented rules consist of."""
