"""The agent: a worker per device, the inbound server, and what keeps them going."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete, insert, select, update

from backend.agent.inbound import bind, make_app, make_server
from backend.agent.jobs import Jobs
from backend.domain.context import agent_context, new_id
from backend.domain.errors import Busy
from backend.intake.action_url import ActionUrlIntake, Told
from backend.intake.door_log import DoorLogIntake
from backend.outbox.sending import Sending
from backend.store import tables as t
from backend.store.poke import PokeListener
from backend.store.site import Site
from backend.store.store import Store
from backend.sync import commands
from backend.sync.make import make_worker
from backend.sync.rulebook import RuleBook
from backend.sync.worker import Pace, Worker

log = structlog.get_logger()
HEARTBEAT_EVERY = 2.0
LOOK_EVERY = 1.0
"""Seconds after which the agent looks by itself: a poke may get lost."""


@dataclass(slots=True)
class Running:
    """A worker under way, with the version of the device row that it was made from."""

    worker: Worker
    task: asyncio.Task[None]
    version: int
    gen: int = -1


class Agent:
    """The one agent of a site; whoever runs it holds the site's lock."""

    def __init__(self, store: Store, site: Site, *, pace: Pace | None = None, service: bool = False) -> None:
        self._store = store
        self._site = site
        self._pace = pace or Pace()
        self._service = service
        self._instance = new_id()
        self._running: dict[int, Running] = {}
        self._rules = RuleBook(store.sealer)
        self._context = agent_context(self._community())
        self._jobs = Jobs(store, self._context)
        self._sending = Sending(store, self._context)
        self._base_url = ""
        self._stopping = asyncio.Event()
        self.started = asyncio.Event()
        """Set once commands are taken."""

    def stop(self) -> None:
        """Have `run` end soon."""
        self._stopping.set()

    async def run(self) -> None:
        """Serve until `stop`; raises what no retry can mend."""
        commands.abandon(self._store, self._context)
        intake = ActionUrlIntake(self._store, self._context)
        listener = bind(*self._listen_at())
        server = make_server(make_app(intake, self._told))
        self._publish(listener)
        now = self._store.clock()
        self._beat(now, now)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with PokeListener(self._site) as pokes, asyncio.TaskGroup() as tasks:
                endless = (self._keep_beating(), self._keep_ticking(), self._sending.run())
                beside = [tasks.create_task(one) for one in endless]
                await self._dispatch(pokes)
                for task in beside:
                    task.cancel()
        finally:
            await self._end_workers()
            server.should_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await serving
            await asyncio.to_thread(self._sign_off)

    async def _dispatch(self, pokes: PokeListener) -> None:
        """Look what there is to do, at every poke and every second, and wake whom it concerns."""
        while not self._stopping.is_set():
            try:
                await self._look()
            except Busy as error:
                log.warning("the agent could not look", error=str(error))
            self.started.set()
            waiting = asyncio.create_task(pokes.wait(LOOK_EVERY))
            stopping = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (waiting, stopping):
                task.cancel()
            await asyncio.gather(waiting, stopping, return_exceptions=True)

    async def _look(self) -> None:
        """Hand out the commands first, since somebody waits at a door, then whatever else has changed."""
        waiting = await asyncio.to_thread(self._waiting)
        late = self._hand_out(waiting)
        devices = await asyncio.to_thread(self._devices)
        await self._match(devices)
        for device_id, (_, gen) in devices.items():
            running = self._running[device_id]
            if running.gen != gen:
                running.gen = gen
                running.worker.wake()
        self._hand_out(late)
        self._sending.wake()

    def _hand_out(self, waiting: set[int | None]) -> set[int | None]:
        """Wake those whom queued commands are for; answers the devices that have no worker yet."""
        late: set[int | None] = set()
        for wanted in waiting:
            if wanted is None:
                self._jobs.identify()
            elif wanted in self._running:
                self._running[wanted].worker.command()
            else:
                late.add(wanted)
        return late

    def _waiting(self) -> set[int | None]:
        with self._store.read() as connection:
            return commands.waiting_devices(connection)

    def _devices(self) -> dict[int, tuple[int, int]]:
        d, s = t.device, t.device_sync
        with self._store.read() as connection:
            rows = connection.execute(select(d.c.id, d.c.row_version, s.c.gen, s.c.released).join(s, s.c.id == d.c.id))
            return {row.id: (row.row_version, row.gen * 2 + int(row.released)) for row in rows}

    async def _match(self, devices: dict[int, tuple[int, int]]) -> None:
        """One worker for each device, made anew when the device was edited or the worker broke."""
        for device_id, running in list(self._running.items()):
            version = devices.get(device_id, (None, 0))[0]
            if version != running.version or running.task.done():
                if running.task.done() and not running.task.cancelled() and (error := running.task.exception()):
                    log.error("worker broke", device=device_id, exc_info=error)
                await self._end(device_id)
        for device_id, (version, _) in devices.items():
            if device_id not in self._running:
                worker = await asyncio.to_thread(self._make, device_id)
                self._running[device_id] = Running(worker, asyncio.create_task(worker.run()), version)

    def _make(self, device_id: int) -> Worker:
        return make_worker(
            self._store,
            device_id,
            rules=self._rules,
            base_url=self._base_url,
            intake=DoorLogIntake(self._store, self._context),
            pace=self._pace,
            chance=random.Random(),  # noqa: S311 - jitter, no secret
        )

    def _told(self, event: Told) -> None:
        running = self._running.get(event.device_id)
        if running is not None:
            running.worker.event()

    async def _end(self, device_id: int) -> None:
        running = self._running.pop(device_id)
        running.task.cancel()
        await asyncio.gather(running.task, return_exceptions=True)
        await running.worker.aclose()

    async def _end_workers(self) -> None:
        for device_id in list(self._running):
            await self._end(device_id)
        await self._jobs.aclose()

    async def _keep_ticking(self) -> None:
        """The odd jobs once a second, beside the looks: a poke never waits for them."""
        while True:
            try:
                await self._jobs.tick()
            except Busy as error:
                log.warning("the agent could not do its odd jobs", error=str(error))
            await asyncio.sleep(LOOK_EVERY)

    async def _keep_beating(self) -> None:
        started = self._store.clock()
        while True:
            try:
                await asyncio.to_thread(self._beat, started, self._store.clock())
            except Busy as error:
                log.warning("the agent could not give its sign", error=str(error))
            await asyncio.sleep(HEARTBEAT_EVERY)

    def _beat(self, started: datetime, now: datetime) -> None:
        values: dict[str, Any] = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "instance": self._instance,
            "started_at": started,
            "heartbeat_at": now,
            "base_url": self._base_url,
            "service": self._service,
        }
        with self._store.books(self._context) as work:
            beaten = work.connection.execute(
                update(t.agent).where(t.agent.c.instance == self._instance).values(heartbeat_at=now)
            )
            if not beaten.rowcount:
                work.connection.execute(delete(t.agent))
                work.connection.execute(insert(t.agent).values(**values))
                work.touch("agent")

    def _sign_off(self) -> None:
        with self._store.books(self._context) as work:
            work.connection.execute(delete(t.agent).where(t.agent.c.instance == self._instance))
            work.touch("agent")

    def _community(self) -> int:
        with self._store.read() as connection:
            return int(connection.execute(select(t.community.c.id).order_by(t.community.c.id).limit(1)).scalar_one())

    def _listen_at(self) -> tuple[str, int]:
        found = self._settings()
        return found.get("agent.host", "127.0.0.1"), int(found.get("agent.port", "0"))

    def _settings(self) -> dict[str, str]:
        with self._store.read() as connection:
            rows = connection.execute(select(t.setting).where(t.setting.c.name.like("agent.%")))
            return {row.name: row.value for row in rows}

    def _publish(self, listener: socket.socket) -> None:
        """Keep the port, so that the Action URLs written into devices stay right after a restart."""
        host, port = listener.getsockname()[:2]
        found = self._settings()
        self._base_url = found.get("agent.base_url") or f"http://{host}:{port}"
        if found.get("agent.port") != str(port):
            with self._store.books(self._context) as work:
                work.connection.execute(delete(t.setting).where(t.setting.c.name == "agent.port"))
                work.connection.execute(insert(t.setting).values(name="agent.port", value=str(port)))
