"""Implements the admin API."""
