"""What the vendors' routes and the admin API have in common as HTTP services."""
