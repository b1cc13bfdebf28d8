"""Which user records on a device are ours: their UserID says whose they are."""

from __future__ import annotations

import re

_OURS = re.compile(r"SP([1-9][0-9]{0,17})-([1-9][0-9]{0,3})")


def user_key(holder_id: int, part: int) -> str:
    """Name the device user that holds `part` (from 1) of a holder's credentials."""
    return f"SP{holder_id}-{part}"


def parse_user_key(text: str) -> tuple[int, int] | None:
    """Give holder id and part of a device's UserID; None when the user is not one of ours and must not be touched."""
    match = _OURS.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None
