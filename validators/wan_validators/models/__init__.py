"""Model specs: one module for each model at a vendor, found by its ``SPEC``."""
