"""References to media, and the headers of the files behind data URIs."""
