"""Plans the output that a payload asks for, and makes the files behind the result URLs."""
