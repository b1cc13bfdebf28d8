"""With Indoor Monitor: an apartment that has a monitor keeps one (rules 1.2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.enums import DeviceKind
from backend.domain.errors import Conflict
from backend.services.communities import community_row
from backend.store import tables as t


def keep_a_monitor(connection: Connection, device: Row[Any]) -> None:
    """Raise Conflict where the community wants monitors and this row of `device` is its apartment's last one."""
    if device.apartment_id is None or device.kind != DeviceKind.INDOOR_MONITOR.value:
        return
    if not community_row(connection, device.community_id).with_indoor_monitor:
        return
    d = t.device
    other = connection.execute(
        select(d.c.id).where(
            d.c.apartment_id == device.apartment_id, d.c.kind == DeviceKind.INDOOR_MONITOR.value, d.c.id != device.id
        )
    ).first()
    if other is None:
        raise Conflict("", f"With Indoor Monitor is on: {device.name} is the last monitor of its apartment.")
