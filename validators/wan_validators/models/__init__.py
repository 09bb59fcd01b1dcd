"""One table per model at a vendor; every module here that defines ``SPEC`` is found."""
