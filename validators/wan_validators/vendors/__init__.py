"""The vendors' wire formats, one module each."""
