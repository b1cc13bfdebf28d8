"""Whether the device at an address is the one it stands for: addresses move, and a proof is of one device only."""

from __future__ import annotations

import asyncio

from backend.devices.client import DeviceClient
from backend.devices.errors import WrongDevice
from backend.store import tables as t
from backend.store.rows import ROW, select_row
from backend.store.store import Store

ROUND = 60.0
"""Seconds after which a round asks a device anew who it is."""
COMMAND = 120.0
"""Seconds for which that answer lets a command leave at once; twice a round's, so that it hardly ever has to ask."""


class Identity:
    """Who answers at the address of a device, as it was told last."""

    def __init__(self, client: DeviceClient, store: Store, device_id: int) -> None:
        self._client = client
        self._store = store
        self._device_id = device_id
        self._told_at = float("-inf")

    async def require(self, within: float, *, urgent: bool = False) -> None:
        """Have the device told who it is, at most `within` seconds ago; raises as `require_same`."""
        if _now() - self._told_at >= within:
            await require_same(self._client, self._store, self._device_id, urgent=urgent)
            self._told_at = _now()

    def forget(self) -> None:
        """It fell silent, or another one answered: ask anew before anything is sent."""
        self._told_at = float("-inf")


async def require_same(client: DeviceClient, store: Store, device_id: int, *, urgent: bool = False) -> None:
    """Ask the device who it is; raises WrongDevice where its MAC is another one, DeviceError where it cannot tell."""
    told = (await client.info(urgent=urgent)).mac
    known = await asyncio.to_thread(_mac, store, device_id)
    if told and known and told != known:
        raise WrongDevice(told)


def _mac(store: Store, device_id: int) -> str:
    with store.read() as connection:
        return str(connection.execute(select_row(t.device), {ROW: device_id}).one().mac)


def _now() -> float:
    return asyncio.get_running_loop().time()
