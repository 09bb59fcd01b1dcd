"""What tasks make: what a payload asks for, and the files behind the result URLs."""
