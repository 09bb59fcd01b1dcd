"""Defines what a client receives and reports, with the JSON Schemas of both."""
