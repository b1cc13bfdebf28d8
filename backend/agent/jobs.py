"""What the agent does that belongs to no single device: identifying an address, ending what is over."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Coroutine

import structlog
from sqlalchemy import select

from backend.devices.address import DeviceAddress, Secret
from backend.devices.identify import identify
from backend.domain.context import Context, agent_context
from backend.domain.device_drafts import FindingRecord
from backend.domain.enums import CommandState, CommandVerb
from backend.domain.errors import SmartPlusError
from backend.services.apartment_faces import follow_premium
from backend.services.booking_ends import free_over
from backend.services.move_acts import carry_out, moves_due
from backend.services.retention import purge
from backend.services.temp_key_ends import free_ended
from backend.store import tables as t
from backend.store.store import Store
from backend.store.wal import WARN_BYTES, checkpoint, wal_bytes
from backend.sync import commands, cooling

log = structlog.get_logger()
TIDY_EVERY = 60.0
"""Seconds between two times of freeing what has cooled, ending temporary keys and reservations that are over, following
premium plans, emptying the database's log, and of looking whether old rows were taken away today."""
AGAIN_AFTER = 60.0
"""Seconds until a move that could not be carried out is tried again."""


class Jobs:
    """The agent's odd jobs; each runs beside the workers and never holds them up."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()
        self._tidied_at = float("-inf")
        self._purging: asyncio.Task[None] | None = None
        self._stopping = threading.Event()
        self._set_aside: dict[int, float] = {}
        """Move that could not be carried out -> when it is tried again."""

    def identify(self) -> None:
        """Carry out the commands that have no device yet."""
        self._begin(self._identify())

    async def tick(self) -> None:
        """Once a second: end late commands, move families whose time has come; once a minute what `TIDY_EVERY` says."""
        await asyncio.to_thread(commands.expire, self._store, self._context)
        await self._move()
        now = asyncio.get_running_loop().time()
        if now - self._tidied_at >= TIDY_EVERY:
            self._tidied_at = now
            self._begin(self._checkpoint())
            if self._purging is None or self._purging.done():
                self._purging = self._begin(self._purge())
            for context in await asyncio.to_thread(self._communities):
                await asyncio.to_thread(cooling.free_cooled, self._store, context)
                await asyncio.to_thread(free_ended, self._store, context)
                await asyncio.to_thread(free_over, self._store, context)
                await asyncio.to_thread(follow_premium, self._store, context)

    async def _move(self) -> None:
        """Carry out the moves that are due; one that cannot be is told once, set aside, and tried again later."""
        now = asyncio.get_running_loop().time()
        for context, move_id in await asyncio.to_thread(moves_due, self._store):
            if now < self._set_aside.get(move_id, now):
                continue
            try:
                await asyncio.to_thread(carry_out, self._store, context, move_id)
            except Exception as error:  # whatever is wrong with one row, the others and the doors go on
                known = isinstance(error, SmartPlusError)
                told = str(error) if known else type(error).__name__
                log.warning("a planned move was not carried out", move=move_id, error=told, exc_info=not known)
                self._set_aside[move_id] = now + AGAIN_AFTER

    async def aclose(self) -> None:
        """Stop what runs."""
        self._stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, job: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _purge(self) -> None:
        """Take away what is too old, where that was not done today; it may take minutes and holds nothing up."""
        for context in await asyncio.to_thread(self._communities):
            try:
                await asyncio.to_thread(purge, self._store, context, self._stopping.is_set)
            except SmartPlusError as error:
                log.warning("old rows were not taken away", community=context.community_id, error=str(error))

    def _communities(self) -> list[Context]:
        """The agent in each community: what it does there stands in that community's operation log."""
        with self._store.read() as connection:
            ids = connection.execute(select(t.community.c.id).order_by(t.community.c.id)).scalars()
            return [agent_context(community_id) for community_id in ids]

    async def _checkpoint(self) -> None:
        """Bring the database's log back into the file, so that it does not grow while terminals keep the site open."""
        try:
            emptied = await asyncio.to_thread(checkpoint, self._store)
        except SmartPlusError as error:
            log.warning("the database's log was not written back", error=str(error))
            return
        size = wal_bytes(self._store.path)
        if not emptied and size > WARN_BYTES:
            log.warning("the database's log grows: something reads for too long", bytes=size)

    async def _identify(self) -> None:
        while command := await asyncio.to_thread(commands.claim, self._store, self._context, None):
            if command.verb is not CommandVerb.IDENTIFY:
                await self._end(command, CommandState.REFUSED, "this needs a device")
                continue
            try:
                finding = await self._find(command)
            except SmartPlusError as error:
                finding = FindingRecord(state="no_answer", sentence=str(error))
            await self._end(command, CommandState.DONE, finding.model_dump_json())

    async def _find(self, command: commands.Claimed) -> FindingRecord:
        sealed = command.args.get("password", "")
        password = ""
        if sealed:
            password = self._store.sealer.open_text(f"command.args:{command.uuid}", base64.b64decode(sealed))
        address = DeviceAddress.parse(command.args.get("address", ""))
        found = await identify(address, username=command.args.get("user", ""), password=Secret(password))
        return FindingRecord(
            state=found.state,
            sentence=found.sentence,
            menu_path=found.menu_path,
            scheme=found.address.scheme,
            host=found.address.host,
            port=found.address.port,
            auth=found.auth,
            tls_pin=found.tls_pin or "",
            legacy_tls=found.legacy_tls,
            model=found.model,
            mac=found.mac,
            firmware=found.firmware,
            profile=found.profile_name or "",
        )

    async def _end(self, command: commands.Claimed, state: CommandState, result: str) -> None:
        await asyncio.to_thread(commands.end, self._store, self._context, command, state, result)
