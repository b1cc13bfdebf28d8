"""What a device tells when asked: that it lives, how long it runs, how its relays stand, what its log says."""

from __future__ import annotations

import asyncio
import json
from typing import Protocol

from sqlalchemy import update

from backend.devices.client import DeviceClient
from backend.devices.door_log import LogRead
from backend.domain.context import Context
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work
from backend.sync import reach
from backend.sync.callback import Callback


class LogIntake(Protocol):
    """Where the lines of a device's log go."""

    def last_id(self, device_id: int) -> int | None:
        """The number of the last line taken."""

    def take(self, device_id: int, read: LogRead) -> int:
        """Keep what was read; answers how many lines were new."""


class Watch:
    """Looks at one device; every call raises DeviceError."""

    def __init__(
        self,
        store: Store,
        context: Context,
        device_id: int,
        *,
        client: DeviceClient,
        callback: Callback,
        intake: LogIntake,
    ) -> None:
        self._store = store
        self._context = context
        self._device_id = device_id
        self._client = client
        self._callback = callback
        self._intake = intake
        self._taught = False
        self._log_anew = False

    async def look(self) -> bool:
        """Note uptime and relays, and see to it that the device calls us; answers whether it has restarted."""
        status = await self._client.status()
        relays = await self._client.relay_status()
        restarted = await asyncio.to_thread(self._note, status.uptime_s, relays)
        self._log_anew = self._log_anew or restarted
        if restarted or not self._taught:
            self._taught = True
            await self._callback.ensure(self._client)
        return restarted

    async def read_log(self) -> None:
        """Take the lines after the last one known.

        After a restart all that the device has: if it was wiped meanwhile, its new lines may bear numbers known here.
        """
        before = await asyncio.to_thread(self._intake.last_id, self._device_id)
        await self._take(before)
        if self._log_anew and before is not None:
            await self._take(None)
        self._log_anew = False

    async def _take(self, after: int | None) -> None:
        read = await self._client.door_log_since(after)
        await asyncio.to_thread(self._intake.take, self._device_id, read)

    def _note(self, uptime_s: int | None, relays: dict[int, bool]) -> bool:
        with self._store.books(self._context) as work:
            restarted = reach.note_uptime(work, self._device_id, uptime_s)
            _note_relays(work, self._device_id, relays)
            return restarted

    def clock_offset_ms(self) -> int | None:
        """By how much the device's clock is ahead, from its last answer; it tells whole seconds only."""
        date = self._client.last_date
        return None if date is None else round((date - self._store.clock()).total_seconds() * 1000)


def _note_relays(work: Work, device_id: int, relays: dict[int, bool]) -> None:
    states = json.dumps({str(number): is_open for number, is_open in sorted(relays.items())})
    d = t.device_state
    changed = work.connection.execute(
        update(d).where(d.c.id == device_id, d.c.relay_states != states).values(relay_states=states)
    )
    work.connection.execute(update(d).where(d.c.id == device_id).values(relays_read_at=work.at))
    if changed.rowcount:
        work.touch("devices")
