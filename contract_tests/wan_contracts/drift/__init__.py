"""Compares captures of real runs with the documents, and finds what they settle."""
