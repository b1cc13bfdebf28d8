"""The worker of one device: everything that goes to it and comes from it, one thing after the other."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy import update

from backend.devices.client import DeviceClient
from backend.devices.door_log import LogRead
from backend.devices.errors import AccessDenied, DeviceError, LoginRefused, RelayRefused
from backend.devices.profiles import Profile
from backend.domain.context import Context
from backend.domain.enums import CommandState, CommandVerb
from backend.domain.errors import SmartPlusError
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work
from backend.sync import books, commands
from backend.sync.callback import Callback
from backend.sync.reconcile import Reconciler

log = structlog.get_logger()


class LogIntake(Protocol):
    """Where the lines of a device's log go."""

    def last_id(self, device_id: int) -> int | None:
        """The number of the last line taken."""

    def take(self, device_id: int, read: LogRead) -> int:
        """Keep what was read; answers how many lines were new."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a device is looked at when nothing happens, in seconds."""

    status: float = 30.0
    door_log: float = 20.0
    silent: float = 10.0
    """While a device does not answer."""


class Worker:
    """Serves one device until cancelled; `wake` and `command` say that there is something to do now."""

    def __init__(
        self,
        store: Store,
        context: Context,
        device_id: int,
        *,
        client: DeviceClient,
        profile: Profile,
        callback: Callback,
        intake: LogIntake,
        pace: Pace,
        chance: random.Random,
    ) -> None:
        self._store = store
        self._context = context
        self._device_id = device_id
        self._client = client
        self._callback = callback
        self._intake = intake
        self._pace = pace
        self._chance = chance
        self._reconciler = Reconciler(store, context, device_id, client=client, profile=profile)
        self._awake = asyncio.Event()
        self._commanded = asyncio.Event()
        self._log_due = True
        self._read_back = False
        self._status_at = 0.0
        self._log_at = 0.0
        self._uptime: int | None = None
        self._stopped = False

    def wake(self) -> None:
        """The device may be dirty."""
        self._awake.set()

    def command(self) -> None:
        """A command waits."""
        self._commanded.set()

    def event(self) -> None:
        """The device told us something: its log has grown, and it is alive."""
        self._log_due = True
        self._awake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._serve_commands())
            tasks.create_task(self._serve())

    async def _serve(self) -> None:
        while True:
            self._awake.clear()
            try:
                await self._round()
            except SmartPlusError as error:
                log.warning("device round failed", device=self._device_id, error=str(error))
            try:
                async with asyncio.timeout(await self._pause()):
                    await self._awake.wait()
            except TimeoutError:
                continue

    async def _round(self) -> None:
        """Changes first, then what the device has to tell, then whether it still lives."""
        if self._stopped:
            return
        await self._reconcile_if_due()
        now = asyncio.get_running_loop().time()
        if now - self._status_at >= self._pace.status:
            await self._guarded(self._look())
        if self._log_due or now - self._log_at >= self._pace.door_log:
            await self._guarded(self._read_log())

    async def _reconcile_if_due(self) -> None:
        sync = await asyncio.to_thread(self._sync_row)
        now = self._store.clock()
        dirty = sync.gen > sync.done_gen and (sync.not_before is None or sync.not_before <= now)
        timed = sync.next_change_at is not None and sync.next_change_at <= now
        held = bool(sync.held_reason) and not sync.released and not self._read_back
        if held or not (dirty or timed or self._read_back):
            return
        wanted, self._read_back = self._read_back, False
        try:
            await self._reconciler.run(read_back=wanted)
        except DeviceError as error:
            self._read_back = wanted
            await self._failed(sync, error)
        else:
            await self._note(self._alive)

    async def _failed(self, sync: books.SyncRow, error: DeviceError) -> None:
        attempt = sync.attempt + 1
        wait = timedelta(seconds=books.backoff(attempt, self._chance))

        def note(work: Work) -> None:
            books.note_failed(work, self._device_id, attempt, not_before=work.at + wait, error=str(error))

        await self._note(note)
        await self._trouble(error)

    async def _guarded(self, call: Awaitable[None]) -> None:
        try:
            await call
        except DeviceError as error:
            await self._trouble(error)
        else:
            await self._note(self._alive)

    async def _trouble(self, error: DeviceError) -> None:
        """A device that answers with a refusal is there; one that does not answer is offline."""
        if isinstance(error, LoginRefused):
            self._stopped = True
        self._status_at = asyncio.get_running_loop().time() - self._pace.status + self._pace.silent
        self._log_at = asyncio.get_running_loop().time()
        await self._note(lambda work: books.note_silent(work, self._device_id, str(error)))

    def _alive(self, work: Work) -> None:
        offset = None
        if self._client.last_date is not None:
            offset = round((self._client.last_date - self._store.clock()).total_seconds() * 1000)
        books.note_alive(work, self._device_id, clock_offset_ms=offset, uptime_s=self._uptime)

    async def _look(self) -> None:
        """Is it alive, has it restarted, how do its relays stand, does it still call us?"""
        status = await self._client.status()
        restarted = self._uptime is not None and status.uptime_s is not None and status.uptime_s < self._uptime
        first = self._uptime is None
        self._uptime = status.uptime_s
        self._read_back = self._read_back or restarted
        relays = await self._client.relay_status()
        await self._note(lambda work: self._note_relays(work, relays))
        if first or restarted:
            await self._callback.ensure(self._client)
        self._status_at = asyncio.get_running_loop().time()
        if restarted:
            self._awake.set()

    def _note_relays(self, work: Work, relays: dict[int, bool]) -> None:
        states = json.dumps({str(number): is_open for number, is_open in sorted(relays.items())})
        d = t.device_state
        changed = work.connection.execute(
            update(d).where(d.c.id == self._device_id, d.c.relay_states != states).values(relay_states=states)
        )
        work.connection.execute(update(d).where(d.c.id == self._device_id).values(relays_read_at=work.at))
        if changed.rowcount:
            work.touch("devices")

    async def _read_log(self) -> None:
        self._log_due = False
        before = await asyncio.to_thread(self._intake.last_id, self._device_id)
        try:
            read = await self._client.door_log_since(before)
        except DeviceError:
            self._log_due = True
            raise
        await asyncio.to_thread(self._intake.take, self._device_id, read)
        self._log_at = asyncio.get_running_loop().time()

    async def _serve_commands(self) -> None:
        """Openings do not wait for the round under way: the client lets them in before its next request."""
        while True:
            await self._commanded.wait()
            self._commanded.clear()
            for command in await asyncio.to_thread(commands.claim, self._store, self._context, self._device_id):
                state, result = await self._carry_out(command)
                await asyncio.to_thread(commands.end, self._store, self._context, command, state, result)

    async def _carry_out(self, command: commands.Claimed) -> tuple[CommandState, str]:
        try:
            if command.verb is CommandVerb.OPEN and command.relay_number is not None:
                await self._client.trigger_relay(command.relay_number)
                return CommandState.DONE, "opened"
            if command.verb is CommandVerb.REBOOT:
                await self._client.reboot()
                return CommandState.DONE, "restarting"
            if command.verb is CommandVerb.READ_BACK:
                return await self._check()
        except RelayRefused as error:
            return CommandState.REFUSED, str(error)
        except (LoginRefused, AccessDenied) as error:
            return CommandState.REFUSED, str(error)
        except DeviceError as error:
            return (CommandState.UNKNOWN if error.ambiguous else CommandState.FAILED), str(error)
        return CommandState.REFUSED, "this device cannot do that"

    async def _check(self) -> tuple[CommandState, str]:
        """Have the next round read the device back; a person who asks also ends a stop after a refused login."""
        self._stopped = False
        self._read_back = True
        self._awake.set()
        return CommandState.DONE, "reading back"

    async def _pause(self) -> float:
        """Seconds until something is due by itself."""
        if self._stopped:
            return self._pace.status
        now = asyncio.get_running_loop().time()
        waits = [self._status_at + self._pace.status - now, self._log_at + self._pace.door_log - now]
        sync = await asyncio.to_thread(self._sync_row)
        moment = sync.not_before if sync.gen > sync.done_gen else sync.next_change_at
        if moment is not None and not sync.held_reason:
            waits.append((moment - self._store.clock()).total_seconds())
        return max(0.02, min(waits))

    def _sync_row(self) -> books.SyncRow:
        with self._store.read() as connection:
            return books.load_sync(connection, self._device_id)

    async def _note(self, act: Callable[[Work], None]) -> None:
        def run() -> None:
            with self._store.books(self._context) as work:
                act(work)

        await asyncio.to_thread(run)

    async def aclose(self) -> None:
        """Close the connection to the device."""
        await self._client.aclose()
