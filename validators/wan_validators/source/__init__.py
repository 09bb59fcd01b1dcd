"""Parses text to payloads, and maps JSON Pointers to lines and columns."""
