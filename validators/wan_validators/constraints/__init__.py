"""The kinds of limits: frozen values that a documented rule is made of."""
