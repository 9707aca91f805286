"""What people type where a number is meant."""

from __future__ import annotations

#: No id of ours is greater, and both databases can look it up.
LARGEST = 2**63 - 1


def whole(typed: str, most: int = LARGEST) -> int:
    """The number; -1, which is nobody's choice, where it is none or more than ``most``."""
    readable = typed.isascii() and typed.isdigit() and len(typed) <= len(str(most))
    return int(typed) if readable and int(typed) <= most else -1
