"""Sending a difference to a device, each outcome booked in a transaction of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from backend.devices.client import DeviceClient
from backend.devices.errors import DeviceError, DeviceRefused
from backend.devices.profiles import Profile
from backend.devices.results import NOT_SENT, ItemResult
from backend.domain.access.results import DoorSchedule, DoorUser, Loss
from backend.domain.context import Context
from backend.domain.enums import HeldKind
from backend.domain.errors import Invalid
from backend.services.photos import photo_named
from backend.store.store import Store
from backend.store.work import Work
from backend.sync import shadow, wire_form
from backend.sync.difference import Difference, HeldSchedule, HeldUser, with_room
from backend.sync.readback import NotKept

T = TypeVar("T")


@dataclass(slots=True)
class Aside:
    """User records that a device does not take: by key, and why as a loss. The rest goes on without them."""

    keys: set[str] = field(default_factory=set)
    losses: list[Loss] = field(default_factory=list)

    def put(self, user: DoorUser, reason: str) -> None:
        """Set a record aside."""
        self.keys.add(user.key)
        self.losses.append(Loss(user.holder_id, "refused", f"{user.name}: {reason}"))


class Sender:
    """Brings differences to one device.

    Before a request leaves, its users are noted as in doubt: whatever ends this process, or the connection, they are
    read back before anything else is sent. After an answer that does not say which record was refused, requests
    carry one record each until a whole difference went well.
    """

    def __init__(
        self, store: Store, context: Context, device_id: int, *, client: DeviceClient, profile: Profile
    ) -> None:
        self._store = store
        self._context = context
        self._device_id = device_id
        self._client = client
        self._profile = profile
        self._bulk = profile.bulk
        self.aside = Aside()
        self.spoke = False
        """Whether the last difference had an answer of the device."""
        self.schedules: dict[str, HeldSchedule] = {}
        """The schedules of ours that were on the device when its users were written."""
        self._faces: dict[str, str] = {}
        """The photos that are on the device with the records to be changed, by key."""

    async def send(self, todo: Difference, held: dict[str, HeldSchedule]) -> bool:
        """Send removals first: whoever lost a right must not wait for those who gain one.

        `held` are the schedules of ours on the device. Answers False when the fate of a user stayed open, so that the
        device has to be read. Raises DeviceError.
        """
        self.aside, self.spoke = Aside(), False
        todo = with_room(self._without_unwritable(todo), len(held), self._profile.max_schedules)
        ids = await self._ids([*todo.remove, *(user for user, _ in todo.change)])
        await self._remove(todo.remove, ids)
        await self._remove_schedules(todo.schedules_first, held)
        schedules = self.schedules = held | await self._add_schedules(todo.schedules_add)
        self._faces = {old.key: old.face for old, _ in todo.change if not old.unknown}
        seen = await self._write([(ids.get(user.key, ""), new) for user, new in todo.change], schedules)
        seen &= await self._write([("", user) for user in todo.add], schedules)
        await self._remove_schedules(todo.schedules_remove, schedules)
        self._bulk = self._profile.bulk if seen else 1
        return seen

    def _without_unwritable(self, todo: Difference) -> Difference:
        """Set aside what the device cannot take; what it holds in the place of such a record goes."""
        reasons = {user.key: wire_form.unwritable(user, self._profile) for user in todo.users}
        for user in todo.users:
            if reasons[user.key]:
                self.aside.put(user, reasons[user.key])
        outdated = tuple(held for held, user in todo.change if reasons[user.key])
        return Difference(
            remove=todo.remove + outdated,
            schedules_add=todo.schedules_add,
            change=tuple(pair for pair in todo.change if not reasons[pair[1].key]),
            add=tuple(user for user in todo.add if not reasons[user.key]),
            schedules_remove=todo.schedules_remove,
        )

    async def _ids(self, users: Sequence[HeldUser]) -> dict[str, str]:
        """The record ids of these users by key; the device is asked where adding them did not tell (protocol 1.6)."""
        known = {user.key: user.remote_id for user in users if user.remote_id}
        if len(known) < len(users):
            known = {one.user_id: one.remote_id for one in await self._client.users()} | known
        return known

    async def _remove(self, users: Sequence[HeldUser], ids: dict[str, str]) -> None:
        """Delete records; they stay in doubt until the device is read back without them."""
        for part in _slices(users, self._bulk):
            keys = [user.key for user in part]
            present = [ids[key] for key in keys if key in ids]
            if present:
                await self._watched(keys, partial(self._client.delete_users, present))

    async def _write(self, pairs: Sequence[tuple[str, DoorUser]], schedules: dict[str, HeldSchedule]) -> bool:
        """Replace users, or add those without a record id; a bulk request at a time."""
        seen = True
        new = [pair for pair in pairs if not pair[0]]
        known = [pair for pair in pairs if pair[0]]
        for part in [*_slices(known, self._bulk), *_slices(new, self._bulk)]:
            shown = [(remote_id, *await self._with_photo(user)) for remote_id, user in part]
            bodies = [wire_form.user_body(user, schedules, at, new_face=new) for at, user, new in shown]
            call = self._client.set_users if part[0][0] else self._client.add_users
            results = await self._watched([user.key for _, user in part], partial(call, bodies))
            seen &= await self._book_written([(remote_id, user) for remote_id, user, _ in shown], results)
        return seen

    async def _with_photo(self, user: DoorUser) -> tuple[DoorUser, bool]:
        """The record as it can be written, and whether its photo was put on the device for it.

        A photo that is there already is not sent again; one that the device refuses, or that is gone here, leaves the
        rest of the record as it is.
        """
        if not user.face or self._faces.get(user.key) == user.face:
            return user, False
        jpeg = await asyncio.to_thread(self._photo, user)
        if jpeg is None:
            self.aside.put(user, "the photo of the face is not here any more")
            return replace(user, face=""), False
        try:
            await self._client.upload_face(user.face, jpeg)
        except (DeviceRefused, Invalid) as error:
            self.aside.put(user, f"the photo of the face: {error}")
            return replace(user, face=""), False
        self.spoke = True
        return user, True

    def _photo(self, user: DoorUser) -> bytes | None:
        with self._store.read() as connection:
            return photo_named(connection, self._store.sealer, user.holder_id, user.face)

    async def _book_written(self, part: Sequence[tuple[str, DoorUser]], results: Sequence[ItemResult]) -> bool:
        taken: list[tuple[DoorUser, str]] = []
        refused: list[str] = []
        for one in results:
            remote_id, user = part[one.index]
            if one.ok:
                taken.append((user, one.remote_id or remote_id))
            elif one.certain and one.code != NOT_SENT:
                refused.append(user.key)
                self.aside.put(user, f"the device said {one.text or 'no'}")

        def note(work: Work) -> None:
            shadow.holds_users(work, self._device_id, taken)
            shadow.certain(work, self._device_id, refused)

        await self._book(note)
        return len(taken) + len(refused) == len(part)

    async def _add_schedules(self, wanted: Sequence[DoorSchedule]) -> dict[str, HeldSchedule]:
        if not wanted:
            return {}
        keys = [schedule.key for schedule in wanted]
        await self._book(lambda work: shadow.schedules_in_doubt(work, self._device_id, keys))
        await self._client.add_schedules([wire_form.schedule_body(schedule) for schedule in wanted])
        self.spoke = True
        present = wire_form.ours(await self._client.schedules(), wanted)
        kept = {schedule.key: present[schedule.key] for schedule in wanted if schedule.key in present}

        def note(work: Work) -> None:
            for key, schedule in kept.items():
                shadow.holds_schedule(work, self._device_id, key, schedule)

        await self._book(note)
        if len(kept) < len(wanted):
            raise NotKept(f"The device did not keep {len(wanted) - len(kept)} of {len(wanted)} schedules.")
        return kept

    async def _remove_schedules(self, keys: Sequence[str], schedules: dict[str, HeldSchedule]) -> None:
        """Delete schedules that nobody uses; noted first, so that no user is ever bound to one that may be gone."""
        if keys:
            await self._book(lambda work: shadow.gone(work, self._device_id, HeldKind.SCHEDULE, keys))
            await self._client.delete_schedules([schedules[key].remote_id for key in keys])
            self.spoke = True

    async def _watched(
        self, keys: Sequence[str], call: Callable[[], Awaitable[list[ItemResult]]]
    ) -> Sequence[ItemResult]:
        """Run one bulk request between doubt and certainty about its users."""
        await self._book(lambda work: shadow.in_doubt(work, self._device_id, keys))
        try:
            results = await call()
        except DeviceError as error:
            if isinstance(error, DeviceRefused) and error.items:
                return error.items
            if not error.ambiguous:
                await self._book(lambda work: shadow.certain(work, self._device_id, keys))
            raise
        self.spoke = True
        return results

    async def _book(self, act: Callable[[Work], None]) -> None:
        def run() -> None:
            with self._store.books(self._context) as work:
                act(work)

        await asyncio.to_thread(run)


def _slices(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[at : at + size] for at in range(0, len(items), size)]
