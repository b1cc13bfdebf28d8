"""Reading a device back: what it truly holds against what we believed, and what it must not hold any more. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.devices import schedules as device_schedules
from backend.devices.errors import DeviceError
from backend.devices.users import RemoteUser
from backend.domain.access.identity import parse_user_key
from backend.domain.access.results import ALWAYS, DoorUser
from backend.sync.difference import HeldSchedule, HeldUser, canonical
from backend.sync.proofs import Freed


class NotKept(DeviceError):
    """The device said yes and did not do it: found by reading it back."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a read-back found: our users as held, those of nobody known, and how many beliefs were wrong."""

    ours: dict[str, HeldUser]
    bodies: dict[str, DoorUser]
    spare: tuple[str, ...]
    """Remote ids of second records under a key of ours: only one of them can be right, so these go."""
    strangers: tuple[RemoteUser, ...]
    drift: int

    @property
    def unmanaged(self) -> int:
        """How many users are nobody's."""
        return len(self.strangers)


@dataclass(frozen=True, slots=True)
class Proof:
    """Of the credentials that were taken away: the proofs that hold now, and how many our own records still carry."""

    absent: tuple[int, ...]
    carried: int


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
    strangers: list[RemoteUser] = []
    for user in remote:
        door_user = as_door_user(user, keys)
        if door_user is None:
            strangers.append(user)
        elif door_user.key in ours:
            spare.append(user.remote_id)
        else:
            mac = fingerprint(canonical(door_user))
            ours[door_user.key] = HeldUser(door_user.key, user.remote_id, mac, door_user.holder_id)
            bodies[door_user.key] = door_user
    known = {key for key, held in believed.items() if not held.unknown}
    wrong = sum(1 for key in known if key not in ours or ours[key].mac != believed[key].mac)
    strange = sum(1 for key in ours if key not in believed)
    return Found(ours, bodies, tuple(spare), tuple(strangers), wrong + strange)


def prove(freed: Iterable[Freed], remote: Sequence[RemoteUser]) -> Proof:
    """Which freed credentials no record on the device carries: none of their owner's, and none of a stranger.

    Somebody else of ours may carry the same value rightly: with APT and PIN two apartments can.
    """
    carrying: set[tuple[str, str, int | None]] = set()
    for user in remote:
        parsed = parse_user_key(user.user_id)
        owner = parsed[0] if parsed else None
        carrying |= {("card", card.upper(), owner) for card in user.cards}
        if user.pin:
            carrying.add(("pin", user.pin, owner))
    absent: list[int] = []
    carried = 0
    for one in freed:
        value = one.value.upper()
        if (one.kind, value, one.holder_id) in carrying:
            carried += 1
        elif (one.kind, value, None) not in carrying:
            absent.append(one.id)
    return Proof(tuple(absent), carried)
