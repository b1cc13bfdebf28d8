"""What a device says of itself when records of ours are gone from it: was it reset, has its firmware changed?"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

from sqlalchemy import Row, select

from backend.devices.client import DeviceClient
from backend.devices.errors import DeviceError
from backend.domain.formats import age
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.drifting import Evidence, readable


async def look_for_evidence(client: DeviceClient, store: Store, device_id: int) -> Evidence:
    """Ask for uptime, firmware and the newest log line, and compare with what we knew.

    A log that counts anew, or a device that started after it was last read, speaks for a factory reset. A device that
    does not tell is set right all the same: nothing speaks then.
    """
    known = await asyncio.to_thread(_known, store, device_id)
    reset = changed = ""
    with contextlib.suppress(DeviceError):
        info = await client.info()
        if info.uptime_s is not None and known.read_back_at is not None:
            running = timedelta(seconds=info.uptime_s)
            reset = f"it started {age(running)} ago" if store.clock() - running > known.read_back_at else ""
        if info.firmware and info.firmware != known.firmware:
            changed = f"its firmware is {readable(info.firmware)} now, was {known.firmware}"
    with contextlib.suppress(DeviceError):
        if (await client.door_log_since(known.log_last_id, max_pages=1)).reset:
            reset = "its door log begins anew"
    return Evidence(reset, changed)


def _known(store: Store, device_id: int) -> Row[str, int | None, object]:
    d, state, sync = t.device, t.device_state, t.device_sync
    with store.read() as connection:
        return connection.execute(
            select(d.c.firmware, state.c.log_last_id, sync.c.read_back_at)
            .join(state, state.c.id == d.c.id)
            .join(sync, sync.c.id == d.c.id)
            .where(d.c.id == device_id)
        ).one()
