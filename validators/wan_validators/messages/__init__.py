"""Builds the texts of findings: messages, hints, suggestions and number formats."""
