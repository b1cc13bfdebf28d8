"""Keeping relays open by hours, and shutting them when the hours are gone (rules 13.1; edge case 49)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from backend.devices.client import DeviceClient
from backend.devices.schedules import ALWAYS as ALWAYS_REF
from backend.domain.access.results import ALWAYS, DoorHold
from backend.domain.context import Context
from backend.store import tables as t
from backend.store.rows import ROW
from backend.store.store import Store
from backend.store.work import Work
from backend.sync.difference import HeldSchedule
from backend.sync.readback import NotKept


@dataclass(frozen=True, slots=True)
class HeldOpen:
    """By which schedules we believe a device to keep a relay open; `unknown` after a request nobody saw the end of."""

    keys: tuple[str, ...]
    unknown: bool = False


def load_held_open(connection: Connection, device_id: int) -> dict[int, HeldOpen]:
    """The relays of a device that were ever kept open from here, by number."""
    rows = connection.execute(_held(), {ROW: device_id})
    return {row[0]: HeldOpen(tuple(filter(None, row[1].split(";"))), bool(row[2])) for row in rows}


@cache
def _held() -> Select[Any]:
    r = t.relay_held
    return select(r.c.number, r.c["keys"], r.c.unknown).where(r.c.device_id == bindparam(ROW))


def remaining(held: HeldOpen, wanted: DoorHold | None, schedules: Mapping[str, HeldSchedule]) -> tuple[str, ...]:
    """What of the schedules that keep a relay open may go on doing so. Pure."""
    keep = set(wanted.keys if wanted else ()) & (schedules.keys() | {ALWAYS})
    return tuple(key for key in held.keys if key in keep)


class Holding:
    """Brings the relay schedules of one device to what they should be.

    Each request is noted as in doubt before it leaves, and the doubt ends when the relay was seen to be shut where it
    has to be: a door must not stay open because a connection broke between the two.
    """

    def __init__(self, store: Store, context: Context, device_id: int, client: DeviceClient) -> None:
        self._store = store
        self._context = context
        self._device_id = device_id
        self._client = client

    async def shrink(
        self, held: Mapping[int, HeldOpen], wanted: Iterable[DoorHold], schedules: Mapping[str, HeldSchedule]
    ) -> None:
        """Take away the hours that are to go, and shut the relays that stand open by them.

        Raises NotKept where the device keeps a relay open all the same, DeviceError.
        """
        holds = {hold.number: hold for hold in wanted}
        for number, here in sorted(held.items()):
            hold = holds.get(number)
            keep = remaining(here, hold, schedules)
            if keep != here.keys:
                await self._write(number, keep, schedules)
            if (keep != here.keys or here.unknown) and not (hold and hold.open):
                await self._shut(number)
            if keep != here.keys or here.unknown:
                await self._book(lambda work, n=number, k=keep: _note(work, self._device_id, n, k))  # type: ignore[misc]

    async def grow(self, wanted: Iterable[DoorHold], schedules: Mapping[str, HeldSchedule]) -> None:
        """Keep relays open in all hours that are wanted, once their schedules are there; raises as `shrink`."""
        held = await asyncio.to_thread(self._held)
        for hold in wanted:
            keys = tuple(key for key in hold.keys if key == ALWAYS or key in schedules)
            here = held.get(hold.number)
            if here is None or here.keys != keys:
                await self._write(hold.number, keys, schedules)
                await self._book(lambda work, n=hold.number, k=keys: _note(work, self._device_id, n, k))  # type: ignore[misc]

    async def read_back(self, schedules: Mapping[str, HeldSchedule]) -> dict[int, HeldOpen]:
        """Correct the books by what the device says; answers the beliefs that were wrong, as they were."""
        held = await asyncio.to_thread(self._held)
        if not held:
            return {}
        names = {one.ref: key for key, one in schedules.items()} | {ALWAYS_REF: ALWAYS}
        found = await self._client.relay_schedules(held)
        told = {number: tuple(sorted(names.get(ref, f"?{ref}") for ref in refs)) for number, refs in found.items()}
        wrong = {number: here for number, here in held.items() if told[number] != here.keys}
        if wrong:
            await self._book(lambda work: _correct(work, self._device_id, {n: told[n] for n in wrong}))
        return {number: here for number, here in wrong.items() if not here.unknown}

    async def _write(self, number: int, keys: Iterable[str], schedules: Mapping[str, HeldSchedule]) -> None:
        refs = [ALWAYS_REF if key == ALWAYS else schedules[key].ref for key in keys]
        await self._book(lambda work: _doubt(work, self._device_id, number))
        if not await self._client.set_relay_schedule(number, refs):
            raise NotKept(f"The device did not keep the relay schedule of relay {number}.")

    async def _shut(self, number: int) -> None:
        if not await self._client.shut_relay(number):
            raise NotKept(f"Relay {number} was told to close and still stands open.")

    def _held(self) -> dict[int, HeldOpen]:
        with self._store.read() as connection:
            return load_held_open(connection, self._device_id)

    async def _book(self, act: Callable[[Work], None]) -> None:
        def run() -> None:
            with self._store.books(self._context) as work:
                act(work)

        await asyncio.to_thread(run)


def _note(work: Work, device_id: int, number: int, keys: Iterable[str]) -> None:
    """The device keeps this relay open by these schedules, for certain."""
    r = t.relay_held
    work.connection.execute(delete(r).where(r.c.device_id == device_id, r.c.number == number))
    row = {"device_id": device_id, "number": number, "keys": ";".join(keys), "at": work.at}
    work.connection.execute(insert(r).values(**row))
    work.touch("devices")


def _doubt(work: Work, device_id: int, number: int) -> None:
    r = t.relay_held
    changed = work.connection.execute(
        update(r).where(r.c.device_id == device_id, r.c.number == number).values(unknown=True)
    )
    if not changed.rowcount:
        row = {"device_id": device_id, "number": number, "unknown": True, "at": work.at}
        work.connection.execute(insert(r).values(**row))


def _correct(work: Work, device_id: int, told: Mapping[int, tuple[str, ...]]) -> None:
    """What the device says; a doubt stays, since the relay itself was not seen."""
    r = t.relay_held
    for number, keys in told.items():
        work.connection.execute(
            update(r)
            .where(r.c.device_id == device_id, r.c.number == number)
            .values(keys=";".join(keys), unknown=True, at=work.at)
        )
    work.touch("devices")
