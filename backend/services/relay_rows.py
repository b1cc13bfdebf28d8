"""One door by its number: the row of a relay with what its device is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.context import Context
from backend.domain.errors import NotFound
from backend.store import tables as t


def relay_row(connection: Connection, context: Context, relay_id: int) -> Row[Any]:
    """A relay of the context's community with `device`, `model` and `firmware` of its device; raises NotFound."""
    relay, device = t.relay, t.device
    found = connection.execute(
        select(relay, device.c.name.label("device"), device.c.model, device.c.firmware)
        .join(device, device.c.id == relay.c.device_id)
        .where(relay.c.id == relay_id, device.c.community_id == context.community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such door.")
    return found
