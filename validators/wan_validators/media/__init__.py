"""Inspects references to media, and the headers of files in data URIs."""
