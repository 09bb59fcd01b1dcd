"""Builds the OpenAPI documents of the admin API and of the vendors' APIs."""
