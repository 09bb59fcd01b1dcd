"""From text to payloads, and from JSON Pointers back to lines and columns."""
