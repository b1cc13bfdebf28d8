"""Cursors of lists: where a page ended, opaque to whoever hands them back."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date, datetime
from typing import Any

from backend.domain.errors import Invalid
from backend.domain.paging import Key

_LONGEST = 2000
_WRONG = "This is not a cursor of this list in this order. Begin without --after."


def write_cursor(order: str, key: Key) -> str:
    """The cursor of a row's key in a list that is ordered by `order`."""
    text = json.dumps([order, *(_written(part) for part in key)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(order: str, cursor: str) -> Key:
    """The key of a cursor; raises Invalid (after) for another order and for what is no cursor."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError
        padded = cursor + "=" * (-len(cursor) % 4)
        found_order, sort, row_id = json.loads(base64.urlsafe_b64decode(padded).decode())
        key = (_read(sort), int(row_id))
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise Invalid({"after": _WRONG}) from None
    if found_order != order:
        raise Invalid({"after": _WRONG})
    return key


def _written(part: Any) -> Any:
    if isinstance(part, datetime):
        return {"at": part.isoformat()}
    return {"day": part.isoformat()} if isinstance(part, date) else part


def _read(part: Any) -> Any:
    if isinstance(part, dict):
        return datetime.fromisoformat(part["at"]) if "at" in part else date.fromisoformat(part["day"])
    if not isinstance(part, str | int | float):
        raise TypeError
    return part
