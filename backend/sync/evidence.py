"""What a device says of itself when records of ours are gone from it: was it reset, has its firmware changed?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import Row, select

from backend.devices.client import DeviceClient
from backend.domain.formats import age
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.drifting import Evidence


async def look_for_evidence(client: DeviceClient, store: Store, device_id: int) -> Evidence:
    """Ask for uptime, firmware and the newest log line, and compare with what we knew; raises DeviceError.

    A log that counts anew, or a device that started after it was last read, speaks for a factory reset.
    """
    info = await client.info()
    known = await asyncio.to_thread(_known, store, device_id)
    log = await client.door_log_since(known.log_last_id, max_pages=1)
    reset = ""
    if log.reset:
        reset = "its door log begins anew"
    elif info.uptime_s is not None and known.read_back_at is not None:
        began = store.clock() - timedelta(seconds=info.uptime_s)
        if began > known.read_back_at:
            reset = f"it started {age(timedelta(seconds=info.uptime_s))} ago"
    changed = bool(info.firmware) and info.firmware != known.firmware
    return Evidence(reset, f"its firmware is {info.firmware} now, was {known.firmware}" if changed else "")


def _known(store: Store, device_id: int) -> Row[str, int | None, object]:
    d, state, sync = t.device, t.device_state, t.device_sync
    with store.read() as connection:
        return connection.execute(
            select(d.c.firmware, state.c.log_last_id, sync.c.read_back_at)
            .join(state, state.c.id == d.c.id)
            .join(sync, sync.c.id == d.c.id)
            .where(d.c.id == device_id)
        ).one()
