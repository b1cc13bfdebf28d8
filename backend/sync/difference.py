"""What has to be sent to a device: the difference between what it should hold and what it holds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from backend.domain.access.results import ALWAYS, Compiled, DoorSchedule, DoorUser
from backend.domain.floors import NO_FLOOR


@dataclass(frozen=True, slots=True)
class HeldUser:
    """A user record that we believe a device to hold; `unknown` after a request whose effect nobody saw.

    `seen` says that the device was read with it since it was written; `face` names the photo that is on the device
    with it, so that it is sent again only when it changes.
    """

    key: str
    remote_id: str
    mac: bytes
    holder_id: int | None
    unknown: bool = False
    seen: bool = field(default=False, compare=False)
    face: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class HeldSchedule:
    """A schedule on a device: the id it is deleted by and the reference that a user's grants name it by."""

    remote_id: str
    ref: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What to send, in the order of sending: removals, schedules that have to make room, new schedules, changes, adds,
    schedules no longer used."""

    remove: tuple[HeldUser, ...] = ()
    schedules_first: tuple[str, ...] = ()
    schedules_add: tuple[DoorSchedule, ...] = ()
    change: tuple[tuple[HeldUser, DoorUser], ...] = ()
    add: tuple[DoorUser, ...] = ()
    schedules_remove: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the device holds what it should."""
        schedules = self.schedules_first or self.schedules_add or self.schedules_remove
        return not (self.remove or self.change or self.add or schedules)

    @property
    def takes(self) -> bool:
        """Whether it may take a right away, which is proved by reading the device back."""
        return bool(self.remove or self.change)

    @property
    def users(self) -> tuple[DoorUser, ...]:
        """The records to write."""
        return (*(user for _, user in self.change), *self.add)

    def missing(self, aside: AbstractSet[str]) -> int:
        """How many user records differ, but for the keys in `aside`."""
        keys = {held.key for held in self.remove} | {user.key for user in self.users}
        return len(keys - aside)


def with_room(todo: Difference, held: int, limit: int) -> Difference:
    """The same difference for a device that holds `held` schedules of at most `limit`.

    Where the new ones have no room beside the old ones, the old ones go first. What refers to them goes with them and
    comes back with its new hours: a record that keeps the number of a schedule would get the hours of the next one.
    """
    if not todo.schedules_remove or held + len(todo.schedules_add) <= limit:
        return todo
    return Difference(
        remove=(*todo.remove, *(old for old, _ in todo.change)),
        schedules_first=todo.schedules_remove,
        schedules_add=todo.schedules_add,
        add=(*(new for _, new in todo.change), *todo.add),
    )


def canonical(user: DoorUser) -> dict[str, object]:
    """What of a user record decides who gets in, independent of the ids a device gives.

    Floor and face stand in it where there is one, so that a record without them is what it always was.
    """
    body: dict[str, object] = {
        "name": user.name,
        "pin": user.pin or "",
        "cards": sorted(card.upper() for card in user.cards),
        "grants": sorted([key, *relays] for key, relays in user.grants),
    }
    if user.floor != NO_FLOOR:
        body["floor"] = user.floor
    if user.face:
        body["face"] = user.face
    return body


def difference(
    compiled: Compiled,
    held: Mapping[str, HeldUser],
    schedules_held: Mapping[str, HeldSchedule],
    fingerprint: Callable[[object], bytes],
) -> Difference:
    """Compare `compiled` with the users held by key and the schedules held by key.

    A held user that is unknown differs from everything: it is written again.
    """
    wanted = {user.key: user for user in compiled.users}
    remove = tuple(held[key] for key in sorted(held.keys() - wanted.keys()))
    add = tuple(wanted[key] for key in wanted if key not in held)
    change = tuple(
        (held[key], user)
        for key, user in wanted.items()
        if key in held and (held[key].unknown or held[key].mac != fingerprint(canonical(user)))
    )
    needed = {schedule.key for schedule in compiled.schedules if schedule.key != ALWAYS}
    return Difference(
        remove=remove,
        schedules_add=tuple(s for s in compiled.schedules if s.key in needed and s.key not in schedules_held),
        change=change,
        add=add,
        schedules_remove=tuple(sorted(schedules_held.keys() - needed)),
    )
