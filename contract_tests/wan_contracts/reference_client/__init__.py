"""A client without I/O that keeps every law, and drivers for HTTP libraries."""
