"""The words of findings: messages, hints, suggestions and number formats."""
