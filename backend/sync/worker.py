"""The worker of one device: everything that goes to it and comes from it, one thing after the other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ParamSpec, TypeVar

import structlog

from backend.devices.client import DeviceClient
from backend.devices.errors import DeviceError, LoginRefused
from backend.devices.profiles import Profile
from backend.domain.context import Context
from backend.domain.enums import CommandState, CommandVerb
from backend.domain.errors import SmartPlusError
from backend.store.store import Store
from backend.store.work import Work
from backend.sync import books, commands, reach
from backend.sync.callback import Callback
from backend.sync.errand import carry_out
from backend.sync.identity import COMMAND, ROUND, Identity
from backend.sync.reconcile import Reconciler
from backend.sync.rulebook import RuleBook
from backend.sync.watch import LogIntake, Watch

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()
_SHORTEST_PAUSE = 0.02
_URGENT = ThreadPoolExecutor(2, thread_name_prefix="openings")
"""Threads for commands alone: somebody who waits at a door does not queue behind the books of fifty others."""


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
        rules: RuleBook,
        callback: Callback,
        intake: LogIntake,
        pace: Pace,
        chance: random.Random,
    ) -> None:
        self._store = store
        self._context = context
        self._device_id = device_id
        self._client = client
        self._pace = pace
        self._chance = chance
        self._reconciler = Reconciler(store, context, device_id, client=client, profile=profile, rules=rules)
        self._watch = Watch(store, context, device_id, client=client, callback=callback, intake=intake)
        self._awake = asyncio.Event()
        self._commanded = asyncio.Event()
        self._log_due = True
        self._read_back = False
        self._identity = Identity(client, store, device_id)
        self._status_at = float("-inf")
        self._log_at = float("-inf")
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
            tasks.create_task(self._keep_serving())
            tasks.create_task(self._keep_working())

    async def _keep_working(self) -> None:
        while True:
            self._awake.clear()
            await self._shielded(self.work())
            try:
                async with asyncio.timeout(await self._pause()):
                    await self._awake.wait()
            except TimeoutError:
                continue

    async def _keep_serving(self) -> None:
        """Openings do not wait for the round under way: the client lets them in before its next request."""
        while True:
            await self._commanded.wait()
            self._commanded.clear()
            await self._shielded(self.serve())

    async def _shielded(self, step: Awaitable[None]) -> None:
        """A step that fails is left at that: the next one begins anew from the books."""
        try:
            await step
        except SmartPlusError as error:
            log.warning("device round failed", device=self._device_id, error=str(error))

    async def work(self) -> None:
        """One round: changes first, then whether the device lives, then what it has to tell."""
        steps = (self._reconcile_if_due, self._look_if_due, self._read_log_if_due)
        for step in steps:
            if self._stopped:
                return
            try:
                await step()
            except DeviceError as error:
                await self._note(partial(reach.note_error, device_id=self._device_id, error=error))
                self._stopped = isinstance(error, LoginRefused)
                if not isinstance(error, reach.THERE):
                    self._identity.forget()
                    self._look_again_soon()
                    return

    def _look_again_soon(self) -> None:
        """The device cannot be reached: ask nothing else of it until it gives a sign of life."""
        self._status_at = self._now() - self._pace.status + self._pace.silent
        self._log_at = self._now()

    async def serve(self) -> None:
        """Carry out the commands that wait for this device, oldest first."""
        while True:
            command = await _at_once(commands.claim, self._store, self._context, self._device_id)
            if command is None:
                return
            if command.verb is CommandVerb.READ_BACK:
                await self._check()
                state, result = CommandState.DONE, "reading back"
            else:
                prove = partial(self._identity.require, COMMAND, urgent=True)
                state, result = await carry_out(command, self._client, prove)
                if state in (CommandState.FAILED, CommandState.UNKNOWN):
                    self._identity.forget()
            await _at_once(commands.end, self._store, self._context, command, state, result)

    async def _check(self) -> None:
        """Have the next round read the device back; a person who asks also ends every wait and stop after an error."""
        self._stopped = False
        self._read_back = True
        await self._note(lambda work: books.note_asked(work, self._device_id))
        self._awake.set()

    async def _recognise(self) -> None:
        """Before anything is sent: it may be another device that has the address now."""
        await self._identity.require(ROUND)

    async def _reconcile_if_due(self) -> None:
        sync = await asyncio.to_thread(self._sync_row)
        due = sync.due_at(wanted=self._read_back, held_gen=self._reconciler.held_gen)
        if due is None or due > self._store.clock():
            return
        wanted, self._read_back = self._read_back, False
        try:
            await self._recognise()
            done = await self._reconciler.run(read_back=wanted, alive=self._alive)
        except DeviceError as error:
            self._read_back = self._read_back or wanted
            await self._note(partial(self._failed, sync.attempt + 1, error))
            raise
        if self._reconciler.spoke and not done:
            await self._note(self._alive)

    def _failed(self, attempt: int, error: DeviceError, work: Work) -> None:
        reach.note_error(work, self._device_id, error)
        wait = timedelta(seconds=books.backoff(attempt, self._chance))
        books.note_failed(work, self._device_id, attempt, not_before=work.at + wait, error=str(error))

    async def _look_if_due(self) -> None:
        if self._now() < self._status_at + self._pace.status:
            return
        self._status_at = self._now()
        await self._recognise()
        restarted = await self._watch.look()
        await self._note(self._alive)
        if restarted:
            self._read_back = self._log_due = True
            self._awake.set()

    async def _read_log_if_due(self) -> None:
        if not self._log_due and self._now() < self._log_at + self._pace.door_log:
            return
        self._log_due, self._log_at = False, self._now()
        try:
            await self._watch.read_log()
        except DeviceError:
            self._log_due = True
            raise
        await self._note(self._alive)

    def _alive(self, work: Work) -> None:
        reach.note_alive(work, self._device_id, clock_offset_ms=self._watch.clock_offset_ms())

    async def _pause(self) -> float:
        """Seconds until something is due by itself."""
        if self._stopped:
            return self._pace.status
        waits = [self._status_at + self._pace.status - self._now(), self._log_at + self._pace.door_log - self._now()]
        sync = await asyncio.to_thread(self._sync_row)
        due = sync.due_at(wanted=self._read_back, held_gen=self._reconciler.held_gen)
        if due is not None:
            waits.append((due - self._store.clock()).total_seconds())
        return max(_SHORTEST_PAUSE, min(waits))

    def _sync_row(self) -> books.SyncRow:
        with self._store.read() as connection:
            return books.load_sync(connection, self._device_id)

    async def _note(self, act: Callable[[Work], None]) -> None:
        def run() -> None:
            with self._store.books(self._context) as work:
                act(work)

        await asyncio.to_thread(run)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def aclose(self) -> None:
        """Close the connection to the device."""
        await self._client.aclose()


async def _at_once(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(_URGENT, partial(call, *args, **kwargs))
