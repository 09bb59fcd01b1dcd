"""Checks creates in the program that sends them, before a vendor bills them."""

from .errors import GuardedCreate, GuardError
from .guard import Guard, guard

__all__ = ["Guard", "GuardError", "GuardedCreate", "guard"]
