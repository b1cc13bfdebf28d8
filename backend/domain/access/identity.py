"""Which user records on a device are ours: their UserID says whose they are."""

from __future__ import annotations

import re

_OURS = re.compile(r"SP([1-9][0-9]{0,17})-([1-9][0-9]{0,3})")

FACE_PART = 9_000
"""The part of a face that opens other relays, or at other hours, than the PIN; no holder has so many cards."""

_FACE_DIGITS = 24


def face_name(digest: str) -> str:
    """Name the photo of a face by its digest: another photo has another name, and nobody is told apart by it."""
    return digest[:_FACE_DIGITS]


def user_key(holder_id: int, part: int) -> str:
    """Name the device user that holds `part` (from 1) of a holder's credentials."""
    return f"SP{holder_id}-{part}"


def parse_user_key(text: str) -> tuple[int, int] | None:
    """Give holder id and part of a device's UserID; None when the user is not one of ours and must not be touched."""
    match = _OURS.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None
