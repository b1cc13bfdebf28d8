"""Making a device hold what it should: compile, compare, send the difference, read back, prove."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from backend.devices.client import DeviceClient
from backend.devices.errors import DeviceError, DeviceRefused
from backend.devices.profiles import Profile
from backend.devices.results import ItemResult
from backend.devices.users import RemoteUser
from backend.domain.access import compile_device
from backend.domain.access.results import Compiled, DoorUser, Loss
from backend.domain.context import Context
from backend.domain.enums import HeldKind
from backend.services.rules import load_rules
from backend.store.store import Store
from backend.store.work import Work
from backend.sync import books, shadow, wire_form
from backend.sync.difference import Difference, HeldSchedule, HeldUser, difference, is_mass_removal
from backend.sync.readback import Found, absent, compare

READ_BACK_EVERY = timedelta(days=1)
T = TypeVar("T")


class NotKept(DeviceError):
    """The device said yes and did not do it: found by reading it back."""


@dataclass(frozen=True, slots=True)
class Job:
    """One reconcile: the generation read first, then what should be, what we believe to be, and what must be proved."""

    gen: int
    compiled: Compiled
    shadow: shadow.Shadow
    sync: books.SyncRow
    freed: tuple[books.Freed, ...]

    def difference(self, fingerprint: Callable[[object], bytes]) -> Difference:
        """What has to be sent."""
        return difference(self.compiled, self.shadow.users, self.shadow.schedules, fingerprint)


class Reconciler:
    """Reconciles one device; the caller sees to it that only one run is under way."""

    def __init__(
        self, store: Store, context: Context, device_id: int, *, client: DeviceClient, profile: Profile
    ) -> None:
        self._store = store
        self._context = context
        self._device_id = device_id
        self._client = client
        self._profile = profile
        self._refused: list[Loss] = []

    async def run(self, *, read_back: bool = False) -> bool:
        """Bring the device to what it should hold; answers False when a mass removal waits for a person.

        `read_back` reads before comparing: after a restart of the device or on demand. Raises DeviceError when the
        device failed on the way; what it is known to hold by then is in the books.
        """
        self._refused = []
        job = await asyncio.to_thread(self._load)
        unmanaged: int | None = None
        if read_back or self._must_read(job):
            found = await self._read_back(job)
            unmanaged = found.unmanaged
            job = await asyncio.to_thread(self._load)
        todo = job.difference(self._store.sealer.fingerprint)
        held = len(job.shadow.users)
        if is_mass_removal(len(todo.remove), held) and not job.sync.released:
            await self._book(lambda work: books.note_held(work, self._device_id, len(todo.remove), held))
            return False
        await self._send(todo, job)
        if job.freed or todo.remove:
            found = await self._read_back(job, proving=True)
            unmanaged = found.unmanaged
        await asyncio.to_thread(self._finish, job, unmanaged)
        return True

    def _must_read(self, job: Job) -> bool:
        read = job.sync.read_back_at
        doubtful = any(user.unknown for user in job.shadow.users.values())
        return read is None or doubtful or self._store.clock() - read > READ_BACK_EVERY

    def _load(self) -> Job:
        with self._store.read() as connection:
            sync = books.load_sync(connection, self._device_id)
            rules = load_rules(connection, self._store.sealer, self._context.community_id)
            believed = shadow.load_shadow(connection, self._device_id)
            freed = books.load_freed(connection, self._store.sealer, self._device_id)
        return Job(sync.gen, compile_device(rules, self._device_id, self._store.clock()), believed, sync, freed)

    async def _send(self, todo: Difference, job: Job) -> None:
        """Removals first: whoever lost a right must not wait for those who gain one."""
        ids = await self._ids([*todo.remove, *(held for held, _ in todo.change)])
        schedules = dict(job.shadow.schedules)
        await self._remove(todo.remove, ids)
        schedules |= await self._add_schedules(todo)
        await self._write([(ids.get(held.key, ""), user) for held, user in todo.change], schedules)
        await self._write([("", user) for user in todo.add], schedules)
        await self._remove_schedules(todo.schedules_remove, schedules)

    async def _ids(self, users: Sequence[HeldUser]) -> dict[str, str]:
        """The record ids of these users by key; the device is asked where adding them did not tell (protocol 1.6)."""
        known = {user.key: user.remote_id for user in users if user.remote_id}
        if len(known) < len(users):
            known = {one.user_id: one.remote_id for one in await self._client.users()} | known
        return known

    async def _remove(self, users: Sequence[HeldUser], ids: dict[str, str]) -> None:
        for part in _slices([user.key for user in users], self._profile.bulk):
            present = [ids[key] for key in part if key in ids]
            if present:
                await self._watched(part, self._client.delete_users(present))
            await self._book(partial(shadow.gone, device_id=self._device_id, kind=HeldKind.USER, keys=part))

    async def _write(self, pairs: Sequence[tuple[str, DoorUser]], schedules: dict[str, HeldSchedule]) -> None:
        """Add users, those without a record id, or replace them; a bulk request at a time."""
        new = [pair for pair in pairs if not pair[0]]
        known = [pair for pair in pairs if pair[0]]
        for part in [*_slices(known, self._profile.bulk), *_slices(new, self._profile.bulk)]:
            bodies = [wire_form.user_body(user, schedules, remote_id) for remote_id, user in part]
            call = self._client.set_users(bodies) if part[0][0] else self._client.add_users(bodies)
            results = await self._watched([user.key for _, user in part], call)
            accepted = [(part[one.index][1], one.remote_id or part[one.index][0]) for one in results if one.ok]
            for one in results:
                if not one.ok:
                    user = part[one.index][1]
                    text = f"{user.name}: the device said {one.text or 'no'}"
                    self._refused.append(Loss(user.holder_id, "refused", text))
            await self._book(partial(self._note_users, accepted=accepted))

    def _note_users(self, work: Work, accepted: Sequence[tuple[DoorUser, str]]) -> None:
        for user, remote_id in accepted:
            shadow.holds_user(work, self._device_id, user, remote_id)

    async def _add_schedules(self, todo: Difference) -> dict[str, HeldSchedule]:
        if not todo.schedules_add:
            return {}
        await self._client.add_schedules([wire_form.schedule_body(schedule) for schedule in todo.schedules_add])
        present = wire_form.ours(await self._client.schedules())
        wanted = {schedule.key: present[schedule.key] for schedule in todo.schedules_add if schedule.key in present}
        missing = len(todo.schedules_add) - len(wanted)
        await self._book(lambda work: self._note_schedules(work, wanted))
        if missing:
            raise NotKept(f"The device did not keep {missing} of {len(todo.schedules_add)} schedules.")
        return wanted

    def _note_schedules(self, work: Work, wanted: dict[str, HeldSchedule]) -> None:
        for key, schedule in wanted.items():
            shadow.holds_schedule(work, self._device_id, key, schedule)

    async def _remove_schedules(self, keys: Sequence[str], schedules: dict[str, HeldSchedule]) -> None:
        if keys:
            await self._client.delete_schedules([schedules[key].remote_id for key in keys])
            await self._book(lambda work: shadow.gone(work, self._device_id, HeldKind.SCHEDULE, keys))

    async def _watched(self, keys: Sequence[str], call: Awaitable[list[ItemResult]]) -> list[ItemResult]:
        """Run one bulk request; if nobody saw its effect, its users are in doubt before the error goes on."""
        try:
            return await call
        except DeviceRefused as error:
            if error.items:
                return list(error.items)
            raise
        except DeviceError as error:
            if error.ambiguous:
                await self._book(lambda work: shadow.in_doubt(work, self._device_id, keys))
            raise

    async def _read_back(self, job: Job, *, proving: bool = False) -> Found:
        """Read users and schedules, correct the books, and note which freed credentials are proved absent."""
        schedules = wire_form.ours(await self._client.schedules())
        remote = await self._client.users()
        believed = (await asyncio.to_thread(self._load)).shadow if proving else job.shadow
        found = compare(remote, schedules, believed.users, self._store.sealer.fingerprint)
        await asyncio.to_thread(self._note_read_back, job, found, schedules, believed, remote)
        if proving and found.drift:
            raise NotKept(f"The device did not keep {found.drift} of the changes sent to it.")
        if found.spare:
            await self._client.delete_users(list(found.spare))
        return found

    def _note_read_back(
        self,
        job: Job,
        found: Found,
        schedules: dict[str, HeldSchedule],
        believed: shadow.Shadow,
        remote: Sequence[RemoteUser],
    ) -> None:
        with self._store.books(self._context) as work:
            lost = [key for key, held in believed.users.items() if key not in found.ours]
            shadow.gone(work, self._device_id, HeldKind.USER, lost)
            for key, held in found.ours.items():
                if believed.users.get(key) != held:
                    shadow.holds_user(work, self._device_id, found.bodies[key], held.remote_id)
            shadow.gone(work, self._device_id, HeldKind.SCHEDULE, believed.schedules.keys() - schedules.keys())
            for key, schedule in schedules.items():
                if believed.schedules.get(key) != schedule:
                    shadow.holds_schedule(work, self._device_id, key, schedule)
            books.note_read(
                work, self._device_id, drift=found.drift, unmanaged=found.unmanaged, first=not job.sync.read_back_at
            )
            books.note_absent(work, self._device_id, absent(job.freed, remote))
            books.count_red(work, self._device_id)

    def _finish(self, job: Job, unmanaged: int | None) -> None:
        with self._store.books(self._context) as work:
            books.note_done(
                work,
                self._device_id,
                job.gen,
                next_change_at=job.compiled.next_change_at,
                losses=(*job.compiled.losses, *self._refused),
                users_held=len(job.compiled.users) - len(self._refused),
                unmanaged=unmanaged,
            )

    async def _book(self, act: Callable[[Work], None]) -> None:
        def run() -> None:
            with self._store.books(self._context) as work:
                act(work)

        await asyncio.to_thread(run)


def next_wake(sync: books.SyncRow) -> datetime | None:
    """When this device has to be looked at next by itself; None: when something happens."""
    if sync.held_reason and not sync.released:
        return None
    if sync.gen > sync.done_gen:
        return sync.not_before or datetime.min
    return sync.next_change_at


def _slices(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[at : at + size] for at in range(0, len(items), size)]
