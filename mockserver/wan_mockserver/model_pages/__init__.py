"""A vendor's pages about its models, for clients: lists, specs, contracts and texts."""
