"""The admin API, and the descriptions of it and of the vendors' routes."""
