"""Whether the device at an address is the one it stands for: addresses move, and a proof is of one device only."""

from __future__ import annotations

import asyncio

from backend.devices.client import DeviceClient
from backend.devices.errors import WrongDevice
from backend.store import tables as t
from backend.store.rows import ROW, select_row
from backend.store.store import Store


async def require_same(client: DeviceClient, store: Store, device_id: int) -> None:
    """Ask the device who it is; raises WrongDevice where its MAC is another one, DeviceError where it cannot tell."""
    told = (await client.info()).mac
    known = await asyncio.to_thread(_mac, store, device_id)
    if told and known and told != known:
        raise WrongDevice(told)


def _mac(store: Store, device_id: int) -> str:
    with store.read() as connection:
        return str(connection.execute(select_row(t.device), {ROW: device_id}).one().mac)
