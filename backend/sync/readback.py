"""Reading a device back: what it truly holds against what we believed. Pure but for the two recorders at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from backend.devices import schedules as device_schedules
from backend.devices.users import RemoteUser
from backend.domain.access import parse_user_key
from backend.domain.access.results import ALWAYS, DoorUser
from backend.sync.books import Freed
from backend.sync.difference import HeldSchedule, HeldUser, canonical


@dataclass(frozen=True, slots=True)
class Found:
    """What a read-back found: our users as held, those of nobody known, and how many beliefs were wrong."""

    ours: dict[str, HeldUser]
    bodies: dict[str, DoorUser]
    spare: tuple[str, ...]
    """Remote ids of second records under a key of ours: only one of them can be right, so these go."""
    unmanaged: int
    drift: int


def as_door_user(user: RemoteUser, schedule_keys: Mapping[str, str]) -> DoorUser | None:
    """A remote record in our terms, None when its user id is none of ours.

    `schedule_keys` maps references to our keys; one we do not know stays visible as "?id", which equals nothing.
    """
    parsed = parse_user_key(user.user_id)
    if parsed is None:
        return None
    grants = tuple(
        sorted((schedule_keys.get(remote, f"?{remote}"), tuple(sorted(relays))) for remote, relays in user.grants)
    )
    return DoorUser(user.user_id, parsed[0], user.name, user.pin or None, tuple(user.cards), grants)


def compare(
    remote: Iterable[RemoteUser],
    schedules: Mapping[str, HeldSchedule],
    believed: Mapping[str, HeldUser],
    fingerprint: Callable[[object], bytes],
) -> Found:
    """What the device holds; `schedules` are ours by key, `believed` is the shadow."""
    keys = {held.ref: key for key, held in schedules.items()} | {device_schedules.ALWAYS: ALWAYS}
    ours: dict[str, HeldUser] = {}
    bodies: dict[str, DoorUser] = {}
    spare: list[str] = []
    unmanaged = 0
    for user in remote:
        door_user = as_door_user(user, keys)
        if door_user is None:
            unmanaged += 1
        elif door_user.key in ours:
            spare.append(user.remote_id)
        else:
            mac = fingerprint(canonical(door_user))
            ours[door_user.key] = HeldUser(door_user.key, user.remote_id, mac, door_user.holder_id)
            bodies[door_user.key] = door_user
    known = {key for key, held in believed.items() if not held.unknown}
    wrong = sum(1 for key in known if key not in ours or ours[key].mac != believed[key].mac)
    strange = sum(1 for key in ours if key not in believed)
    return Found(ours, bodies, tuple(spare), unmanaged, wrong + strange)


def absent(freed: Iterable[Freed], remote: Iterable[RemoteUser]) -> tuple[int, ...]:
    """The ids of those freed credentials that no record on the device carries, whoever's record it is."""
    pins: set[str] = set()
    cards: set[str] = set()
    for user in remote:
        if user.pin:
            pins.add(user.pin)
        cards.update(card.upper() for card in user.cards)
    carried = {"pin": pins, "card": cards}
    return tuple(one.id for one in freed if one.value.upper() not in carried.get(one.kind, set()))
