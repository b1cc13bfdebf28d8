"""Row images: a row of a rule table as sealed JSON and back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import LargeBinary, Table, Time

from backend.store.rows import whole
from backend.store.seal import Sealer
from backend.store.types import UtcDateTime


def to_image(sealer: Sealer, table: Table, row: Mapping[str, Any]) -> bytes:
    """The sealed image of `row`, bound to its table and row id."""
    return sealer.seal(f"change.{table.name}:{row['id']}", _ENCODER.encode(dict(row)).encode())


def from_image(sealer: Sealer, table: Table, row_id: int, sealed: bytes) -> dict[str, Any]:
    """The row that `to_image` sealed; columns gone since are left out, columns new since have their defaults."""
    plain = json.loads(sealer.open(f"change.{table.name}:{row_id}", sealed))
    known = {name: _decode(table, name, value) for name, value in plain.items() if name in table.c}
    return whole(table, row_id, known)


def _encode(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    raise TypeError(f"{type(value).__name__} is no value of a column")


_ENCODER = json.JSONEncoder(default=_encode)
"""Made once: most rows hold numbers and text alone, which it writes without asking."""


def _decode(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Time):
        return time.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return value
