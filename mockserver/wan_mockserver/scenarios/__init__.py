"""What can go wrong, who chooses it, and what becomes of an answer then."""
